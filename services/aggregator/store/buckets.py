"""Adding a batch to the day buckets: a few statements, whatever the batch holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from operator import itemgetter
from typing import Any

from services.aggregator.buckets import ALL, Counts, Deltas, series_id
from shared.db import Connection
from shared.scoring import SLOTS

_COLUMNS = [f"c{score}" for score in range(SLOTS)]

_ADD_SERIES = """
INSERT INTO series (id, journey, stage, touchpoint, survey, metric, audience, segment_key, segment_value)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                     %s::text[], %s::text[])
ON CONFLICT (journey, stage, touchpoint, survey, metric, audience, segment_key, segment_value) DO NOTHING"""

_ADD_BUCKETS = f"""
INSERT INTO bucket AS b (series, day, {", ".join(_COLUMNS)})
SELECT * FROM unnest(%s::bigint[], %s::date[], {", ".join(["%s::integer[]"] * SLOTS)})
ON CONFLICT (series, day) DO UPDATE SET {", ".join(f"{c} = b.{c} + excluded.{c}" for c in _COLUMNS)}"""

_ADD_REASONS = """
INSERT INTO reason_bucket AS r (series, day, reason, answers)
SELECT * FROM unnest(%s::bigint[], %s::date[], %s::text[], %s::integer[])
ON CONFLICT (series, day, reason) DO UPDATE SET answers = r.answers + excluded.answers"""

_MOVE_NEWEST = """
INSERT INTO newest AS n (journey, stage, recorded_at)
SELECT * FROM unnest(%s::text[], %s::text[], %s::timestamptz[])
ON CONFLICT (journey, stage) DO UPDATE SET recorded_at = greatest(n.recorded_at, excluded.recorded_at)"""


def add(conn: Connection, deltas: Deltas) -> None:
    """Add a batch's sums to the stored ones, in the caller's transaction. Rows go in key order: no deadlocks."""
    if not deltas.counts:
        return
    conn.execute(_ADD_SERIES, _columns(sorted(_series(deltas))))
    conn.execute(_ADD_BUCKETS, _bucket_columns(deltas))
    if deltas.reasons:
        conn.execute(_ADD_REASONS, _columns(sorted(_reasons(deltas))))
    newest = sorted((journey, stage, at) for (journey, stage), at in deltas.newest.items())
    conn.execute(_MOVE_NEWEST, _columns(newest))


def fix_report_zone(conn: Connection, name: str) -> str:
    """The time zone whose days the buckets hold; `name` becomes it at the very first call."""
    conn.execute("INSERT INTO report_zone (name) VALUES (%s) ON CONFLICT DO NOTHING", [name])
    row = conn.execute("SELECT name FROM report_zone").fetchone()
    assert row is not None
    return str(row["name"])


def sums_by_survey_and_day(conn: Connection) -> dict[tuple[str, date], int]:
    """How many answers each survey has on each day, over all of them: what `journeyloop recount` compares.

    Survey and days without an answer (voided again) are left out.
    """
    rows = conn.execute(
        f"""SELECT survey, day, sum({" + ".join(_COLUMNS)}) AS answers FROM bucket JOIN series ON series.id = series
            WHERE segment_key = '' GROUP BY survey, day HAVING sum({" + ".join(_COLUMNS)}) <> 0"""
    )
    return {(row["survey"], row["day"]): int(row["answers"]) for row in rows}


def _series(deltas: Deltas) -> Iterator[tuple[Any, ...]]:
    for place, segments in deltas.counts.items():
        for segment in segments:
            yield series_id(place, segment), *place, *segment


def _bucket_columns(deltas: Deltas) -> list[str]:
    """Series, day and 11 counts of each bucket, in key order, as 13 arrays in PostgreSQL's text form.

    Most counts of a batch are 0, so only the others are looked at; text is four times as fast as psycopg's
    adaptation of lists.
    """
    series, days, filled = [], [], []
    for number, counts in sorted(_by_series(deltas), key=itemgetter(0)):
        last = None
        for (day, score), count in sorted(counts.items()):
            if day != last:
                last = day
                series.append(number)
                days.append(day)
            filled.append((len(series) - 1, score, count))
    columns = [["0"] * len(series) for _ in range(SLOTS)]
    for row, score, count in filled:
        columns[score][row] = str(count)
    return [_array(map(str, series)), _array(map(str, days)), *map(_array, columns)]


def _by_series(deltas: Deltas) -> Iterator[tuple[int, Counts]]:
    for place, segments in deltas.counts.items():
        for segment, counts in segments.items():
            yield series_id(place, segment), counts


def _reasons(deltas: Deltas) -> Iterator[tuple[Any, ...]]:
    for (place, day, reason), answers in deltas.reasons.items():
        yield series_id(place, ALL), day, reason, answers


def _columns(rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _array(texts: Iterable[str]) -> str:
    return "{" + ",".join(texts) + "}"
