"""API keys.

A key reads `jl_<id>_<secret>`, is shown once and stored as SHA-256 of its secret: the secret is 256 random bits, so a
slow hash would add nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Any

from shared.access.principal import ROLES, Principal
from shared.db import Connection

PREFIX = "jl_"


def create_key(conn: Connection, role: str, name: str, expires_at: datetime | None = None) -> str:
    """Store a new key and return its token, which nobody can read again. Raises ValueError on an unknown role."""
    token = add_key(conn, secrets.token_hex(6), role, name, expires_at)
    assert token is not None, "two random ids are the same"
    return token


def add_key(
    conn: Connection, key_id: str, role: str, name: str, expires_at: datetime | None = None
) -> str | None:
    """Store a key under an id of the caller's and return its token; None where that id has one already."""
    if role not in ROLES:
        raise ValueError(f"role is one of {', '.join(ROLES)}")
    secret = secrets.token_urlsafe(32)
    done = conn.execute(
        """INSERT INTO access.api_key (id, role, name, secret_hash, expires_at) VALUES (%s, %s, %s, %s, %s)
           ON CONFLICT (id) DO NOTHING""",
        [key_id, role, name, _hash(secret), expires_at],
    )
    return f"{PREFIX}{key_id}_{secret}" if done.rowcount else None


def list_keys(conn: Connection) -> list[dict[str, Any]]:
    """All keys without their hashes, oldest first."""
    return conn.execute(
        """SELECT id, role, name, created_at, expires_at, revoked_at, last_used_at
           FROM access.api_key ORDER BY created_at, id"""
    ).fetchall()


def revoke_key(conn: Connection, key_id: str) -> bool:
    """Revoke a key, which ends its sessions too; False where there is none or it was revoked before."""
    done = conn.execute(
        "UPDATE access.api_key SET revoked_at = now() WHERE id = %s AND revoked_at IS NULL", [key_id]
    )
    return done.rowcount == 1


def key_principal(conn: Connection, token: str) -> Principal | None:
    """The principal of a whole key; None where it is unknown, revoked or expired."""
    key_id, _, secret = token.removeprefix(PREFIX).partition("_")
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
