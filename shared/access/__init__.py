"""Who may do what (SQL of schema `access`): API keys, people and their sessions, tokens of our own services."""

from __future__ import annotations

from shared.access.keys import PREFIX, create_key, key_principal, list_keys, revoke_key
from shared.access.principal import ROLES, Principal
from shared.access.service_tokens import SERVICE_TOKEN_SECONDS, service_principal, service_token
from shared.db import Connection
from shared.settings import Settings

__all__ = [
    "ROLES",
    "SERVICE_TOKEN_SECONDS",
    "Principal",
    "authenticate",
    "create_key",
    "list_keys",
    "revoke_key",
    "service_token",
]


def authenticate(conn: Connection, settings: Settings, token: str) -> Principal | None:
    """The principal behind a bearer token: an API key or a service token; None where it is neither, or too old."""
    if token.startswith(PREFIX):
        return key_principal(conn, token)
    return service_principal(settings, token)
