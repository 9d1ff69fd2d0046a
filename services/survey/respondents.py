"""Pseudonyms: who answered is stored only as HMAC-SHA256 under RESPONDENT_KEY, with the id of the key. Pure."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

Keys = Mapping[str, bytes]


def pseudonym(keys: Keys, respondent: str | None) -> tuple[bytes | None, str | None]:
    """(pseudonym of 32 bytes, key id) under the current key, the first one; (None, None) for nobody."""
    if respondent is None:
        return None, None
    key_id = next(iter(keys))
    return _digest(keys[key_id], respondent), key_id


def is_same(keys: Keys, stored: bytes | None, key_id: str | None, respondent: str | None) -> bool:
    """Whether the stored pseudonym, possibly made under an older key, belongs to `respondent`."""
    if stored is None or respondent is None:
        return stored is None and respondent is None
    secret = keys.get(key_id or "")
    return secret is not None and hmac.compare_digest(_digest(secret, respondent), stored)


def _digest(secret: bytes, respondent: str) -> bytes:
    return hmac.digest(secret, respondent.encode(), "sha256")
