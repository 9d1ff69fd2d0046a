"""SQL of `import` and its chunks, contents and rejects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg.types.json import Jsonb

from services.survey.imports.reading import Layout
from services.survey.imports.rows import Reject
from shared.db import Connection

SHOWN = """id, created_at, file_name, state, message, lines, line_done, "rows", accepted, duplicates, rejected,
    finished_at"""


@dataclass
class Import:
    """An import being worked off; `line_done` and `rows` say up to where."""

    id: UUID
    mapping: dict[str, Any]
    delimiter: str
    header: list[str]
    line_done: int
    rows: int
    attempts: int


@dataclass(frozen=True)
class Step:
    """What one transaction adds: the place it ends at and its counts."""

    line: int
    rows: int
    accepted: int
    duplicates: int
    rejected: int


def create(conn: Connection, by: str, file_name: str, mapping: dict[str, Any], layout: Layout) -> UUID:
    """A new import; visible and claimable once the caller's transaction, with all its chunks, commits."""
    row = conn.execute(
        """INSERT INTO import (created_by, file_name, mapping, delimiter, header, header_lines, line_done)
           VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id""",
        [by, file_name, Jsonb(mapping), layout.delimiter, list(layout.header), layout.lines, layout.lines],
    ).fetchone()
    assert row is not None
    return UUID(str(row["id"]))


def add_chunks(conn: Connection, id: UUID, blocks: Iterable[str]) -> None:
    """Store the blocks of a file one by one, holding one at a time, and count its lines."""
    lines = 0
    for block in blocks:
        conn.execute("INSERT INTO import_chunk VALUES (%s, %s, %b)", [id, lines, block.encode()])
        lines += block.count("\n") + (not block.endswith("\n"))
    conn.execute("UPDATE import SET lines = %s WHERE id = %s", [lines, id])


def find(conn: Connection, id: UUID) -> dict[str, Any] | None:
    """One import as it is shown, with its header; None where there is none, or only a draft."""
    return conn.execute(
        f"SELECT {SHOWN}, header FROM import WHERE id = %s AND state <> 'draft'", [id]
    ).fetchone()


def page(conn: Connection, limit: int, before: tuple[datetime, UUID] | None) -> list[dict[str, Any]]:
    """Imports that are no drafts, newest first; `before` is (created_at, id) of the last one seen."""
    return conn.execute(
        f"""SELECT {SHOWN} FROM import
            WHERE state <> 'draft'
              AND (%s::timestamptz IS NULL OR (created_at, id) < (%s::timestamptz, %s::uuid))
            ORDER BY created_at DESC, id DESC LIMIT %s""",
        [before and before[0], *(before or (None, None)), limit],
    ).fetchall()


def waiting(conn: Connection) -> int:
    """How many imports are not at their end."""
    row = conn.execute(
        "SELECT count(*)::int AS n FROM import WHERE state IN ('queued', 'running')"
    ).fetchone()
    assert row is not None
    return int(row["n"])


def failed_since(conn: Connection, since: datetime) -> int:
    """How many imports failed since then."""
    row = conn.execute(
        "SELECT count(*)::int AS n FROM import WHERE state = 'failed' AND finished_at >= %s", [since]
    ).fetchone()
    assert row is not None
    return int(row["n"])


def claim(conn: Connection) -> Import | None:
    """The oldest import that no other worker holds, now running and held by this session until it ends or releases.

    A session's lock goes with its connection, so the import of a worker that was killed is free at once.
    """
    waiting = conn.execute(
        "SELECT id FROM import WHERE state IN ('queued', 'running') ORDER BY created_at, id"
    )
    for row in waiting.fetchall():
        held = conn.execute(
            "SELECT pg_try_advisory_lock(hashtextextended(%s, 0)) AS held", [_lock(row["id"])]
        ).fetchone()
        if not held or not held["held"]:
            continue
        found = conn.execute(
            """UPDATE import SET state = 'running', attempts = attempts + 1
               WHERE id = %s AND state IN ('queued', 'running')
               RETURNING id, mapping, delimiter, header, line_done, "rows", attempts""",
            [row["id"]],
        ).fetchone()
        if found:
            return Import(**found)
        release(conn, row["id"])
    return None


def release(conn: Connection, id: UUID) -> None:
    """Let another worker have it."""
    conn.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [_lock(id)])


