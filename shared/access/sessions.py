"""Sessions of people who signed in. What one may do is looked up anew at every request, so that a revoked key, a
disabled account or an owner that is gone ends it at once.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from shared.access.accounts import person
from shared.access.principal import Principal
from shared.db import Connection

VALID_FOR = timedelta(hours=12)


@dataclass(frozen=True)
class Session:
    """Somebody who is signed in, and the token that each of their forms carries."""

    principal: Principal
    csrf: str


def begin(conn: Connection, principal: Principal) -> str:
    """Sign somebody in; the session's id, which only the cookie knows. Sessions that are over are removed."""
    session = secrets.token_urlsafe(32)
    key = None if principal.email else principal.id
    conn.execute("DELETE FROM access.session WHERE expires_at <= now()")
    conn.execute(
        """INSERT INTO access.session (id_hash, email, key_id, csrf, expires_at)
           VALUES (%s, %s, %s, %s, now() + %s)""",
        [_hash(session), principal.email, key, secrets.token_urlsafe(24), VALID_FOR],
    )
    return session


def find(conn: Connection, fallback_owner: str, session: str) -> Session | None:
    """Whose session it is; None where it ended, or whoever it was may no longer do anything."""
    row = conn.execute(
        """SELECT s.email, s.csrf, k.id, k.name, k.role
           FROM access.session AS s
           LEFT JOIN access.api_key AS k ON k.id = s.key_id AND k.revoked_at IS NULL
                AND (k.expires_at IS NULL OR k.expires_at > now())
           WHERE s.id_hash = %s AND s.expires_at > now()""",
        [_hash(session)],
    ).fetchone()
    if row is None:
        return None
    if row["email"]:
        principal = person(conn, fallback_owner, row["email"])
    else:
        principal = Principal(row["id"], row["name"], row["role"]) if row["id"] else None
    return Session(principal, row["csrf"]) if principal else None


def end(conn: Connection, session: str) -> None:
    """Sign out: the session is gone, whoever still has its cookie."""
    conn.execute("DELETE FROM access.session WHERE id_hash = %s", [_hash(session)])


def _hash(session: str) -> bytes:
    return hashlib.sha256(session.encode()).digest()
