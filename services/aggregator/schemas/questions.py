"""The questions the aggregator answers, checked: unknown parameters and bad values are a 422 that names them."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate, validates_schema

from services.aggregator import periods
from services.aggregator.answers import LEVELS
from services.aggregator.periods import Period
from services.aggregator.store.scores import Where
from shared import scoring
from shared.web.documents import Slug

_BY = validate.Regexp(
    rf"\A({'|'.join(LEVELS)}|segment:[^\s:]{{1,63}})\Z",
    error="Use journey, stage, touchpoint, survey or segment:<key>.",
)
# Far enough for any real answer, and no sum of days leaves the calendar.
_DAY = validate.Range(date(1970, 1, 1), date(2999, 12, 31))


def _metric(**options: Any) -> fields.String:
    return fields.String(validate=validate.OneOf(scoring.METRICS), **options)


def _audience(**options: Any) -> fields.String:
    return fields.String(validate=validate.OneOf(scoring.AUDIENCES), **options)


def _level() -> fields.Float:
    return fields.Float(load_default=scoring.LEVEL, validate=validate.Range(0.5, 0.9999))


def _window(text: str) -> None:
    try:
        periods.window(text, date(2000, 1, 1))
    except ValueError as error:
        raise ValidationError(str(error)) from error


class WindowQuery(Schema):
    """A window of whole days: `window=28d`, or `from` and `to`."""

    class Meta:
        unknown = RAISE

    window = fields.String(validate=_window)
    first = fields.Date(data_key="from", validate=_DAY)
    last = fields.Date(data_key="to", validate=_DAY)
    metric = _metric(load_default=None)
    audience = _audience(load_default=None)
    level = _level()

    @validates_schema(skip_on_field_errors=True)
    def _one_window(self, data: dict[str, Any], **_: Any) -> None:
        first, last = data.get("first"), data.get("last")
        if "window" in data and (first or last):
            raise ValidationError("Give either window or from and to.", "window")
        if first and not last:
            raise ValidationError("from needs to.", "to")
        if last and not first:
            raise ValidationError("to needs from.", "from")
        if first and last:
            _check_period(first, last, "to")


class ScoresQuery(WindowQuery):
    """Which scores, and how they are grouped."""

    journey = Slug(load_default=None)
    stage = Slug(load_default=None)
    touchpoint = Slug(load_default=None)
    survey = Slug(load_default=None)
    by = fields.String(load_default=None, validate=_BY)


class SeriesQuery(ScoresQuery):
    """Scores step by step."""

    step = fields.String(load_default="day", validate=validate.OneOf(periods.STEPS))


class StagePageQuery(Schema):
    """What the page of a stage shows; without metric and audience, what most customers answered."""

    metric = _metric(load_default=None)
    audience = _audience(load_default=None)
    window = fields.String(load_default=periods.DEFAULT_WINDOW, validate=_window)
    step = fields.String(load_default=None, validate=validate.OneOf(("day", "week")))


class FreshnessQuery(Schema):
    """Which stages: all, those of a journey, or one of them."""

    class Meta:
        unknown = RAISE

    journey = Slug(load_default=None)
    stage = Slug(load_default=None)

    @validates_schema(skip_on_field_errors=True)
    def _a_stage_of_a_journey(self, data: dict[str, Any], **_: Any) -> None:
        if data["stage"] and not data["journey"]:
            raise ValidationError("stage needs journey.", "journey")


class ChangesQuery(Schema):
    """Two periods of one metric and audience to compare."""

    class Meta:
        unknown = RAISE

    journey = Slug(required=True)
    stage = Slug(load_default=None)
    metric = _metric(required=True)
    audience = _audience(load_default="customer")
    before_from = fields.Date(required=True, validate=_DAY)
    before_to = fields.Date(required=True, validate=_DAY)
    since_from = fields.Date(required=True, validate=_DAY)
    since_to = fields.Date(required=True, validate=_DAY)
    level = _level()

    @validates_schema(skip_on_field_errors=True)
    def _periods(self, data: dict[str, Any], **_: Any) -> None:
        _check_period(data["before_from"], data["before_to"], "before_to")
        _check_period(data["since_from"], data["since_to"], "since_to")
        if data["audience"] == "employee":
            text = "Employees' scores are told by month, quarter or year and not taken apart: see /v1/scores/series."
            raise ValidationError(text, "audience")

    @post_load
    def _as_periods(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        before = Period(data.pop("before_from"), data.pop("before_to"))
        return data | {"before": before, "since": Period(data.pop("since_from"), data.pop("since_to"))}


def period_of(query: dict[str, Any], today: date) -> Period:
    """The days a checked query asks for; 28 days up to today where it names none."""
    if "first" in query:
        return Period(query["first"], query["last"])
    return periods.window(query.get("window", periods.DEFAULT_WINDOW), today)


def where_of(query: dict[str, Any]) -> Where:
    """The filters of a checked query."""
    return Where(**{name: query.get(name) for name in (*LEVELS, "metric", "audience")})


def _check_period(first: date, last: date, field: str) -> None:
    if last < first:
        raise ValidationError("The last day is before the first.", field)
    if Period(first, last).days > periods.LONGEST_PERIOD:
        raise ValidationError(f"More than {periods.LONGEST_PERIOD} days.", field)
