"""How a stage is asked, over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from services.survey.schemas.journeys import AUDIENCE, METRIC
from shared.web.documents import Slug

LONGEST_DAYS = 100
_DAY = validate.Range(date(1970, 1, 1), date(2999, 12, 31))


class StageQuery(Schema):
    """One metric and audience of a stage."""

    class Meta:
        unknown = RAISE

    journey = Slug(required=True)
    stage = Slug(required=True)
    metric = fields.String(required=True, validate=METRIC)
    audience = fields.String(load_default="customer", validate=AUDIENCE)


class MeasurementQuery(StageQuery):
    """One metric and audience of a stage, and two periods of whole days in REPORT_TZ, at most 100 days each."""

    before_from = fields.Date(required=True, validate=_DAY)
    before_to = fields.Date(required=True, validate=_DAY)
    since_from = fields.Date(required=True, validate=_DAY)
    since_to = fields.Date(required=True, validate=_DAY)

    @validates_schema(skip_on_field_errors=True)
    def _periods(self, data: dict[str, Any], **_: Any) -> None:
        for name in ("before", "since"):
            first, last = data[f"{name}_from"], data[f"{name}_to"]
            if last < first:
                raise ValidationError("The last day is before the first.", f"{name}_to")
            if (last - first).days >= LONGEST_DAYS:
                raise ValidationError(f"More than {LONGEST_DAYS} days.", f"{name}_to")


class MeasuredDay(Schema):
    """A day with answers; those that named no channel or language are in `answers` only."""

    day = fields.Date()
    answers = fields.Integer()
    channels = fields.Dict(keys=fields.String(), values=fields.Integer())
    languages = fields.Dict(keys=fields.String(), values=fields.Integer())


class MeasuredPeriod(Schema):
    """The days of a period that have answers."""

    first = fields.Date(data_key="from")
    last = fields.Date(data_key="to")
    days = fields.List(fields.Nested(MeasuredDay))


class Wording(Schema):
    """A wording of a survey's question and since when it is live."""

    survey = fields.String()
    revision = fields.Integer()
    live_from = fields.String(metadata={"format": "date-time"})


class Wordings(Schema):
    """All wordings of a stage's questions, also of those nobody asks any more."""

    items = fields.List(fields.Nested(Wording))


class ResponseRates(Schema):
    """Answers a display in pages, 0 to 1; null for a period without displays."""

    before = fields.Float(allow_none=True)
    since = fields.Float(allow_none=True)


class Measurement(Schema):
    """How a stage is asked. Of employees' answers nothing is counted."""

    journey = fields.String()
    stage = fields.String()
    metric = fields.String()
    audience = fields.String()
    before = fields.Nested(MeasuredPeriod)
    since = fields.Nested(MeasuredPeriod)
    wordings = fields.List(fields.Nested(Wording))
    response_rate = fields.Nested(ResponseRates)
