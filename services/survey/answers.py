"""The one set of rules for an answer, whichever door it comes through: widget, page, batch or import. Pure.

Checked by hand rather than by a schema library, because a batch brings 10 000 of them in a second or two.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

from services.survey.definition import Definition

MAX_COMMENT = 5_000
MAX_ATTRIBUTES = 20
MAX_TEXT = 200
MAX_SIG = 2_000
CLOCK_TOLERANCE = timedelta(minutes=5)
PUBLIC_MAX_AGE = timedelta(days=7)
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
FIELDS = frozenset(
    ("id", "score", "comment", "reasons", "respondent", "sig", "attributes", "lang", "channel", "answered_at")
)

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|[0-9a-fA-F]{32}")
_LANG = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,4}")
_CHANNEL = re.compile(r"[a-z0-9-]{1,63}")
_ATTRIBUTE = re.compile(r"[A-Za-z0-9_.-]{1,63}")

Errors = dict[str, str]


class Rejected(Exception):
    """An answer that breaks a rule. `errors`: field path → what is wrong with it."""

    def __init__(self, errors: Errors) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in errors.items()))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Answer:
    """A checked answer. `answered_at` is settled (UTC); `given_at` is what the client said, None where it didn't."""

    id: UUID
    score: int
    comment: str | None
    reasons: tuple[str, ...]
    respondent: str | None
    attributes: dict[str, Any]
    lang: str | None
    channel: str | None
    answered_at: datetime
    given_at: datetime | None


def read(
    item: object, definition: Definition, received_at: datetime, max_age: timedelta | None = PUBLIC_MAX_AGE
) -> Answer:
    """The answer that `item` (decoded JSON or a mapped CSV row) holds. Raises Rejected naming every bad field.

    max_age: how old an answer may be; None (the trusted doors: batch and imports) for any age.
    """
    if not isinstance(item, Mapping):
        raise Rejected({"": "must be an object"})
    errors: Errors = {name: "unknown field" for name in item if name not in FIELDS}
    given_at, answered_at = _times(item.get("answered_at"), received_at, max_age, errors)
    _text(item.get("sig"), "sig", MAX_SIG, errors)
    answer = Answer(
        id=_id(item.get("id"), errors),
        score=read_score(item.get("score"), definition, errors),
        comment=read_comment(item.get("comment"), errors),
        reasons=read_reasons(item.get("reasons"), definition, errors),
        respondent=_text(item.get("respondent"), "respondent", MAX_TEXT, errors),
        attributes=_attributes(item.get("attributes"), errors),
        lang=_matching(item.get("lang"), "lang", _LANG, "is not a language tag such as en or pt-BR", errors),
        channel=_matching(item.get("channel"), "channel", _CHANNEL, "must match [a-z0-9-]{1,63}", errors),
        answered_at=answered_at,
        given_at=given_at,
    )
    if errors:
        raise Rejected(errors)
    return answer


def content_hash(answer: Answer, survey: str) -> bytes:
    """What makes two answers under one id the same: all but the respondent, whose pseudonym is compared by itself."""
    content = [
        survey, answer.score, answer.comment, answer.reasons, answer.attributes,
        answer.lang, answer.channel, answer.given_at,
    ]  # fmt: skip
    return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()[:16]


def read_score(value: object, definition: Definition, errors: Errors) -> int:
    """A whole number on the metric's scale; anything else is an error that names the scale."""
    low, high = definition.scale
    if type(value) is int:
        if low <= value <= high:
            return value
        errors["score"] = f"{_short(value)} is outside {low}-{high}"
    elif value is None:
        errors["score"] = f"required: a whole number {low}-{high}"
    else:
        errors["score"] = f"{_short(value)} is not a whole number {low}-{high}"
    return low


def read_comment(value: object, errors: Errors) -> str | None:
    """Text of at most 5 000 characters; blank is the same as none."""
    return _text(value, "comment", MAX_COMMENT, errors)


