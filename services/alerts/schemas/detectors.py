"""The shapes of detectors over HTTP."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from shared.scoring import AUDIENCES, METRICS
from shared.web.documents import Page, Slug

LEAST_RATE, MOST_RATE = 0.001, 365
WATCHED = validate.Equal(
    "customer", error="Only customers are watched: it would tell of single employees and days."
)


class Rate(fields.Float):
    """A JSON number of false alarms a year."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(LEAST_RATE, MOST_RATE), allow_nan=False, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError("Must be a number.")
        return super()._deserialize(value, *args, **kwargs)


class DetectorQuery(Page):
    """Which detectors to list; without `journey`, all but those of journeyloop's own check."""

    journey = Slug(load_default=None)
    stage = Slug(load_default=None)
    metric = fields.String(load_default=None, validate=validate.OneOf(METRICS))
    audience = fields.String(load_default=None, validate=validate.OneOf(AUDIENCES))


class DetectorPlace(Schema):
    """The address of a detector."""

    journey = Slug(required=True)
    stage = Slug(required=True)
    metric = fields.String(required=True, validate=validate.OneOf(METRICS))
    audience = fields.String(required=True, validate=WATCHED)


class Settings(Schema):
    """What an admin decides; without a rate of its own a detector shares the stage's .5 false alarms a year."""

    false_alarms_per_year = Rate(load_default=None, allow_none=True)
    enabled = fields.Boolean(load_default=True, truthy={True}, falsy={False})
