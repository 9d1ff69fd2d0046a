"""Who may do what: API keys (SQL of schema `access`) and the tokens with which our services call each other.

A key reads `jl_<id>_<secret>`, is shown once and stored as SHA-256 of its secret: the secret is 256 random bits, so a
slow hash would add nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer

from shared.db import Connection
from shared.settings import Settings

ROLES = ("viewer", "lead", "admin", "collector")
INCLUDES = {
    "admin": {"admin", "lead", "viewer", "collector"},
    "lead": {"lead", "viewer"},
    "viewer": {"viewer"},
    "collector": {"collector"},
}
SERVICE_TOKEN_SECONDS = 300
_SALT = "service-token"


@dataclass(frozen=True)
class Principal:
    """Who calls: the key's id (or `service`), a name for the timeline, and the role."""

    id: str
    name: str
    role: str

    def may(self, role: str) -> bool:
        return role in INCLUDES[self.role]


def create_key(conn: Connection, role: str, name: str, expires_at: datetime | None = None) -> str:
    """Store a new key and return its token, which nobody can read again. Raises ValueError on an unknown role."""
    if role not in ROLES:
        raise ValueError(f"role is one of {', '.join(ROLES)}")
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    conn.execute(
        "INSERT INTO access.api_key (id, role, name, secret_hash, expires_at) VALUES (%s, %s, %s, %s, %s)",
        [key_id, role, name, _hash(secret), expires_at],
    )
    return f"jl_{key_id}_{secret}"


def list_keys(conn: Connection) -> list[dict[str, Any]]:
    """All keys without their hashes, oldest first."""
    return conn.execute(
        """SELECT id, role, name, created_at, expires_at, revoked_at, last_used_at
           FROM access.api_key ORDER BY created_at, id"""
    ).fetchall()


def revoke_key(conn: Connection, key_id: str) -> bool:
    """Revoke a key; False where there is none or it was revoked before."""
    done = conn.execute(
        "UPDATE access.api_key SET revoked_at = now() WHERE id = %s AND revoked_at IS NULL", [key_id]
    )
    return done.rowcount == 1


def authenticate(conn: Connection, settings: Settings, token: str) -> Principal | None:
    """The principal behind a bearer token: an API key or a service token; None where it is neither, or too old."""
    if token.startswith("jl_"):
        return _key_principal(conn, token)
    return _service_principal(settings, token)


def service_token(settings: Settings) -> str:
    """A token for a call from one of our services to another; valid for 5 minutes, may read."""
    return _signer(settings).dumps("viewer")


def _service_principal(settings: Settings, token: str) -> Principal | None:
    try:
        role = _signer(settings).loads(token, max_age=SERVICE_TOKEN_SECONDS)
    except BadSignature:
        return None
    return Principal("service", "service", role)


def _key_principal(conn: Connection, token: str) -> Principal | None:
    key_id, _, secret = token.removeprefix("jl_").partition("_")
    row = conn.execute(
        """SELECT id, name, role, secret_hash,
                  last_used_at IS NULL OR last_used_at < now() - interval '1 minute' AS idle
           FROM access.api_key
           WHERE id = %s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())""",
        [key_id],
    ).fetchone()
    if row is None or not hmac.compare_digest(bytes(row["secret_hash"]), _hash(secret)):
        return None
    if row["idle"]:
        conn.execute("UPDATE access.api_key SET last_used_at = now() WHERE id = %s", [key_id])
    return Principal(row["id"], row["name"], row["role"])


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _signer(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.secret_key, salt=_SALT)
