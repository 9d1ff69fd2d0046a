"""SQL of uploads whose columns nobody has named yet: rows of `import` in the state `draft`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from services.survey.imports.reading import Layout
from services.survey.store import imports
from shared.db import Connection


def create(conn: Connection, by: str, file_name: str, layout: Layout) -> UUID:
    """An upload without a mapping yet. `imports.add_chunks` fills it; no worker takes it before `start`."""
    id = imports.create(conn, by, file_name, {}, layout)
    conn.execute("UPDATE import SET state = 'draft' WHERE id = %s", [id])
    return id


def find(conn: Connection, id: UUID) -> dict[str, Any] | None:
    """id, file_name, created_at, lines, delimiter, header, header_lines of a draft; None where it is none."""
    return conn.execute(
        """SELECT id, file_name, created_at, lines, delimiter, header, header_lines FROM import
           WHERE id = %s AND state = 'draft'""",
        [id],
    ).fetchone()


def newest(conn: Connection) -> list[dict[str, Any]]:
    """The drafts, newest first: id, file_name, created_at, created_by, lines."""
    return conn.execute(
        """SELECT id, file_name, created_at, created_by, lines FROM import WHERE state = 'draft'
           ORDER BY created_at DESC, id DESC LIMIT 20"""
    ).fetchall()


def start(conn: Connection, id: UUID, mapping: dict[str, Any], layout: Layout) -> bool:
    """Queue a draft under this mapping; False where it is no draft (any more)."""
    started = conn.execute(
        """UPDATE import SET state = 'queued', mapping = %s, delimiter = %s, header = %s, header_lines = %s,
                             line_done = %s
           WHERE id = %s AND state = 'draft'""",
        [Jsonb(mapping), layout.delimiter, list(layout.header), layout.lines, layout.lines, id],
    )
    return started.rowcount == 1


def discard(conn: Connection, id: UUID) -> None:
    """Delete a draft with its file."""
    conn.execute("DELETE FROM import WHERE id = %s AND state = 'draft'", [id])