def blocks(conn: Connection, id: UUID, line: int) -> Iterator[tuple[int, str]]:
    """(lines before it, text) of each chunk from the one that holds line number `line` + 1 on; one query a chunk."""
    row = conn.execute(
        "SELECT max(lines_before) AS start FROM import_chunk WHERE import_id = %s AND lines_before <= %s",
        [id, line],
    ).fetchone()
    start = row["start"] if row else None
    while start is not None:
        with conn.cursor(binary=True) as cursor:
            found = cursor.execute(
                """SELECT data, (SELECT min(later.lines_before) FROM import_chunk AS later
                                 WHERE later.import_id = c.import_id AND later.lines_before > c.lines_before) AS next
                   FROM import_chunk AS c WHERE import_id = %s AND lines_before = %s""",
                [id, start],
            ).fetchone()
        if found is None:
            return
        yield start, bytes(found["data"]).decode()
        start = found["next"]


def count_contents(conn: Connection, id: UUID, contents: Sequence[UUID]) -> list[int]:
    """For each content in order: how often it has now come in this import, from 1."""
    here = Counter(contents)
    if not here:
        return []
    rows = conn.execute(
        """INSERT INTO import_content SELECT %s, * FROM unnest(%b::uuid[], %b::bigint[])
           ON CONFLICT (import_id, content)
           DO UPDATE SET occurrences = import_content.occurrences + EXCLUDED.occurrences
           RETURNING content, occurrences""",
        [id, list(here), list(here.values())],
    )
    seen = {row["content"]: row["occurrences"] - here[row["content"]] for row in rows}
    numbers = []
    for content in contents:
        seen[content] += 1
        numbers.append(seen[content])
    return numbers


def add_rejects(conn: Connection, id: UUID, rejects: Sequence[Reject]) -> None:
    """Keep refused rows as they came."""
    if not rejects:
        return
    conn.execute(
        """INSERT INTO import_reject SELECT %s, *
           FROM unnest(%b::bigint[], %b::bigint[], %b::text[]::json[], %b::text[]::json[])""",
        [
            id,
            [reject.record.row for reject in rejects],
            [reject.record.line for reject in rejects],
            [_json(reject.record.cells) for reject in rejects],
            [_json(reject.errors) for reject in rejects],
        ],
    )


def rejects(conn: Connection, id: UUID, after: int, limit: int) -> list[dict[str, Any]]:
    """Refused rows below row number `after`, in the file's order: row, line, cells, errors {column: message}."""
    return conn.execute(
        """SELECT "row", line, cells, errors FROM import_reject
           WHERE import_id = %s AND "row" > %s ORDER BY "row" LIMIT %s""",
        [id, after, limit],
    ).fetchall()


def advance(conn: Connection, work: Import, step: Step) -> None:
    """Move the place to go on at, in the transaction of the rows before it. Raises RuntimeError if it isn't ours."""
    done = conn.execute(
        """UPDATE import SET line_done = %s, "rows" = "rows" + %s, accepted = accepted + %s,
                             duplicates = duplicates + %s, rejected = rejected + %s, attempts = 0
           WHERE id = %s AND line_done = %s AND state = 'running'""",
        [step.line, step.rows, step.accepted, step.duplicates, step.rejected, work.id, work.line_done],
    )
    if done.rowcount != 1:
        raise RuntimeError(f"import {work.id} was moved by another worker")


def finish(conn: Connection, id: UUID, message: str | None) -> None:
    """Done, or failed where there is a message. The file is deleted with it."""
    state = "failed" if message else "done"
    with conn.transaction():
        conn.execute(
            "UPDATE import SET state = %s, message = %s, finished_at = now() WHERE id = %s",
            [state, message, id],
        )
        conn.execute("DELETE FROM import_chunk WHERE import_id = %s", [id])


def sweep(conn: Connection, now: datetime) -> int:
    """Delete a slice of what finished imports left behind, rejects older than 30 days, and drafts older than 7; the
    rows deleted."""
    contents = conn.execute(
        """DELETE FROM import_content WHERE ctid = ANY(ARRAY(
               SELECT c.ctid FROM import_content AS c JOIN import AS i ON i.id = c.import_id
               WHERE i.state IN ('done', 'failed') LIMIT 10000))"""
    )
    old = conn.execute(
        """DELETE FROM import_reject WHERE ctid = ANY(ARRAY(
               SELECT r.ctid FROM import_reject AS r JOIN import AS i ON i.id = r.import_id
               WHERE i.finished_at < %s - interval '30 days' LIMIT 10000))""",
        [now],
    )
    forgotten = conn.execute(
        "DELETE FROM import WHERE state = 'draft' AND created_at < %s - interval '7 days'", [now]
    )
    return contents.rowcount + old.rowcount + forgotten.rowcount


def _lock(id: UUID) -> str:
    return f"import:{id}"


def _json(value: object) -> str:
    """JSON that PostgreSQL takes: it has no NUL in texts."""
    return orjson.dumps(value).decode().replace("\\u0000", "\\u2400")
