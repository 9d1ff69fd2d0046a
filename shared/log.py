"""Reading the permanent log (the table `outbox` of the service a topic is named after), also from another service.

Rows come one by one through a server-side cursor, so a log of any length needs the memory of a few thousand rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from psycopg import sql
from psycopg.rows import RowFactory, class_row, dict_row

from shared.db import Connection
from shared.events import RESPONSES, isoformat

ROWS_AT_ONCE = 5000
# Two parts, each with an index of its own: what is stamped, and what is not yet.
_OF_KEY = """(SELECT * FROM {outbox} WHERE topic = %(topic)s AND key = %(key)s AND sequence IS NOT NULL
    UNION ALL SELECT * FROM {outbox} WHERE topic = %(topic)s AND key = %(key)s AND position IS NULL) AS event"""
# isoformat() writes times in UTC and of one width: in bytes' order they are in order of time.
_OF_PLACE = (
    _OF_KEY
    + """ WHERE data ->> 'metric' = %(metric)s AND data ->> 'audience' = %(audience)s
    AND (%(before)s::text IS NULL OR (data ->> 'answered_at') COLLATE "C" < %(before)s)"""
)


class Entry(NamedTuple):
    """One event about an answer. type: the CloudEvents type; sequence: None until the relay stamped it.

    score is None in a voided answer, previous (the score before) in a recorded one. answered_at: ISO 8601 in UTC.
    """

    type: str
    sequence: int | None
    answered_at: str
    survey: str
    survey_revision: int
    score: int | None
    previous: int | None


class Place(NamedTuple):
    """What one detector watches. key: journey/stage."""

    key: str
    metric: str
    audience: str


def replay(
    conn: Connection, topic: str, key: str, *, after: int = 0, last: int | None = None
) -> Iterator[dict[str, Any]]:
    """The stamped events of one key above sequence `after`, as they went out: sequence, type, recorded_at, data.

    In order of sequence, up to `last` where it is given. Needs a transaction, and only one such iterator of a
    connection at a time.
    """
    query = """SELECT sequence, type, recorded_at, data FROM {outbox}
        WHERE topic = %(topic)s AND key = %(key)s AND sequence > %(after)s
            AND (%(last)s::bigint IS NULL OR sequence <= %(last)s) ORDER BY sequence"""
    values = {"topic": topic, "key": key, "after": after, "last": last}
    return _stream(conn, _on(query, topic), values, dict_row)


def at(
    conn: Connection, topic: str, places: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], dict[str, Any]]:
    """The stamped events at these (key, sequence), as `outbox.event` takes them; what is not there is left out."""
    query = """SELECT o.topic, o.key, o.sequence, o.type, o.recorded_at, o.data
        FROM unnest(%(keys)s::text[], %(sequences)s::bigint[]) AS wanted(key, sequence)
        JOIN {outbox} AS o ON o.topic = %(topic)s AND o.key = wanted.key AND o.sequence = wanted.sequence"""
    keys, sequences = [key for key, _ in places], [sequence for _, sequence in places]
    rows = conn.execute(_on(query, topic), {"topic": topic, "keys": keys, "sequences": sequences})
    return {(row["key"], row["sequence"]): row for row in rows}


def answers(conn: Connection, place: Place, before: datetime | None = None) -> Iterator[Entry]:
    """Every accepted event about the answers at `place` that were given before `before`, stamped or not.

    In order of (answered_at, sequence); those not stamped yet follow as the relay will take them. An amendment or a
    void comes after its answer, whose answered_at it repeats. Needs a transaction, as `replay` does.
    """
    query = f"""SELECT type, sequence, answered_at, survey, survey_revision, score, previous FROM (
            SELECT id, type, sequence, historic, (data ->> 'answered_at') COLLATE "C" AS answered_at,
                   data ->> 'survey' AS survey, (data ->> 'survey_revision')::bigint AS survey_revision,
                   (data ->> 'score')::int AS score, (data -> 'previous' ->> 'score')::int AS previous
            FROM {_OF_PLACE}) AS entry
        ORDER BY answered_at, sequence NULLS LAST, historic, id"""
    return _stream(conn, _on(query, RESPONSES), _named(place, before), class_row(Entry))


def size(conn: Connection, place: Place, zone: ZoneInfo, before: datetime | None = None) -> tuple[int, int]:
    """How many entries `answers` gives, and on how many days of answered_at in `zone`."""
    query = f"""SELECT count(*) AS entries,
            count(DISTINCT ((data ->> 'answered_at')::timestamptz AT TIME ZONE %(zone)s)::date) AS days
        FROM {_OF_PLACE}"""
    row = conn.execute(_on(query, RESPONSES), _named(place, before) | {"zone": zone.key}).fetchone()
    assert row is not None
    return row["entries"], row["days"]


def asked(conn: Connection, key: str) -> list[tuple[str, str]]:
    """(metric, audience) of everything customers answered at `key`, in order. Employees are not watched (ADR 0024)."""
    query = f"""SELECT DISTINCT data ->> 'metric' AS metric, data ->> 'audience' AS audience FROM {_OF_KEY}
               WHERE data ->> 'audience' = 'customer' ORDER BY 1, 2"""
    rows = conn.execute(_on(query, RESPONSES), {"topic": RESPONSES, "key": key})
    return [(row["metric"], row["audience"]) for row in rows]


def _named(place: Place, before: datetime | None) -> dict[str, Any]:
    return place._asdict() | {"topic": RESPONSES, "before": None if before is None else isoformat(before)}


def _on(query: str, topic: str) -> sql.Composed:
    """`query` on the outbox of the service that `topic` is named after."""
    return sql.SQL(query).format(outbox=sql.Identifier(topic.split(".")[0], "outbox"))


def _stream(
    conn: Connection, query: sql.Composed, values: dict[str, Any], rows: RowFactory[Any]
) -> Iterator[Any]:
    with conn.cursor(name="log", row_factory=rows) as cursor:
        cursor.itersize = ROWS_AT_ONCE
        cursor.execute(query, values)
        yield from cursor
