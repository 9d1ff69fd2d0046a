"""SQL of writing `follow_up`, `follow_up_event` and `follow_up_turn`. Only `services/survey/follow_ups/` calls it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import sql
from psycopg.types.json import Jsonb

from services.survey.store.follow_ups import COLUMNS
from shared.db import Connection

Row = dict[str, Any]

_RETURNING = sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
INSERTED = (
    "id", "answer_id", "respondent", "respondent_key", "journey", "stage", "touchpoint", "survey", "metric", "audience",
    "score", "owner", "opened_at", "opened_by", "due_at",
)  # fmt: skip


def insert(conn: Connection, case: Mapping[str, Any]) -> Row | None:
    """Write a new case (INSERTED); None, nothing written, where its answer has one."""
    names = sql.SQL(", ").join(map(sql.Identifier, INSERTED))
    values = sql.SQL(", ").join(map(sql.Placeholder, INSERTED))
    query = sql.SQL(
        "INSERT INTO follow_up ({}) VALUES ({}) ON CONFLICT (answer_id) DO NOTHING RETURNING {}"
    ).format(names, values, _RETURNING)
    return conn.execute(query, dict(case)).fetchone()


def save(conn: Connection, id: UUID, values: Mapping[str, Any]) -> Row:
    """Write these columns of a case that is locked; it gets the next revision. The case as it is now."""
    parts = [sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in values]
    query = sql.SQL("UPDATE follow_up SET {} WHERE id = {} RETURNING {}").format(
        sql.SQL(", ").join([*parts, sql.SQL("revision = revision + 1")]),
        sql.Placeholder("case_id"),
        _RETURNING,
    )
    row = conn.execute(query, {**values, "case_id": id}).fetchone()
    assert row is not None, "only called for a case that is locked"
    return row


def add_event(
    conn: Connection,
    id: UUID,
    by: str,
    kind: str,
    detail: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    """Add a line to the history of a case that is locked, or was just inserted; `at`: by now where it is not said."""
    conn.execute(
        """INSERT INTO follow_up_event (follow_up, number, at, by, kind, detail)
           SELECT %(id)s, coalesce(max(number), 0) + 1, coalesce(%(at)s::timestamptz, clock_timestamp()),
                  %(by)s, %(kind)s, %(detail)s
           FROM follow_up_event WHERE follow_up = %(id)s""",
        {"id": id, "by": by, "kind": kind, "detail": Jsonb(dict(detail or {})), "at": at},
    )


def next_turn(conn: Connection, survey: str) -> int:
    """Count up whose turn it is, 0 first; whoever asks next waits until the commit."""
    row = conn.execute(
        """INSERT INTO follow_up_turn AS t (survey, turn) VALUES (%s, 0)
           ON CONFLICT (survey) DO UPDATE SET turn = t.turn + 1 RETURNING turn""",
        [survey],
    ).fetchone()
    assert row is not None
    return int(row["turn"])


def forget_notes(conn: Connection, id: UUID) -> None:
    """Delete the words that people wrote into a case's history; that they wrote stays."""
    conn.execute("UPDATE follow_up_event SET detail = detail - 'note' WHERE follow_up = %s", [id])
