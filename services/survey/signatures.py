"""Who vouches for a respondent: `sig` is an HMAC under the survey's secret, made by the embedding system. Pure.

The secret is derived, not stored: a copy of the database gives none away. Rotating it is a new generation.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta

from services.survey.definition import Definition

PREVIOUS_COUNTS_FOR = timedelta(days=7)


def secret(secret_key: str, survey: str, generation: int) -> str:
    """The survey's secret: 43 characters of A-Z, a-z, 0-9, - and _, used as they are."""
    purpose = f"respondent-signature:{survey}:{generation}"
    return urlsafe_b64encode(_digest(secret_key, purpose)).decode().rstrip("=")


def sign(secret: str, respondent: str) -> str:
    """`sig` of a respondent: HMAC-SHA256 of its UTF-8 under the secret, as 64 hexadecimal digits."""
    return _digest(secret, respondent).hex()


def is_signed(
    secret_keys: str | Sequence[str],
    definition: Definition,
    respondent: str | None,
    sig: str | None,
    now: datetime,
) -> bool:
    """Whether `sig` was made for `respondent` with the survey's secret, or with the one before during its last week.

    The secret comes from SECRET_KEY, so during its rotation there are those of two keys.
    """
    if not respondent or not sig:
        return False
    given = sig.strip().lower().encode("utf-8", "replace")
    made = [
        sign(secret(key, definition.survey, one), respondent)
        for key in ([secret_keys] if isinstance(secret_keys, str) else secret_keys)
        for one in generations(definition, now)
    ]
    return any(hmac.compare_digest(one.encode(), given) for one in made)


def generations(definition: Definition, now: datetime) -> list[int]:
    """The generations of the secret that count now, the current one first."""
    current, rotated_at = definition.secret_generation, definition.secret_rotated_at
    recent = rotated_at is not None and now < rotated_at + PREVIOUS_COUNTS_FOR
    return [current, current - 1] if recent else [current]


def _digest(key: str, text: str) -> bytes:
    return hmac.digest(key.encode(), text.encode("utf-8", "replace"), "sha256")
