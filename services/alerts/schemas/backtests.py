"""The question a back-test answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.alerts.detection import FALSE_ALARMS_PER_YEAR
from services.alerts.schemas.detectors import WATCHED, Rate
from shared.events import parse_time
from shared.scoring import METRICS
from shared.web.documents import Slug

# No answer can be from outside of these, and adding a day never leaves the calendar.
EARLIEST, LATEST = date(1000, 1, 2), date(9998, 12, 30)


class DayOrMoment(fields.String):
    """`2018-03-12`: a whole day in REPORT_TZ; or a time with an offset, `2018-03-12T14:00:00Z`, as a UTC datetime."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, *args, **kwargs)
        try:
            found = date.fromisoformat(text) if len(text) == len("2018-03-12") else parse_time(text)
        except (ValueError, OverflowError) as error:
            raise ValidationError(
                "Write a day, 2018-03-12, or a time with its offset, 2018-03-12T14:00:00Z."
            ) from error
        if not EARLIEST <= (found.date() if isinstance(found, datetime) else found) <= LATEST:
            raise ValidationError("Is out of range.")
        return found


class BacktestQuestion(Schema):
    """Which detector, over which time, with which budget. Without `from` all answers are live; before it they train."""

    journey = Slug(required=True)
    stage = Slug(required=True)
    metric = fields.String(required=True, validate=validate.OneOf(METRICS))
    audience = fields.String(load_default="customer", validate=WATCHED)
    first = DayOrMoment(data_key="from", load_default=None, allow_none=True)
    last = DayOrMoment(data_key="to", load_default=None, allow_none=True)
    false_alarms_per_year = Rate(load_default=FALSE_ALARMS_PER_YEAR)
