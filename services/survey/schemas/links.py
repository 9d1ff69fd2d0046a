"""Signed links, as they are asked for and given out."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from services.survey.answer_fields import MAX_TEXT, Errors, read_attributes, unstorable
from services.survey.schemas.plain import LANG, Truth
from shared.web.documents import Slug

MAX_LINKS = 5_000
MAX_EMAILS = 500  # the finished mails are all in memory at once
MAX_DAYS = 365
# Mail merge fields: {{ token }}, *|TOKEN|*, %TOKEN%, ${token} …; nothing that ends an attribute or a tag.
MERGE = r"[A-Za-z0-9_.{}|*%$#\[\]: -]{1,100}\Z"


def respondent(value: str) -> None:
    """A name our tables can hold, that is not only blanks."""
    if not value.strip() or unstorable(value):
        raise ValidationError("Must hold more than blanks, and no NUL or half a surrogate pair.")


class LinkWanted(Schema):
    """Whom a link is for."""

    respondent = fields.String(
        load_default=None,
        allow_none=True,
        validate=[validate.Length(1, MAX_TEXT), respondent],
        metadata={"description": "as your system names them; the link holds only a pseudonym"},
    )
    attributes = fields.Raw(
        load_default=dict, metadata={"description": "as in an answer; readable by whoever has the link"}
    )
    lang = fields.String(load_default=None, allow_none=True, validate=LANG)

    @post_load
    def _checked(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        errors: Errors = {}
        attributes = read_attributes(data["attributes"], errors)
        if errors:
            raise ValidationError({field: [text] for field, text in errors.items()})
        return data | {"attributes": attributes}


class LinksWanted(Schema):
    """A batch of links to one survey."""

    links = fields.List(fields.Nested(LinkWanted), required=True, validate=validate.Length(1, MAX_LINKS))
    channel = Slug(load_default="email")
    expires_in_days = fields.Integer(load_default=30, strict=True, validate=validate.Range(1, MAX_DAYS))
    email = Truth(
        load_default=False,
        metadata={"description": f"also the e-mail for each, ready to send; for up to {MAX_EMAILS} links"},
    )

    @validates_schema
    def _few_enough(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("email") and len(data.get("links") or []) > MAX_EMAILS:
            raise ValidationError(f"With email at most {MAX_EMAILS} links at once.", "links")


class EmailQuery(Schema):
    """What the e-mail to paste is made for."""

    lang = fields.String(load_default=None, validate=LANG)
    merge = fields.String(
        load_default=None,
        validate=validate.Regexp(MERGE, error="Not a merge field such as {{ token }}."),
        metadata={"description": "the merge field that holds each person's token, e.g. {{ token }}"},
    )
