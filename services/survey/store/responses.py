"""SQL of `response`: answers as they come in. `accept.py` is the only caller that inserts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from shared import outbox
from shared.db import Connection


class Row(NamedTuple):
    """One row of `response`, as text where PostgreSQL casts it: attributes and segments are JSON, reasons commas."""

    id: UUID
    answer_id: UUID
    survey: str
    survey_revision: int
    score: int
    comment: str | None
    reasons: str
    attributes: str
    segments: str
    respondent: bytes | None
    respondent_key: str | None
    lang: str | None
    channel: str | None
    answered_at: Any
    received_at: Any
    historic: bool
    first_content: bytes


_COLUMNS = ", ".join(Row._fields)
_VALUES = """id, answer_id, survey, survey_revision, score, comment, string_to_array(reasons, ','), attributes,
    segments, respondent, respondent_key, lang, channel, answered_at, received_at, historic, first_content"""
_TYPES = (
    "uuid", "uuid", "text", "int", "smallint", "text", "text", "jsonb", "jsonb", "bytea", "text", "text", "text",
    "timestamptz", "timestamptz", "boolean", "bytea",
)  # fmt: skip

_INSERT_MANY = f"""
    INSERT INTO response ({_COLUMNS})
    SELECT {_VALUES} FROM unnest({", ".join(f"%s::{type_}[]" for type_ in _TYPES)}) AS new({_COLUMNS})
    ON CONFLICT (id) DO NOTHING RETURNING id"""

_INSERT_ONE = f"""
    WITH new AS (
        INSERT INTO response ({_COLUMNS})
        SELECT {_VALUES} FROM (VALUES ({", ".join(f"%s::{type_}" for type_ in _TYPES)})) AS given({_COLUMNS})
        WHERE EXISTS (SELECT FROM journey WHERE journey = %s AND revision = %s)
        ON CONFLICT (id) DO NOTHING RETURNING received_at
    )
    {outbox.INSERT} SELECT %s, %s, %s, %s::jsonb, %s::boolean, received_at FROM new"""


def insert(conn: Connection, rows: Sequence[Row]) -> set[UUID]:
    """Insert rows whose id is new, in the order given; the ids inserted."""
    if not rows:
        return set()
    columns = [list(column) for column in zip(*rows, strict=True)]
    return {found["id"] for found in conn.execute(_INSERT_MANY, columns)}


def insert_one(conn: Connection, row: Row, event: outbox.OutboxRow, journey: str, revision: int) -> bool:
    """In one statement: insert an answer and its outbox row, if its id is new and the journey is at `revision`.

    False where nothing was written.
    """
    event_values = [event.topic, event.key, event.type, Jsonb(event.data), event.historic]
    return conn.execute(_INSERT_ONE, [*row, journey, revision, *event_values]).rowcount == 1


def first_contents(conn: Connection, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """What is needed to compare with the first content of known ids: first_content, respondent, respondent_key."""
    rows = conn.execute(
        "SELECT id, first_content, respondent, respondent_key FROM response WHERE id = ANY(%s)", [list(ids)]
    )
    return {row["id"]: row for row in rows}
