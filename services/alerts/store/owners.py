"""The SQL of owners."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb

from shared.db import Connection


def get(conn: Connection, owner: str, *, lock: bool = False) -> dict[str, Any] | None:
    """The owner's document as it was PUT; None where there is none or it is archived."""
    text = "SELECT document FROM owner WHERE owner = %s AND archived_at IS NULL"
    row = conn.execute(text + (" FOR UPDATE" if lock else ""), [owner]).fetchone()
    return row["document"] if row else None


def put(conn: Connection, owner: str, document: dict[str, Any]) -> None:
    """Store the document; an archived owner comes back."""
    conn.execute(
        """INSERT INTO owner (owner, document) VALUES (%s, %s)
           ON CONFLICT (owner) DO UPDATE SET document = EXCLUDED.document, updated_at = now(), archived_at = NULL""",
        [owner, Jsonb(document)],
    )


def archive(conn: Connection, owner: str) -> bool:
    """Archive the owner; False where there is none."""
    done = conn.execute(
        "UPDATE owner SET archived_at = now() WHERE owner = %s AND archived_at IS NULL", [owner]
    )
    return done.rowcount == 1


def page(conn: Connection, limit: int, after: str) -> list[dict[str, Any]]:
    """Up to limit + 1 of {owner, document} in order of their keys, after the key `after`."""
    return conn.execute(
        """SELECT owner, document FROM owner
           WHERE archived_at IS NULL AND owner > %s ORDER BY owner LIMIT %s""",
        [after, limit + 1],
    ).fetchall()


def reachable(conn: Connection, owners: list[str]) -> set[str]:
    """Which of these owners exist now."""
    rows = conn.execute("SELECT owner FROM owner WHERE owner = ANY(%s) AND archived_at IS NULL", [owners])
    return {row["owner"] for row in rows}


def names(conn: Connection) -> dict[str, str]:
    """The name of every owner, archived ones too, by key."""
    return {
        row["owner"]: row["name"]
        for row in conn.execute("SELECT owner, document->>'name' AS name FROM owner")
    }
