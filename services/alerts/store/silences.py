"""The SQL of silences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from shared.db import Connection

_FIELDS = "silence, document, starts_at, ends_at"
_SHOWN = f"""SELECT {_FIELDS}, updated_by,
                    (SELECT count(*) FROM announcement
                     WHERE routed_at IS NULL AND silenced_by = silence.silence) AS kept
             FROM silence WHERE archived_at IS NULL"""


def get(conn: Connection, silence: str, *, lock: bool = False) -> dict[str, Any] | None:
    """{silence, document, starts_at, ends_at}; None where there is none or it is archived."""
    text = f"SELECT {_FIELDS} FROM silence WHERE silence = %s AND archived_at IS NULL"
    return conn.execute(text + (" FOR UPDATE" if lock else ""), [silence]).fetchone()


def why(conn: Connection, silence: str) -> str | None:
    """The reason given for a silence, archived or not."""
    row = conn.execute(
        "SELECT document ->> 'why' AS why FROM silence WHERE silence = %s", [silence]
    ).fetchone()
    return row["why"] if row else None


def put(
    conn: Connection,
    silence: str,
    document: Mapping[str, Any],
    starts_at: datetime,
    ends_at: datetime,
    by: str,
    now: datetime,
) -> None:
    """Store the document, reviving an archived one; what is muted now is looked at again."""
    conn.execute(
        """INSERT INTO silence (silence, document, starts_at, ends_at, updated_by) VALUES (%s, %s, %s, %s, %s)
           ON CONFLICT (silence) DO UPDATE
           SET document = EXCLUDED.document, starts_at = EXCLUDED.starts_at, ends_at = EXCLUDED.ends_at,
               updated_by = EXCLUDED.updated_by, updated_at = now(), archived_at = NULL""",
        [silence, Jsonb(document), starts_at, ends_at, by],
    )
    _look_again(conn, now)


def archive(conn: Connection, silence: str, now: datetime) -> None:
    """End it for good; what it muted is looked at again."""
    conn.execute("UPDATE silence SET archived_at = now() WHERE silence = %s", [silence])
    _look_again(conn, now)


def page(conn: Connection, limit: int, after: str) -> list[dict[str, Any]]:
    """Up to limit + 1 silences in order of their keys, after the key `after`."""
    return conn.execute(
        f"SELECT {_FIELDS} FROM silence WHERE archived_at IS NULL AND silence > %s ORDER BY silence LIMIT %s",
        [after, limit + 1],
    ).fetchall()


def all_(conn: Connection) -> list[dict[str, Any]]:
    """Every silence that is not archived, with `updated_by` and `kept`: how many messages it keeps back now."""
    return conn.execute(f"{_SHOWN} ORDER BY silence").fetchall()


def shown(conn: Connection, silence: str) -> dict[str, Any] | None:
    """One silence with `updated_by` and `kept`; None where there is none or it is archived."""
    return conn.execute(f"{_SHOWN} AND silence = %s", [silence]).fetchone()


def keeps(conn: Connection, silence: str) -> list[dict[str, Any]]:
    """The incidents of which the silence keeps a message back now, newest first, as in would_have_muted()."""
    return conn.execute(
        """SELECT id AS incident, journey, stage, metric, audience, state, opened_at, closed_at FROM incident
           WHERE id IN (SELECT incident_id FROM announcement WHERE silenced_by = %s AND routed_at IS NULL)
           ORDER BY opened_at DESC, id""",
        [silence],
    ).fetchall()


def keys(conn: Connection) -> list[str]:
    """The key of every silence there ever was."""
    return [row["silence"] for row in conn.execute("SELECT silence FROM silence")]


def in_force(conn: Connection, now: datetime, *, lock: bool = False) -> list[dict[str, Any]]:
    """All silences in force at `now`. Locked, none of them changes until the transaction ends: who deletes one
    meanwhile finds whatever was muted under it."""
    text = f"""SELECT {_FIELDS} FROM silence
               WHERE archived_at IS NULL AND starts_at <= %(now)s AND ends_at > %(now)s ORDER BY silence"""
    return conn.execute(text + (" FOR SHARE" if lock else ""), {"now": now}).fetchall()


def would_have_muted(conn: Connection, document: Mapping[str, Any], since: datetime) -> list[dict[str, Any]]:
    """The incidents opened since then at the places the document names, newest first."""
    return conn.execute(
        """SELECT id AS incident, journey, stage, metric, audience, state, opened_at, closed_at FROM incident
           WHERE opened_at >= %(since)s
             AND (%(journey)s::text IS NULL OR journey = %(journey)s)
             AND (%(stage)s::text IS NULL OR stage = %(stage)s)
             AND (%(metric)s::text IS NULL OR metric = %(metric)s)
             AND (%(audience)s::text IS NULL OR audience = %(audience)s)
           ORDER BY opened_at DESC, id""",
        {name: document.get(name) for name in ("journey", "stage", "metric", "audience")} | {"since": since},
    ).fetchall()


def _look_again(conn: Connection, now: datetime) -> None:
    conn.execute(
        """UPDATE announcement SET try_at = %(now)s, due_at = %(now)s
           WHERE routed_at IS NULL AND silenced_by IS NOT NULL""",
        {"now": now},
    )
