"""What the delivery log may be asked."""

from __future__ import annotations

from marshmallow import fields, validate

from shared.web.documents import Page, Slug

STATES = ("due", "merged", "sent", "failed", "silenced", "withdrawn")


class NotificationQuery(Page):
    """Which notifications; what is left out matches everything."""

    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    owner = Slug(load_default=None)
    incident = fields.String(load_default=None, validate=validate.Length(max=32))
