"""Taking answers out of every score, over HTTP."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate, validates_schema

from services.survey.answer_fields import MAX_TEXT
from services.survey.schemas.journeys import AUDIENCE, METRIC
from shared.web.documents import Slug

PLACE = ("journey", "stage", "touchpoint", "survey", "metric")
# What tells one employee's answer from another's.
NAMING = ("score", "reason", "q", "respondent", "channel")
EMPLOYEES = (
    "Employees' answers are taken out by place and whole months only, uncounted: it would name their author."
)
FILTERS = (*PLACE, *NAMING, "channel", "from_", "to")


class VoidFilter(Schema):
    """Which answers. `from` and `to`: days (both included, in REPORT_TZ) or times with a zone, of `answered_at`."""

    class Meta:
        unknown = RAISE

    journey = Slug(load_default=None)
    stage = Slug(load_default=None)
    touchpoint = Slug(load_default=None)
    survey = Slug(load_default=None)
    metric = fields.String(load_default=None, validate=METRIC)
    audience = fields.String(load_default="customer", validate=AUDIENCE)
    score = fields.String(
        load_default=None,
        metadata={"type": ["string", "integer"], "description": "one (7) or some (0-6)"},
    )
    reason = Slug(load_default=None)
    q = fields.String(
        load_default=None,
        validate=validate.Length(max=200),
        metadata={"description": "words as they stand in the comment, whatever their case"},
    )
    channel = Slug(load_default=None)
    respondent = fields.String(load_default=None, validate=validate.Length(max=MAX_TEXT))
    from_ = fields.String(load_default=None, data_key="from")
    to = fields.String(load_default=None)
    expect = fields.Integer(
        load_default=None,
        strict=True,
        validate=validate.Range(1),
        metadata={
            "description": "as many as the dry run counted; required without dry_run, but for employees"
        },
    )

    @pre_load
    def _plain(self, data: Any, **_: Any) -> Any:
        """A score may be a number; blank is the same as not given, so that a form can be sent as it is."""
        if not isinstance(data, dict):
            return data
        found = {name: value for name, value in data.items() if value is not None and value != ""}
        if isinstance(found.get("score"), int) and not isinstance(found["score"], bool):
            found["score"] = str(found["score"])
        return found

    @validates_schema(skip_on_field_errors=True)
    def _narrow(self, data: dict[str, Any], **_: Any) -> None:
        if not any(data[name] for name in FILTERS):
            raise ValidationError("Say which answers: a filter at least.")
        if data["audience"] == "employee":
            named = {name: [EMPLOYEES] for name in NAMING if data[name]}
            if not _is_month_edge(data["from_"], 0):
                named["from"] = ["The first day of a month. " + EMPLOYEES]
            if not _is_month_edge(data["to"], 1):
                named["to"] = ["The last day of a month. " + EMPLOYEES]
            if named:
                raise ValidationError(named)


def _is_month_edge(text: str | None, days: int) -> bool:
    """Whether it is not given, or a day that, so many days later, begins a month."""
    if text is None:
        return True
    try:
        return (date.fromisoformat(text) + timedelta(days=days)).day == 1
    except (ValueError, OverflowError):
        return False


class VoidedAnswers(Schema):
    """What a dry run found (`sample`: the newest, of customers only), or what was done (`id`, `voided_at`). Employees'
    answers are not counted: `answers` is null."""

    answers = fields.Integer(allow_none=True)
    surveys = fields.Dict(keys=fields.String(), values=fields.Integer())
    first_answered_at = fields.String(allow_none=True, metadata={"format": "date-time"})
    last_answered_at = fields.String(allow_none=True, metadata={"format": "date-time"})
    sample = fields.List(fields.Dict())
    id = fields.UUID()
    voided_at = fields.String(metadata={"format": "date-time"})
