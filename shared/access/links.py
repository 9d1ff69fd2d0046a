"""Sign-in links: asked for by anybody, mailed to whom the address belongs to, good once and for 15 minutes.

A link's token is its row's id, signed: a mail that is sent again carries the same link, and the database alone gives
nobody a valid one.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from shared.access.accounts import normal
from shared.db import Connection
from shared.settings import Settings

VALID_FOR = timedelta(minutes=15)
# Mails to one address within that time; what is asked beyond is kept quiet: one of the mails will do.
MOST_MAILS = 5
# While one worker sends, no other starts; longer than all that SMTP's timeouts add up to.
LEASE = timedelta(minutes=1)
KEPT_FOR = timedelta(days=1)
_SALT = "sign-in-link"


@dataclass(frozen=True)
class Due:
    """A link to be mailed: `lately` is how many mails its address got within the time a link is valid."""

    id: uuid.UUID
    email: str
    expires_at: datetime
    attempts: int
    lately: int


def ask(conn: Connection, email: str, next: str) -> None:
    """Note that somebody wants to sign in with this address; whether it belongs to anybody is not looked at here."""
    conn.execute(
        "INSERT INTO access.sign_in_link (id, email, next) VALUES (%s, %s, %s)",
        [uuid.uuid4(), normal(email), next],
    )


def claim(conn: Connection) -> Due | None:
    """The next link to be mailed, for this worker alone for a minute; None where there is none."""
    row = conn.execute(
        """UPDATE access.sign_in_link AS l SET attempts = attempts + 1, try_at = now() + %s
           WHERE id = (SELECT id FROM access.sign_in_link WHERE settled_at IS NULL AND try_at <= now()
                       ORDER BY try_at LIMIT 1 FOR UPDATE SKIP LOCKED)
           RETURNING id, email, created_at + %s AS expires_at, attempts,
                     (SELECT count(*) FROM access.sign_in_link AS o
                      WHERE o.email = l.email AND o.sent_at > now() - %s) AS lately""",
        [LEASE, VALID_FOR, VALID_FOR],
    ).fetchone()
    return Due(**row) if row else None


def settle(conn: Connection, id: uuid.UUID, *, sent: bool) -> None:
    """The link needs no more work: its mail went out, or there is nobody to mail to."""
    conn.execute(
        """UPDATE access.sign_in_link SET settled_at = now(), sent_at = CASE WHEN %s THEN now() END
           WHERE id = %s""",
        [sent, id],
    )


def try_later(conn: Connection, id: uuid.UUID, wait: timedelta) -> None:
    """The mail server did not take it: once more after `wait`."""
    conn.execute("UPDATE access.sign_in_link SET try_at = now() + %s WHERE id = %s", [wait, id])


def sweep(conn: Connection) -> None:
    """Forget what was asked more than a day ago."""
    conn.execute("DELETE FROM access.sign_in_link WHERE created_at < now() - %s", [KEPT_FOR])


def waiting(conn: Connection) -> tuple[int, float]:
    """How many links wait for their mail, and how many seconds ago the oldest was asked for."""
    row = conn.execute(
        """SELECT count(*)::int AS due, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS oldest
           FROM access.sign_in_link WHERE settled_at IS NULL"""
    ).fetchone()
    assert row is not None
    return row["due"], row["oldest"]


def token(settings: Settings, id: uuid.UUID) -> str:
    """What a link carries in its address."""
    return str(_signer(settings).dumps(str(id)))


def whose(conn: Connection, settings: Settings, given: str) -> str | None:
    """The address that a link is good for now; None where it is forged, used or too old."""
    row = conn.execute(
        """SELECT email FROM access.sign_in_link
           WHERE id = %s AND used_at IS NULL AND created_at > now() - %s""",
        [_id(settings, given), VALID_FOR],
    ).fetchone()
    return row["email"] if row else None


def use(conn: Connection, settings: Settings, given: str) -> tuple[str, str] | None:
    """Use a link up: its address, and where its person wanted to go; None where it is good for nothing."""
    row = conn.execute(
        """UPDATE access.sign_in_link SET used_at = now()
           WHERE id = %s AND used_at IS NULL AND created_at > now() - %s RETURNING email, next""",
        [_id(settings, given), VALID_FOR],
    ).fetchone()
    return (row["email"], row["next"]) if row else None


def _id(settings: Settings, given: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(_signer(settings).loads(given))
    except (BadSignature, ValueError, AttributeError, TypeError):
        return None


def _signer(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_keys, salt=_SALT)
