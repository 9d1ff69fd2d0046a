"""The shapes of detectors over HTTP."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from shared.scoring import AUDIENCES, METRICS
from shared.web.documents import Page, Slug

LEAST_RATE, MOST_RATE = 0.001, 365


class DetectorQuery(Page):
    """Which detectors to list."""

    journey = Slug(load_default=None)
    stage = Slug(load_default=None)
    metric = fields.String(load_default=None, validate=validate.OneOf(METRICS))
    audience = fields.String(load_default=None, validate=validate.OneOf(AUDIENCES))


class DetectorPlace(Schema):
    """The address of a detector."""

    journey = Slug(required=True)
    stage = Slug(required=True)
    metric = fields.String(required=True, validate=validate.OneOf(METRICS))
    audience = fields.String(required=True, validate=validate.OneOf(AUDIENCES))


class Settings(Schema):
    """What an admin decides; without a rate of its own a detector shares the stage's .5 false alarms a year."""

    false_alarms_per_year = fields.Float(
        load_default=None, allow_none=True, validate=validate.Range(LEAST_RATE, MOST_RATE)
    )
    enabled = fields.Boolean(load_default=True, truthy={True}, falsy={False})
