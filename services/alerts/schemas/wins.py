"""The shapes of wins over HTTP."""

from __future__ import annotations

from marshmallow import fields, validate

from shared.scoring import AUDIENCES, METRICS
from shared.web.documents import Page, Slug


class WinQuery(Page):
    """Which wins to list."""

    journey = Slug(load_default=None)
    stage = Slug(load_default=None)
    metric = fields.String(load_default=None, validate=validate.OneOf(METRICS))
    audience = fields.String(load_default=None, validate=validate.OneOf(AUDIENCES))
