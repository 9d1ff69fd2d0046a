"""Tokens that let whoever sent an answer change it, or leave a contact with it. Derived from its id, so that nothing is
stored. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from itsdangerous import BadSignature, Signer

SecretKeys = str | Sequence[str]
VALID_FOR = timedelta(hours=24)
_SALT = "edit-token"
_CONTACT_SALT = "contact-token"


def edit_token(secret_key: str, id_: UUID) -> str:
    """The same token whenever the answer with this id is sent."""
    return Signer(secret_key, salt=_SALT).get_signature(str(id_)).decode()


def is_edit_token(secret_keys: SecretKeys, id_: UUID, token: str) -> bool:
    """Whether `token` was made for this id, with one of the keys."""
    return Signer(secret_keys, salt=_SALT).verify_signature(str(id_).encode(), token.encode())


def contact_token(secret_key: str, id_: UUID) -> str:
    """What a link carries that lets its follower leave a contact with this answer, and nothing else."""
    return Signer(secret_key, salt=_CONTACT_SALT).sign(id_.hex).decode()


def read_contact_token(secret_keys: SecretKeys, token: str | None) -> UUID | None:
    """The answer that the token was made for; None for a token we did not make."""
    try:
        return UUID(Signer(secret_keys, salt=_CONTACT_SALT).unsign((token or "").encode()).decode())
    except (BadSignature, ValueError):
        return None
