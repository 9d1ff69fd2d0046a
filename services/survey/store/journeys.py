"""SQL of `journey`: the map."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Json

from shared.db import Connection

Row = dict[str, Any]


def lock(conn: Connection, journey: str) -> Row | None:
    """The journey as stored, None where there is none; nobody else changes or makes it until the commit.

    Row: journey, document, archived, revision.
    """
    conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"journey:{journey}"])
    return find(conn, journey)


def find(conn: Connection, journey: str) -> Row | None:
    """The journey as stored, archived or not."""
    return conn.execute(
        "SELECT journey, document, archived, revision FROM journey WHERE journey = %s", [journey]
    ).fetchone()


def page(conn: Connection, *, archived: bool, after: str, limit: int) -> list[Row]:
    """Journeys with keys above `after`, in order of their keys."""
    return conn.execute(
        """SELECT journey, document, archived, revision FROM journey
           WHERE journey > %s AND (%s OR NOT archived) ORDER BY journey LIMIT %s""",
        [after, archived, limit],
    ).fetchall()


def any_in_use(conn: Connection, *, but: str) -> bool:
    """Whether there is a journey that is not archived, `but` aside."""
    return (
        conn.execute("SELECT FROM journey WHERE NOT archived AND journey <> %s", [but]).fetchone() is not None
    )


def save(conn: Connection, journey: str, document: dict[str, Any]) -> None:
    """Write a new or changed document under the journey's lock; it gets the next revision and is not archived."""
    conn.execute(
        """INSERT INTO journey (journey, document) VALUES (%s, %s)
           ON CONFLICT (journey) DO UPDATE
           SET document = EXCLUDED.document, archived = false, revision = journey.revision + 1""",
        [journey, Json(document)],
    )


def archive(conn: Connection, journey: str) -> None:
    """Take the journey out of use; it gets the next revision."""
    conn.execute("UPDATE journey SET archived = true, revision = revision + 1 WHERE journey = %s", [journey])


def advance(conn: Connection, journey: str) -> None:
    """Give the journey its next revision, because one of its surveys changed."""
    conn.execute("UPDATE journey SET revision = revision + 1 WHERE journey = %s", [journey])
