"""SQL of detectors and their day sums. Everything is written in sets: a few statements a batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from shared.db import Connection
from shared.reserved import CHECK

Place = tuple[str, str, str, str]  # journey, stage, metric, audience


class Row(NamedTuple):
    """A detector as stored; `id` is None before it was first saved."""

    id: int | None
    place: Place
    last_sequence: int
    last_decision: int
    state: dict[str, Any]


class DaySum(NamedTuple):
    """What to add to one stored day sum, or one as stored. day: ordinal."""

    detector: int
    day: int
    survey: str
    survey_revision: int
    n: int
    halves: int
    squares: int


class Written(NamedTuple):
    """A detector's row as this transaction wrote it; another writer would leave another version."""

    id: int
    version: str


def of_keys(
    conn: Connection, keys: Iterable[str], known: Iterable[tuple[int, str, int, int]]
) -> list[dict[str, Any]]:
    """The detectors of `keys`; `state` is None where the row is still the `known` one.

    known: id, version, last_sequence, last_decision.
    """
    return conn.execute(
        """SELECT d.id, d.xmin::text AS version, d.journey, d.stage, d.metric, d.audience,
                  d.last_sequence, d.last_decision, CASE WHEN known.id IS NULL THEN d.state END AS state
           FROM detector AS d
           LEFT JOIN unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[])
                AS known(id, version, last_sequence, last_decision)
                ON (known.id, known.version, known.last_sequence, known.last_decision)
                 = (d.id, d.xmin::text, d.last_sequence, d.last_decision)
           WHERE d.key = ANY(%s) ORDER BY d.id""",
        [*_columns(list(known), 4), sorted(keys)],
    ).fetchall()


def day_sums(conn: Connection, detectors: Sequence[int]) -> list[DaySum]:
    """Every day sum of `detectors`."""
    rows = conn.execute(
        """SELECT detector, day, survey, survey_revision, n, halves, squares
           FROM day_sum WHERE detector = ANY(%s) ORDER BY detector, day""",
        [list(detectors)],
    )
    return [DaySum(**(row | {"day": row["day"].toordinal()})) for row in rows]


def save(conn: Connection, rows: Sequence[Row]) -> dict[Place, Written]:
    """Write the detectors, new ones (without an id) and old."""
    old = [row for row in rows if row.id is not None]
    new = [row for row in rows if row.id is None]
    return (_update(conn, old) if old else {}) | (_insert(conn, new) if new else {})


def add_day_sums(conn: Connection, rows: Sequence[DaySum]) -> None:
    """Add to day sums, making those that are not there yet."""
    if not rows:
        return
    detectors, days, *others = _columns(rows, 7)
    conn.execute(
        """INSERT INTO day_sum AS s (detector, day, survey, survey_revision, n, halves, squares)
           SELECT * FROM unnest(%s::bigint[], %s::date[], %s::text[], %s::integer[],
                                %s::bigint[], %s::bigint[], %s::bigint[])
           ON CONFLICT (detector, day, survey, survey_revision) DO UPDATE
           SET n = s.n + EXCLUDED.n, halves = s.halves + EXCLUDED.halves, squares = s.squares + EXCLUDED.squares""",
        [detectors, [date.fromordinal(day) for day in days], *others],
    )


def page(
    conn: Connection, filters: dict[str, str | None], after: Sequence[str] | None, limit: int
) -> list[dict[str, Any]]:
    """Detectors in order of their place: state, last_sequence of the key, answers seen, settings last asked for.

    Those of `journeyloop check` only where its journey is named.
    """
    return conn.execute(
        """SELECT d.journey, d.stage, d.metric, d.audience, d.state, p.last_sequence,
                  (SELECT coalesce(sum(n), 0)::bigint FROM day_sum WHERE detector = d.id) AS answers,
                  (SELECT payload FROM decision AS s
                   WHERE s.key = d.key AND s.metric = d.metric AND s.audience = d.audience AND s.kind = 'settings'
                   ORDER BY s.id DESC LIMIT 1) AS settings
           FROM detector AS d JOIN position AS p USING (key)
           WHERE CASE WHEN %(journey)s::text IS NULL THEN d.journey <> %(hidden)s ELSE d.journey = %(journey)s END
             AND (%(stage)s::text IS NULL OR d.stage = %(stage)s)
             AND (%(metric)s::text IS NULL OR d.metric = %(metric)s)
             AND (%(audience)s::text IS NULL OR d.audience = %(audience)s)
             AND (%(after)s::text[] IS NULL OR ARRAY[d.journey, d.stage, d.metric, d.audience] > %(after)s::text[])
           ORDER BY d.journey, d.stage, d.metric, d.audience LIMIT %(limit)s""",
        filters | {"after": list(after) if after else None, "limit": limit, "hidden": CHECK},
    ).fetchall()


def states(conn: Connection) -> list[dict[str, Any]]:
    """Every detector's place, state and last settings asked for, but those of `journeyloop check`."""
    return conn.execute(
        """SELECT d.journey, d.stage, d.metric, d.audience, d.state,
                  (SELECT payload FROM decision AS s
                   WHERE s.key = d.key AND s.metric = d.metric AND s.audience = d.audience AND s.kind = 'settings'
                   ORDER BY s.id DESC LIMIT 1) AS settings
           FROM detector AS d WHERE d.journey <> %s""",
        [CHECK],
    ).fetchall()


def open_in(conn: Connection, journeys: Iterable[str]) -> list[dict[str, Any]]:
    """The detectors of `journeys` with an open incident: place, state, and the live surveys of the latest map."""
    return conn.execute(
        """SELECT d.journey, d.stage, d.metric, d.audience, d.state,
                  jsonb_path_query_array(j.document, '$.surveys[*]') AS surveys
           FROM detector AS d JOIN journey AS j USING (journey)
           WHERE d.journey = ANY(%s) AND d.state -> 'opened' <> 'null' AND NOT j.retired ORDER BY d.id""",
        [sorted(set(journeys))],
    ).fetchall()


def exists(conn: Connection, place: Place) -> bool:
    """Whether this detector has been seen."""
    found = conn.execute(
        "SELECT 1 FROM detector WHERE journey = %s AND stage = %s AND metric = %s AND audience = %s", [*place]
    )
    return found.fetchone() is not None


def _update(conn: Connection, rows: Sequence[Row]) -> dict[Place, Written]:
    ids, _, sequences, decisions, states = _columns(rows, 5)
    found = conn.execute(
        """UPDATE detector AS d
           SET last_sequence = new.last_sequence, last_decision = new.last_decision, state = new.state
           FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::jsonb[])
                AS new(id, last_sequence, last_decision, state)
           WHERE d.id = new.id
           RETURNING d.id, d.xmin::text AS version, d.journey, d.stage, d.metric, d.audience""",
        [ids, sequences, decisions, [Jsonb(state) for state in states]],
    )
    return _written(found)


def _insert(conn: Connection, rows: Sequence[Row]) -> dict[Place, Written]:
    _, places, sequences, decisions, states = _columns(rows, 5)
    found = conn.execute(
        """INSERT INTO detector (journey, stage, metric, audience, last_sequence, last_decision, state)
           SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::jsonb[])
           RETURNING id, xmin::text AS version, journey, stage, metric, audience""",
        [*_columns(places, 4), sequences, decisions, [Jsonb(state) for state in states]],
    )
    return _written(found)


def _written(found: Iterable[dict[str, Any]]) -> dict[Place, Written]:
    return {
        (row["journey"], row["stage"], row["metric"], row["audience"]): Written(row["id"], row["version"])
        for row in found
    }


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
