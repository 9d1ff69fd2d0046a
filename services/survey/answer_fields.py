"""One field of an answer each: the value it holds, or a line in `errors` under the field's path. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from services.survey.definition import Definition

MAX_COMMENT = 5_000
MAX_ATTRIBUTES = 20
MAX_TEXT = 200
CLOCK_TOLERANCE = timedelta(minutes=5)
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)

LANG = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,4}")
CHANNEL = re.compile(r"[a-z0-9-]{1,63}")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|[0-9a-fA-F]{32}")
_ATTRIBUTE = re.compile(r"[A-Za-z0-9_.-]{1,63}")

Errors = dict[str, str]


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
    return read_text(value, "comment", MAX_COMMENT, errors)


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


def read_id(value: object, errors: Errors) -> UUID:
    """A UUID, with or without dashes."""
    if isinstance(value, str) and _UUID.fullmatch(value):
        return UUID(value)
    errors["id"] = "required: a UUID" if value is None else f"{_short(value)} is not a UUID"
    return UUID(int=0)


def read_text(value: object, name: str, limit: int, errors: Errors) -> str | None:
    """Text of at most `limit` characters that the database can hold; blank is the same as none."""
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


def read_matching(
    value: object, name: str, pattern: re.Pattern[str], message: str, errors: Errors
) -> str | None:
    """Text that matches `pattern` whole; `message` says what it would have to be."""
    if value is None or (isinstance(value, str) and pattern.fullmatch(value)):
        return value
    errors[name] = f"{_short(value)} {message}"
    return None


def read_attributes(value: object, errors: Errors) -> dict[str, Any]:
    """At most 20 keys with a plain value each: text of at most 200 characters, a number, true or false."""
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


def read_times(
    value: object, received_at: datetime, max_age: timedelta | None, errors: Errors
) -> tuple[datetime | None, datetime]:
    """(what the sender said, what counts): a missing or future time counts as `received_at`."""
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
