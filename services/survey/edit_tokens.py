"""The token that lets whoever sent an answer change it: derived from its id, so that nothing is stored. Pure."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from itsdangerous import Signer

VALID_FOR = timedelta(hours=24)
_SALT = "edit-token"


def edit_token(secret_key: str, id_: UUID) -> str:
    """The same token whenever the answer with this id is sent."""
    return Signer(secret_key, salt=_SALT).get_signature(str(id_)).decode()


def is_edit_token(secret_key: str, id_: UUID, token: str) -> bool:
    """Whether `token` was made for this id."""
    return Signer(secret_key, salt=_SALT).verify_signature(str(id_).encode(), token.encode())
