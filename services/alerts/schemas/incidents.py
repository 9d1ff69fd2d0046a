"""The shapes of incidents over HTTP."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.alerts.detection import OUTCOMES
from shared.scoring import AUDIENCES, METRICS
from shared.web.documents import Page, Slug

STATES = ("open", "acknowledged", "resolved")
LONGEST_NOTE = 5000
_WORDS = [validate.Length(1, LONGEST_NOTE), validate.Regexp(r"\s*\S", error="Must hold more than blanks.")]


class IncidentQuery(Page):
    """Which incidents to list."""

    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    journey = Slug(load_default=None)
    stage = Slug(load_default=None)
    metric = fields.String(load_default=None, validate=validate.OneOf(METRICS))
    audience = fields.String(load_default=None, validate=validate.OneOf(AUDIENCES))


class IncidentPageQuery(IncidentQuery):
    """Which incidents the page lists. `whose`: those of the stages of whoever looks, or all."""

    state = fields.String(load_default="open", validate=validate.OneOf(STATES))
    whose = fields.String(load_default=None, validate=validate.OneOf(("mine", "all")))


class Note(Schema):
    """Words for the timeline."""

    note = fields.String(required=True, validate=_WORDS)


class Resolution(Schema):
    """How an incident ended."""

    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES))
    note = fields.String(load_default=None, allow_none=True, validate=_WORDS)
