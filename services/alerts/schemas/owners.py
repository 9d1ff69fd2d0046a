"""An owner as it is PUT. What is left out stays left out: the stored document equals what was sent."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any
from urllib.parse import unquote, urlsplit

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.alerts.channels.remote import refusal
from services.alerts.secret_texts import MASK, REFERENCE, SECRET_PREFIX
from shared.web.documents import Slug

_ADDRESS = validate.Email(error="Not an e-mail address.")
_ONE_LINE = validate.Regexp(re.compile(r"[^\x00-\x1f\x7f]*\Z"), error="No line breaks or control characters.")
_SECRET_BYTES = range(16, 65)
_NAME = validate.Length(1, 200, error="Write a name of up to {max} characters.")
_URL = validate.Length(1, 2_000, error="Write an address of up to {max} characters.")


class Hours(fields.Float):
    """A JSON number of hours, more than 0 and at most a year."""

    def __init__(self, **kwargs: Any) -> None:
        bounds = validate.Range(0, 8_760, min_inclusive=False)
        super().__init__(validate=bounds, allow_none=True, allow_nan=False, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError("Must be a number.")
        return value


class Channel(Schema):
    """One way to reach the owner. `${env:JOURNEYLOOP_…}` in url or secret is filled in when a message is sent."""

    kind = fields.String(required=True, validate=validate.OneOf(["email", "webhook", "apprise"]))
    url = fields.String(
        required=True,
        validate=[_URL, _ONE_LINE],
        metadata={
            "description": "mailto:… for email, http(s)://… for webhook, slack://… and the like for apprise"
        },
    )
    secret = fields.String(
        allow_none=True,
        validate=[validate.Length(max=500), _ONE_LINE],
        metadata={
            "description": "webhook only: whsec_… ; two, separated by a space, while one replaces the other"
        },
    )

    @validates_schema
    def _usable(self, data: dict[str, Any], **_: Any) -> None:
        _check_references(data)
        check = {"email": _check_mailto, "webhook": _check_http, "apprise": _check_apprise}[data["kind"]]
        if not any(mark in data["url"] for mark in ("${", MASK)):
            check(data["url"])
        if data["kind"] == "webhook":
            _check_secret(data.get("secret"))
        elif data.get("secret"):
            raise ValidationError({"secret": ["Only a webhook has a secret."]})


class Owner(Schema):
    """The person or team answerable for stages; without channels, messages go to `email`."""

    name = fields.String(required=True, validate=[_NAME, _ONE_LINE])
    email = fields.String(allow_none=True, validate=[validate.Length(max=254), _ADDRESS])
    channels = fields.List(fields.Nested(Channel), allow_none=True, validate=validate.Length(max=20))
    escalate_to = Slug(allow_none=True)
    escalate_after_hours = Hours()
    repeat_hours = Hours()

    @validates_schema
    def _reachable(self, data: dict[str, Any], **_: Any) -> None:
        if not data.get("email") and not data.get("channels"):
            raise ValidationError({"email": ["An owner needs an e-mail address or a channel."]})


def _check_references(channel: dict[str, Any]) -> None:
    for field in ("url", "secret"):
        for name in REFERENCE.findall(channel.get(field) or ""):
            if not name.startswith(SECRET_PREFIX):
                raise ValidationError({field: [f"Only variables named {SECRET_PREFIX}… may be used."]})


def _check_mailto(url: str) -> None:
    scheme, _, address = url.partition(":")
    if scheme != "mailto":
        raise ValidationError({"url": ["Write mailto:name@example.com."]})
    try:
        _ADDRESS(unquote(address))
    except ValidationError as error:
        raise ValidationError({"url": error.messages}) from error


def _check_http(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or " " in url:
        raise ValidationError({"url": ["Write https://host/path."]})


def _check_apprise(url: str) -> None:
    reason = refusal(url)
    if reason:
        raise ValidationError({"url": [reason]})


def _check_secret(secret: str | None) -> None:
    texts = (secret or "").split()
    if not texts or len(texts) > 2:
        raise ValidationError(
            {"secret": ["A webhook needs one secret, or two while one replaces the other."]}
        )
    if any(mark in str(secret) for mark in ("${", MASK)):
        return
    if not all(_is_key(text) for text in texts):
        raise ValidationError(
            {"secret": ["Write whsec_ and the base64 of 24 to 64 random bytes (at least 16)."]}
        )


def _is_key(text: str) -> bool:
    encoded = text.removeprefix("whsec_")
    try:
        return len(base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)) in _SECRET_BYTES
    except (binascii.Error, ValueError):
        return False
