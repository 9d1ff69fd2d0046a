"""Signed links: a token that says to whom a survey was sent, so that the answer belongs to someone. Pure.

The respondent is in it as a pseudonym: addresses end up in logs. The answer's id is in it too: one link, one answer.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from services.survey.respondents import Pseudonym

_SALT = "survey-link"


@dataclass(frozen=True)
class Link:
    """What a link's token says. `answer_id` is the id of the one answer it can give."""

    survey: str
    answer_id: UUID
    respondent: Pseudonym | None
    attributes: Mapping[str, Any]
    lang: str | None
    channel: str
    expires_at: datetime

    def is_over(self, now: datetime) -> bool:
        return now >= self.expires_at


def token(secret_key: str, link: Link) -> str:
    """The link's token: URL-safe, signed, readable by whoever has it, and nobody can make another."""
    who = [_text(link.respondent.digest), link.respondent.key_id] if link.respondent else None
    payload = [
        link.survey, _text(link.answer_id.bytes), who, dict(link.attributes), link.lang, link.channel,
        int(link.expires_at.timestamp()),
    ]  # fmt: skip
    made = _serializer(secret_key).dumps(payload)
    return made.decode() if isinstance(made, bytes) else made


def read(secret_keys: str | Sequence[str], survey: str, token: str | None) -> Link | None:
    """What the token says; None where it is none of ours, damaged, or another survey's. It may be over.

    secret_keys: with one of which it was signed, the current one last.
    """
    if not token or not token.isascii():
        return None
    try:
        key, answer_id, who, attributes, lang, channel, expires = _serializer(secret_keys).loads(token)
    except BadData:
        return None
    if key != survey:
        return None
    respondent = Pseudonym(_bytes(who[0]), who[1]) if who else None
    expires_at = datetime.fromtimestamp(expires, UTC)
    return Link(key, UUID(bytes=_bytes(answer_id)), respondent, attributes, lang, channel, expires_at)


def page_url(survey_url: str, survey: str, token: str | None = None, **query: str) -> str:
    """The address of a survey's hosted page, with the token and more parameters."""
    given = ({"t": token} if token else {}) | query
    return f"{survey_url}/s/{quote(survey)}" + (f"?{urlencode(given)}" if given else "")


def unsubscribe_url(survey_url: str, survey: str, token: str) -> str:
    """Where the person the link was made for says that they don't want to be asked."""
    return f"{survey_url}/s/{quote(survey)}/unsubscribe?{urlencode({'t': token})}"


def list_unsubscribe(url: str) -> dict[str, str]:
    """The headers that let a mail program offer to unsubscribe with one click (RFC 2369, RFC 8058)."""
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _serializer(secret_key: str | Sequence[str]) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt=_SALT, signer_kwargs={"digest_method": sha256})


def _text(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def _bytes(value: str) -> bytes:
    return urlsafe_b64decode(value + "=" * (-len(value) % 4))
