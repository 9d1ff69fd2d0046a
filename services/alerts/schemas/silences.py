"""A silence as it is PUT. What is left out stays left out: the stored document equals what was sent."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, ValidationError, fields, validate

from shared.scoring import AUDIENCES, METRICS
from shared.web.documents import Slug

_YEARS = range(1000, 9999)
_ONE_LINE = validate.Regexp(re.compile(r"[^\x00-\x1f\x7f]*\Z"), error="No line breaks or control characters.")
_WHY = validate.Length(1, 500, error="Say why, in up to {max} characters.")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FORM = "Write a day, 2026-12-24, or a time with its offset, 2026-12-24T18:00:00+01:00."


def period(document: dict[str, Any], zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When the silence begins, and from when on it is over: a day means all of that day in `zone`.

    Raises ValidationError where it would end before it begins.
    """
    first, last = day_or_moment(document["from"]), day_or_moment(document["to"])
    if not isinstance(last, datetime):
        last += timedelta(days=1)
    starts_at, ends_at = (
        found if isinstance(found, datetime) else datetime.combine(found, time.min, zone).astimezone(UTC)
        for found in (first, last)
    )
    if ends_at <= starts_at:
        raise ValidationError({"to": ["Must be after from."]})
    return starts_at, ends_at


def day_or_moment(text: str) -> date | datetime:
    """The day, or the time with its offset, in an ISO 8601 text. Raises ValidationError."""
    found: date | datetime
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else datetime.fromisoformat(text)
    except ValueError as error:
        raise ValidationError(_FORM) from error
    if isinstance(found, datetime) and found.utcoffset() is None:
        raise ValidationError(_FORM)
    if found.year not in _YEARS:
        raise ValidationError("This year is out of range.")
    return found


class Silence(Schema):
    """A planned period; what it does not name (journey, stage, metric, audience) it silences all of."""

    class Meta:
        include = {
            "from": fields.String(
                required=True,
                validate=[validate.Length(max=64), day_or_moment],
                metadata={"description": "A time with its offset, or a day of REPORT_TZ."},
            ),
            "to": fields.String(
                required=True,
                validate=[validate.Length(max=64), day_or_moment],
                metadata={"description": "From then on messages go again; a day is still silent, all of it."},
            ),
        }

    journey = Slug(allow_none=True)
    stage = Slug(allow_none=True)
    metric = fields.String(allow_none=True, validate=validate.OneOf(METRICS))
    audience = fields.String(allow_none=True, validate=validate.OneOf(AUDIENCES))
    why = fields.String(required=True, validate=[_WHY, _ONE_LINE])
