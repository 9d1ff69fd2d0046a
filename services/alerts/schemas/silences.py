"""A silence as it is PUT. What is left out stays left out: the stored document equals what was sent."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from shared.scoring import AUDIENCES, METRICS
from shared.web.documents import Slug

_YEARS = range(1000, 9999)
_ONE_LINE = validate.Regexp(re.compile(r"[^\x00-\x1f\x7f]*\Z"), error="No line breaks or control characters.")


def moment(text: str) -> datetime:
    """The time in an ISO 8601 text with a time zone. Raises ValidationError."""
    try:
        found = datetime.fromisoformat(text)
        offset = found.utcoffset()
    except ValueError as error:
        raise ValidationError("Write a time such as 2026-12-24T18:00:00+01:00.") from error
    if offset is None:
        raise ValidationError("No time zone given: add Z or an offset such as +01:00.")
    if found.year not in _YEARS:
        raise ValidationError("This year is out of range.")
    return found


class Silence(Schema):
    """A planned period; what it does not name (journey, stage, metric, audience) it silences all of."""

    class Meta:
        include = {
            "from": fields.String(required=True, validate=[validate.Length(max=64), moment]),
            "to": fields.String(
                required=True,
                validate=[validate.Length(max=64), moment],
                metadata={"description": "From then on messages go again."},
            ),
        }

    journey = Slug(allow_none=True)
    stage = Slug(allow_none=True)
    metric = fields.String(allow_none=True, validate=validate.OneOf(METRICS))
    audience = fields.String(allow_none=True, validate=validate.OneOf(AUDIENCES))
    why = fields.String(required=True, validate=[validate.Length(1, 500), _ONE_LINE])

    @validates_schema(skip_on_field_errors=True)
    def _ends_after_it_starts(self, data: dict[str, Any], **_: Any) -> None:
        if moment(data["to"]) <= moment(data["from"]):
            raise ValidationError({"to": ["Must be after from."]})
