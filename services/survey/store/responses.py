"""SQL of `response`: answers as they come in. `accept.py` is the only caller that inserts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
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
    respondent_verified: bool | None
    lang: str | None
    channel: str | None
    answered_at: Any
    received_at: Any
    historic: bool
    first_content: bytes


_COLUMNS = ", ".join(Row._fields)
_VALUES = """id, answer_id, survey, survey_revision, score, comment, string_to_array(reasons, ','), attributes,
    segments, respondent, respondent_key, respondent_verified, lang, channel, answered_at, received_at, historic,
    first_content"""
_TYPES = (
    "uuid", "uuid", "text", "int", "smallint", "text", "text", "jsonb", "jsonb", "bytea", "text", "boolean", "text",
    "text", "timestamptz", "timestamptz", "boolean", "bytea",
)  # fmt: skip

_INSERT_MANY = f"""
    INSERT INTO response ({_COLUMNS})
    SELECT {_VALUES} FROM unnest({", ".join(f"%b::{type_}[]" for type_ in _TYPES)}) AS new({_COLUMNS})
    ON CONFLICT (id) DO NOTHING RETURNING id"""

_INSERT_ONE = f"""
    WITH new AS (
        INSERT INTO response ({_COLUMNS})
        SELECT {_VALUES} FROM (VALUES ({", ".join(f"%s::{type_}" for type_ in _TYPES)})) AS given({_COLUMNS})
        WHERE EXISTS (SELECT FROM journey WHERE journey = %s AND revision = %s)
        ON CONFLICT (id) DO NOTHING RETURNING received_at
    )
    {outbox.INSERT} SELECT %s, %s, %s, %s::jsonb, %s::boolean, received_at FROM new"""


_NEWEST = """
    SELECT found.answer_id, survey.survey, survey.journey, survey.stage, survey.touchpoint, survey.metric,
           survey.audience, found.survey_revision, found.score, found.comment, found.reasons, found.segments,
           found.lang, found.channel, found.answered_at, found.received_at, found.historic
    FROM survey CROSS JOIN LATERAL (
        SELECT * FROM response AS r
        WHERE r.survey = survey.survey
          AND (%(score)s::int IS NULL OR r.score = %(score)s)
          AND (%(reason)s::text IS NULL OR %(reason)s = ANY(r.reasons))
          AND (%(since)s::timestamptz IS NULL OR r.answered_at >= %(since)s)
          AND (%(until)s::timestamptz IS NULL OR r.answered_at < %(until)s)
          AND (%(after_id)s::uuid IS NULL OR (r.answered_at, r.answer_id) < (%(after_time)s, %(after_id)s))
        ORDER BY r.answered_at DESC, r.answer_id DESC LIMIT %(limit)s
    ) AS found
    WHERE survey.survey = ANY(%(surveys)s)
    ORDER BY found.answered_at DESC, found.answer_id DESC LIMIT %(limit)s"""


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


def counts(conn: Connection, surveys: Sequence[str]) -> dict[str, int]:
    """The number of answers of each survey that has some."""
    rows = conn.execute(
        "SELECT survey, count(*) AS n FROM response WHERE survey = ANY(%s) GROUP BY survey", [list(surveys)]
    )
    return {row["survey"]: row["n"] for row in rows}


def hold(conn: Connection) -> None:
    """Wait for every answer being written, and let none be written until the commit."""
    conn.execute("LOCK TABLE response IN SHARE ROW EXCLUSIVE MODE")


def lock(conn: Connection, id_: UUID) -> dict[str, Any] | None:
    """The answer with the client's id, row-locked until the commit; None where there is none."""
    return conn.execute(
        """SELECT answer_id, survey, survey_revision, score, comment, reasons, segments, lang, channel,
                  answered_at, received_at, historic
           FROM response WHERE id = %s FOR UPDATE""",
        [id_],
    ).fetchone()


def peek(conn: Connection, survey: str, id_: UUID) -> dict[str, Any] | None:
    """What its giver may see of an answer to `survey`: score, comment, reasons, received_at; None without one."""
    return conn.execute(
        "SELECT score, comment, reasons, received_at FROM response WHERE id = %s AND survey = %s",
        [id_, survey],
    ).fetchone()


def amend(conn: Connection, id_: UUID, score: int, comment: str | None, reasons: list[str]) -> None:
    """Write the changed answer; what it was first stays known by `first_content`."""
    conn.execute(
        "UPDATE response SET score = %s, comment = %s, reasons = %s WHERE id = %s",
        [score, comment, reasons, id_],
    )


class Wanted(NamedTuple):
    """Which answers a list shows; None leaves a filter out. `since` is included, `until` is not."""

    score: int | None
    reason: str | None
    since: datetime | None
    until: datetime | None
    after_time: datetime | None
    after_id: UUID | None


def newest(conn: Connection, surveys: Sequence[str], wanted: Wanted, limit: int) -> list[dict[str, Any]]:
    """The latest answers to `surveys` that are wanted, newest first, with their place; without who answered.

    A few rows of each survey's index are read, however many answers there are.
    """
    return conn.execute(_NEWEST, {**wanted._asdict(), "surveys": list(surveys), "limit": limit}).fetchall()