def read_reasons(value: object, definition: Definition, errors: Errors) -> tuple[str, ...]:
    """Keys of the survey's declared reasons, each once, in order of their keys."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        errors["reasons"] = "must be a list"
        return ()
    for index, reason in enumerate(value):
        if not isinstance(reason, str) or reason not in definition.reasons:
            errors[f"reasons[{index}]"] = f"{_short(reason)} is not a reason of this survey"
            return ()
    return tuple(sorted(set(value)))


def _id(value: object, errors: Errors) -> UUID:
    if isinstance(value, str) and _UUID.fullmatch(value):
        return UUID(value)
    errors["id"] = "required: a UUID" if value is None else f"{_short(value)} is not a UUID"
    return UUID(int=0)


def _text(value: object, name: str, limit: int, errors: Errors) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        errors[name] = "must be text"
    elif len(value) > limit:
        errors[name] = f"has {len(value):,} characters; at most {limit:,} are allowed"
    elif unstorable(value):
        errors[name] = "holds a NUL character or half a surrogate pair"
    else:
        return value.strip() or None
    return None


def unstorable(text: str) -> bool:
    """Whether PostgreSQL can't hold `text`: NUL or lone surrogates."""
    return "\0" in text or (not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text))


def _matching(value: object, name: str, pattern: re.Pattern[str], message: str, errors: Errors) -> str | None:
    if value is None or (isinstance(value, str) and pattern.fullmatch(value)):
        return value
    errors[name] = f"{_short(value)} {message}"
    return None


def _attributes(value: object, errors: Errors) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        errors["attributes"] = "must be an object of keys and plain values"
        return {}
    if len(value) > MAX_ATTRIBUTES:
        errors["attributes"] = f"has {len(value)} keys; at most {MAX_ATTRIBUTES} are allowed"
        return {}
    for key, plain in value.items():
        problem = _attribute_problem(key, plain)
        if problem:
            errors[f"attributes.{_short(key, quote=False)}"] = problem
    return dict(value)


def _attribute_problem(key: object, value: object) -> str | None:
    if not isinstance(key, str) or not _ATTRIBUTE.fullmatch(key):
        return "the key must match [A-Za-z0-9_.-]{1,63}"
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            return f"has {len(value):,} characters; at most {MAX_TEXT} are allowed"
        return "holds a NUL character or half a surrogate pair" if unstorable(value) else None
    if isinstance(value, float) and not math.isfinite(value):
        return "must be a finite number"
    if isinstance(value, int) and abs(value) >= 2**63:
        return "is too large a number"
    return None if isinstance(value, bool | int | float) else "must be text, a number, true or false"


def _times(
    value: object, received_at: datetime, max_age: timedelta | None, errors: Errors
) -> tuple[datetime | None, datetime]:
    if value is None:
        return None, received_at
    given = _time(value, errors)
    if given is None:
        return None, received_at
    if max_age is not None and given < received_at - max_age:
        errors["answered_at"] = f"is more than {max_age.days} days ago"
    elif given < EARLIEST:
        errors["answered_at"] = f"is before {EARLIEST:%Y}"
    return given, received_at if given > received_at + CLOCK_TOLERANCE else given


def _time(value: object, errors: Errors) -> datetime | None:
    if isinstance(value, str) and len(value) <= 64:
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
            errors["answered_at"] = f"{_short(value)} has no time zone; add Z or an offset such as +01:00"
            return None
        except (ValueError, OverflowError):
            pass
    errors["answered_at"] = f"{_short(value)} is not a time such as 2026-11-22T05:38:58Z"
    return None


def _short(value: object, *, quote: bool = True) -> str:
    """A value as the sender wrote it, cut to what fits into a message."""
    if isinstance(value, str):
        cut = value if len(value) <= 40 else value[:40] + "…"
        return f"'{cut}'" if quote else cut
    try:
        text = orjson.dumps(value, default=str).decode()
    except (TypeError, ValueError):
        text = type(value).__name__
    return text if len(text) <= 40 else text[:40] + "…"
