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
    respondent_verified: bool | None
    lang: str | None
    channel: str | None
    answered_at: Any
    received_at: Any
    historic: bool
    first_content: bytes


def hashed(id: str) -> str:
    """SQL: what a tombstone keeps of the UUID that the SQL expression `id` gives, 128 bits of its SHA-256."""
    return f"encode(substring(sha256(uuid_send({id})) FROM 1 FOR 16), 'hex')::uuid"


def buried(id: str) -> str:
    """SQL: whether there is a tombstone of that UUID. Those made before 0.2.0 hold the id itself."""
    return f"EXISTS (SELECT FROM tombstone WHERE tombstone.id IN ({id}, {hashed(id)}))"


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
    WHERE NOT {buried("new.id")}
    ON CONFLICT (id) DO NOTHING RETURNING id"""

_INSERT_ONE = f"""
    WITH new AS (
        INSERT INTO response ({_COLUMNS})
        SELECT {_VALUES} FROM (VALUES ({", ".join(f"%s::{type_}" for type_ in _TYPES)})) AS given({_COLUMNS})
        WHERE EXISTS (SELECT FROM journey WHERE journey = %s AND revision = %s)
          AND NOT {buried("given.id")}
          AND NOT EXISTS (SELECT FROM erased_respondent WHERE respondent = ANY(%s))
        ON CONFLICT (id) DO NOTHING RETURNING received_at
    )
    {outbox.INSERT} SELECT %s, %s, %s, %s::jsonb, %s::boolean, received_at FROM new"""


def insert(conn: Connection, rows: Sequence[Row]) -> set[UUID]:
    """Insert rows whose id is new, in the order given; the ids inserted."""
    if not rows:
        return set()
    columns = [list(column) for column in zip(*rows, strict=True)]
    return {found["id"] for found in conn.execute(_INSERT_MANY, columns)}


def insert_one(
    conn: Connection, row: Row, giver: Sequence[bytes], event: outbox.OutboxRow, journey: str, revision: int
) -> bool:
    """In one statement: insert an answer and its outbox row, if its id is new and the journey is at `revision`.

    False where nothing was written, also where the giver, by any of these pseudonyms, was erased once.
    """
    event_values = [event.topic, event.key, event.type, Jsonb(event.data), event.historic]
    return conn.execute(_INSERT_ONE, [*row, journey, revision, list(giver), *event_values]).rowcount == 1


def first_contents(conn: Connection, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """What is needed to compare with the first content of known ids: first_content, respondent, respondent_key."""
    rows = conn.execute(
        "SELECT id, first_content, respondent, respondent_key FROM response WHERE id = ANY(%s)", [list(ids)]
    )
    return {row["id"]: row for row in rows}


def counts(conn: Connection, surveys: Sequence[str]) -> dict[str, int | None]:
    """The number of answers of each survey that has some; None for one that asks or asked employees, of which it is not
    told: neither how many there are, nor whether there are any."""
    rows = conn.execute(
        """SELECT survey, count(r.id) AS n, s.audience = 'employee' AS hidden
           FROM survey AS s LEFT JOIN response AS r USING (survey)
           WHERE survey = ANY(%s) GROUP BY survey
           HAVING count(r.id) > 0 OR (s.audience = 'employee' AND s.status <> 'draft')""",
        [list(surveys)],
    )
    return {row["survey"]: None if row["hidden"] else row["n"] for row in rows}


def hold(conn: Connection) -> None:
    """Wait for every answer being written, and let none be written until the commit."""
    conn.execute("LOCK TABLE response IN SHARE ROW EXCLUSIVE MODE")


def enter(conn: Connection) -> None:
    """Wait while another transaction holds the answers; from now on none can until the commit.

    Before row locks: whoever holds the answers may want the rows.
    """
    conn.execute("LOCK TABLE response IN ROW EXCLUSIVE MODE")


def lock(conn: Connection, id_: UUID) -> dict[str, Any] | None:
    """The answer with the client's id, row-locked until the commit; None where there is none."""
    enter(conn)
    return conn.execute(
        """SELECT answer_id, survey, survey_revision, score, comment, reasons, segments, lang, channel,
                  answered_at, received_at, historic, voided_at, change, respondent, respondent_key, respondent_verified
           FROM response WHERE id = %s FOR UPDATE""",
        [id_],
    ).fetchone()


def peek(conn: Connection, survey: str, id_: UUID) -> dict[str, Any] | None:
    """What its giver may see of an answer to `survey`: score, comment, reasons, lang, received_at; None without one."""
    return conn.execute(
        "SELECT score, comment, reasons, lang, received_at FROM response WHERE id = %s AND survey = %s",
        [id_, survey],
    ).fetchone()


def amend(
    conn: Connection, id_: UUID, score: int, comment: str | None, reasons: list[str], change: int
) -> None:
    """Write the changed answer and the change's number; what it was first stays known by `first_content`."""
    conn.execute(
        "UPDATE response SET score = %s, comment = %s, reasons = %s, change = %s WHERE id = %s",
        [score, comment, reasons, change, id_],
    )
