"""A review's schedule as it is PUT, and a decision as it is recorded."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from services.alerts.reviews.rhythm import WEEKDAYS
from services.alerts.schemas.actions import day
from shared.web.documents import Slug

MOST_OWNERS, LONGEST_DECISION = 20, 500
_ONE_LINE = validate.Regexp(
    re.compile(r"[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*\Z"), error="Give it in one line of words."
)
_WEEK = {"description": "A week of ISO 8601, 2026-W47; the last whole one where it is left out."}


class ReviewQuery(Schema):
    """Which week."""

    week = fields.String(load_default=None, validate=validate.Length(max=20), metadata=_WEEK)


class ReviewSchedule(Schema):
    """When the review of the last whole week is sent, in REPORT_TZ; to: owners, the journey's own where it is empty."""

    class Meta:
        unknown = RAISE

    weekday = fields.String(required=True, validate=validate.OneOf(WEEKDAYS))
    hour = fields.Integer(required=True, strict=True, validate=validate.Range(0, 23))
    to = fields.List(Slug(), validate=validate.Length(0, MOST_OWNERS))

    @validates_schema(skip_on_field_errors=True)
    def _each_once(self, data: dict[str, Any], **_: Any) -> None:
        if len(set(data.get("to", []))) < len(data.get("to", [])):
            raise ValidationError("Name each owner once.", "to")


class NewDecision(Schema):
    """What was decided at the review of a week; `id` makes sending it again harmless."""

    class Meta:
        unknown = RAISE

    id = fields.UUID(load_default=None)
    week = fields.String(load_default=None, validate=validate.Length(max=20), metadata=_WEEK)
    text = fields.String(required=True, validate=[validate.Length(1, LONGEST_DECISION), _ONE_LINE])
    owner = Slug(load_default=None, allow_none=True)
    due_on = fields.String(
        load_default=None,
        allow_none=True,
        validate=day,
        metadata={"description": "A day of REPORT_TZ.", "format": "date"},
    )
