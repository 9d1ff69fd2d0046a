"""What the customers' pages take, for the documentation: queries and forms."""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE, Schema, fields, validate

_TEXTS = {
    "t": "the token of a signed link",
    "lang": "a language tag; else as the browser says",
    "score": "preselected, never recorded by itself",
    "c": "the token of the answer to which a contact belongs",
}


class PageForm(Schema):
    """The plain page's form: an answer, or (`act`) the change of one by its giver, who holds `edit`."""

    class Meta:
        unknown = INCLUDE

    id = fields.UUID(metadata={"description": "made with the page"})
    score = fields.Integer(metadata={"example": 9})
    comment = fields.String()
    reasons = fields.List(fields.String())
    lang = fields.String()
    t = fields.String(metadata={"description": _TEXTS["t"]})
    act = fields.String(validate=validate.OneOf(("change", "amend")))
    edit = fields.String(metadata={"description": "the edit token that the page carries"})


class ContactForm(Schema):
    """Where a customer may be reached."""

    class Meta:
        unknown = INCLUDE

    c = fields.String(required=True, metadata={"description": _TEXTS["c"]})
    email = fields.String(required=True, metadata={"example": "someone@example.com"})
    name = fields.String()
    consent = fields.String(metadata={"description": "yes", "example": "yes"})


class UnsubscribeForm(Schema):
    """Nobody asks this person any more; or, with `undo`, they may be asked again."""

    class Meta:
        unknown = INCLUDE

    t = fields.String(metadata={"description": f"{_TEXTS['t']}; here or in the query"})
    undo = fields.String()


def query(*names: str) -> list[dict[str, Any]]:
    """OpenAPI parameters of a page."""
    return [
        {"name": name, "in": "query", "schema": {"type": "string"}, "description": _TEXTS[name]}
        for name in names
    ]


def form(schema: type[Schema]) -> dict[str, Any]:
    """An OpenAPI request body of a page."""
    return {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}}
