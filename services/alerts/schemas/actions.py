"""An action as it is PUT, and its effect. What is left out stays left out: the stored document equals what was sent."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from shared.scoring import AUDIENCES, METRICS
from shared.web.documents import Page, Slug

MOST_CONTROLS = 20
LONGEST_TITLE, LONGEST_DESCRIPTION = 200, 5000
_YEARS = range(1990, 2990)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ONE_LINE = validate.Regexp(
    re.compile(r"[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*\Z"), error="Give it in one line of words."
)
_NO_CONTROL_CHARACTERS = validate.Regexp(
    re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*\Z"), error="No control characters."
)


def day(text: str) -> date:
    """The day of an ISO 8601 text. Raises ValidationError."""
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or found.year not in _YEARS:
        raise ValidationError("Write a day, 2026-11-24.")
    return found


def _day(**options: Any) -> fields.String:
    return fields.String(
        validate=day, metadata={"description": "A day of REPORT_TZ.", "format": "date"}, **options
    )


def _one_segment(given: dict[str, str]) -> None:
    if len(given) != 1:
        raise ValidationError('Name one segment, such as {"plan": "pro"}.')


def _segment(**options: Any) -> fields.Dict:
    words = fields.String(validate=[validate.Length(1, 200), _ONE_LINE])
    key = fields.String(validate=validate.Regexp(r"\A[^\s:]{1,63}\Z", error="This is no segment's key."))
    return fields.Dict(keys=key, values=words, validate=_one_segment, **options)


class Treated(Schema):
    """Whom it was for: all of the place, or one segment of it."""

    class Meta:
        unknown = RAISE

    segment = _segment(allow_none=True)


class Control(Schema):
    """What it is compared with: other stages of the journey, or another value of the treated segment."""

    class Meta:
        unknown = RAISE

    stages = fields.List(Slug(), validate=validate.Length(0, MOST_CONTROLS))
    segment = _segment(allow_none=True)

    @validates_schema(skip_on_field_errors=True)
    def _one_of_them(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("stages") and data.get("segment"):
            raise ValidationError("Give stages or a segment, not both.", "segment")
        if len(set(data.get("stages") or [])) < len(data.get("stages") or []):
            raise ValidationError("Name each stage once.", "stages")


class Action(Schema):
    """An improvement, and what it is compared with. All days are of REPORT_TZ."""

    class Meta:
        unknown = RAISE

    journey = Slug(required=True)
    stage = Slug(required=True)
    touchpoint = Slug(allow_none=True)
    metric = fields.String(required=True, validate=validate.OneOf(METRICS))
    audience = fields.String(required=True, validate=validate.OneOf(AUDIENCES))
    title = fields.String(required=True, validate=[validate.Length(1, LONGEST_TITLE), _ONE_LINE])
    description = fields.String(
        allow_none=True, validate=[validate.Length(0, LONGEST_DESCRIPTION), _NO_CONTROL_CHARACTERS]
    )
    owner = Slug(allow_none=True)
    started_on = _day(required=True)
    review_on = _day(allow_none=True)
    before_from = _day(allow_none=True)
    incident = fields.String(
        allow_none=True, validate=validate.Regexp(r"\A[0-9A-Z]{1,32}\Z", error="This is no incident's id.")
    )
    treated = fields.Nested(Treated, allow_none=True)
    control = fields.Nested(Control, allow_none=True)

    @validates_schema(skip_on_field_errors=True)
    def _days(self, data: dict[str, Any], **_: Any) -> None:
        started = day(data["started_on"])
        if data.get("review_on") and day(data["review_on"]) <= started:
            raise ValidationError("Must be after started_on.", "review_on")
        if data.get("before_from") and not 0 < (started - day(data["before_from"])).days <= 366:
            raise ValidationError("Must be before started_on, by a year at most.", "before_from")

    @validates_schema(skip_on_field_errors=True)
    def _sides(self, data: dict[str, Any], **_: Any) -> None:
        control, treated = data.get("control") or {}, (data.get("treated") or {}).get("segment")
        if data["stage"] in (control.get("stages") or []):
            raise ValidationError({"control": {"stages": ["A stage cannot be its own control."]}})
        segment = control.get("segment")
        if segment and (not treated or set(treated) != set(segment)):
            said = "Needs treated.segment with another value of the same key: else the treated are among the control."
            raise ValidationError({"control": {"segment": [said]}})
        if segment and segment == treated:
            raise ValidationError({"control": {"segment": ["A segment cannot be its own control."]}})


class ActionQuery(Page):
    """Which actions to list."""

    journey = Slug(load_default=None)
    stage = Slug(load_default=None)
    incident = fields.String(load_default=None)


class Figures(Schema):
    """A score over some days; score, low and high are null without answers."""

    score = fields.Float(allow_none=True)
    n = fields.Integer()
    low = fields.Float(allow_none=True)
    high = fields.Float(allow_none=True)
    first = fields.Date(data_key="from")
    last = fields.Date(data_key="to")


class ControlFigures(Schema):
    """The control's scores."""

    before = fields.Nested(Figures, allow_none=True)
    after = fields.Nested(Figures)


class Effect(Schema):
    """The measured effect, in points of the metric. Null where it is not known."""

    action = Slug()
    metric = fields.String()
    design = fields.String(
        allow_none=True, validate=validate.OneOf(("against_control", "side_by_side", "no_control"))
    )
    before = fields.Nested(Figures, allow_none=True)
    after = fields.Nested(Figures, allow_none=True)
    change = fields.Float(allow_none=True)
    control = fields.Nested(ControlFigures, allow_none=True)
    control_change = fields.Float(allow_none=True)
    effect = fields.Float(allow_none=True)
    low = fields.Float(allow_none=True)
    high = fields.Float(allow_none=True)
    level = fields.Float(allow_none=True)
    verdict = fields.String(validate=validate.OneOf(("worked", "no_evidence_yet", "worse")))
    about_days_more = fields.Integer(allow_none=True)
    for_points = fields.Float(allow_none=True)
    missing = fields.String(allow_none=True)
    days = fields.Integer()
    review_on = fields.Date()
    clustering = fields.Float(allow_none=True)
    flags = fields.List(fields.Dict())
    in_words = fields.List(fields.String())
