"""What the delivery log may be asked."""

from __future__ import annotations

from marshmallow import fields, validate

from services.alerts.messages.story import OF_FOLLOW_UPS
from shared.web.documents import Page, Slug

KINDS = ("opened", "resolved", "repeated", "escalated", "stale", "win", *OF_FOLLOW_UPS, "review", "test")
STATES = ("due", "merged", "sent", "failed", "silenced", "withdrawn")


class NotificationQuery(Page):
    """Which notifications; what is left out matches everything."""

    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    owner = Slug(load_default=None)
    fallback = fields.Boolean(
        load_default=False, metadata={"description": "true: only those to the fallback address"}
    )
    kind = fields.String(load_default=None, validate=validate.OneOf(KINDS))
    journey = Slug(load_default=None)
    incident = fields.String(load_default=None, validate=validate.Length(max=32))
