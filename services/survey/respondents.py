"""Pseudonyms: who answered is stored only as HMAC-SHA256 under RESPONDENT_KEY, with the id of the key. Pure."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import NamedTuple

Keys = Mapping[str, bytes]


class Pseudonym(NamedTuple):
    """A person, told apart but not named: 32 bytes, and the id of the key they were made with."""

    digest: bytes
    key_id: str


Respondent = str | Pseudonym | None


def pseudonym(keys: Keys, respondent: str) -> Pseudonym:
    """The pseudonym under the current key, the first one."""
    key_id = next(iter(keys))
    return Pseudonym(_digest(keys[key_id], respondent), key_id)


def stored_as(keys: Keys, respondent: Respondent) -> tuple[bytes | None, str | None]:
    """What the database keeps: (pseudonym, key id); (None, None) for nobody."""
    if respondent is None:
        return None, None
    return pseudonym(keys, respondent) if isinstance(respondent, str) else respondent


def every_digest(keys: Keys, respondent: str) -> list[bytes]:
    """The person's pseudonyms under all keys: rows may have been written under any of them."""
    return [_digest(secret, respondent) for secret in keys.values()]


def known_as(keys: Keys, respondent: Respondent) -> list[bytes]:
    """Every pseudonym under which rows may name `respondent`; none for nobody."""
    if respondent is None:
        return []
    return every_digest(keys, respondent) if isinstance(respondent, str) else [respondent.digest]


def every_pseudonym(keys: Keys, respondent: str) -> list[Pseudonym]:
    """The person's pseudonyms, one a key."""
    return [Pseudonym(_digest(secret, respondent), key_id) for key_id, secret in keys.items()]


def is_same(keys: Keys, stored: bytes | None, key_id: str | None, respondent: Respondent) -> bool:
    """Whether the stored pseudonym, possibly made under an older key, belongs to `respondent`."""
    if stored is None or respondent is None:
        return stored is None and respondent is None
    if isinstance(respondent, Pseudonym):
        return hmac.compare_digest(respondent.digest, stored)
    secret = keys.get(key_id or "")
    return secret is not None and hmac.compare_digest(_digest(secret, respondent), stored)


def _digest(secret: bytes, respondent: str) -> bytes:
    return hmac.digest(secret, respondent.encode(), "sha256")
