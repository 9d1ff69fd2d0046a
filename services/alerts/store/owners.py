"""The SQL of owners. Whoever is told at one of an owner's addresses may sign in as a lead: `access.account_owner`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from psycopg.types.json import Jsonb

from shared.access.accounts import keep_owner
from shared.db import Connection
from shared.reserved import CHECK


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
    keep_owner(conn, owner, document["name"], _addresses(document))


def archive(conn: Connection, owner: str) -> bool:
    """Archive the owner; False where there is none."""
    done = conn.execute(
        "UPDATE owner SET archived_at = now() WHERE owner = %s AND archived_at IS NULL", [owner]
    )
    keep_owner(conn, owner, "", [])
    return done.rowcount == 1


def page(conn: Connection, limit: int, after: str) -> list[dict[str, Any]]:
    """Up to limit + 1 of {owner, document, updated_at} in order of their keys, after the key `after`."""
    return conn.execute(
        """SELECT owner, document, updated_at FROM owner
           WHERE archived_at IS NULL AND owner > %s ORDER BY owner LIMIT %s""",
        [after, limit + 1],
    ).fetchall()


def documents(conn: Connection) -> dict[str, dict[str, Any]]:
    """The document of every owner there is now, by key, in order of their keys; without that of journeyloop check."""
    rows = conn.execute(
        "SELECT owner, document FROM owner WHERE archived_at IS NULL AND owner <> %s ORDER BY owner", [CHECK]
    )
    return {row["owner"]: row["document"] for row in rows}


def reachable(conn: Connection, owners: list[str]) -> set[str]:
    """Which of these owners exist now."""
    rows = conn.execute("SELECT owner FROM owner WHERE owner = ANY(%s) AND archived_at IS NULL", [owners])
    return {row["owner"] for row in rows}


def told(conn: Connection) -> dict[str, str]:
    """The name of every owner who can be told now, by key."""
    rows = conn.execute("SELECT owner, document->>'name' AS name FROM owner WHERE archived_at IS NULL")
    return {row["owner"]: row["name"] for row in rows}


def names(conn: Connection) -> dict[str, str]:
    """The name of every owner, archived ones too, by key."""
    return {
        row["owner"]: row["name"]
        for row in conn.execute("SELECT owner, document->>'name' AS name FROM owner")
    }


def _addresses(document: dict[str, Any]) -> Iterator[str]:
    """The addresses at which somebody reads what the owner is told."""
    if document.get("email"):
        yield document["email"]
    for channel in document.get("channels") or []:
        scheme, _, address = channel["url"].partition(":")
        if channel["kind"] == "email" and scheme == "mailto" and "${" not in address:
            yield unquote(address)
