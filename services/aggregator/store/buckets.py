"""Adding a batch to the day buckets: a few statements, whatever the batch holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from operator import itemgetter
from typing import Any

from services.aggregator.buckets import ALL, Counts, Gains, Place, day_and_score, series_id
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


def add(conn: Connection, places: Mapping[Place, Gains]) -> None:
    """Add a batch's sums to the stored ones, in the caller's transaction. Rows go in key order: no deadlocks."""
    if not places:
        return
    conn.execute(_ADD_SERIES, _columns(sorted(_series(places))))
    conn.execute(_ADD_BUCKETS, _bucket_columns(places))
    reasons = sorted(_reasons(places))
    if reasons:
        series, days, names, answers = _columns(reasons)
        conn.execute(_ADD_REASONS, [_array(series), _array(days), names, _array(answers)])
    conn.execute(_MOVE_NEWEST, _columns(sorted(_newest(places))))


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


def _series(places: Mapping[Place, Gains]) -> Iterator[tuple[Any, ...]]:
    for place, gains in places.items():
        for segment in gains.counts:
            yield series_id(place, segment), *place, *segment


def _bucket_columns(places: Mapping[Place, Gains]) -> list[str]:
    """Series, day and 11 counts of each bucket, in key order, as 13 arrays. Most counts of a batch are 0, so only the
    others are looked at."""
    series, days, filled = [], [], []
    for number, counts in sorted(_by_series(places), key=itemgetter(0)):
        last = None
        for slot in sorted(counts):
            day, score = day_and_score(slot)
            if day != last:
                last = day
                series.append(number)
                days.append(day)
            filled.append((len(series) - 1, score, counts[slot]))
    columns = [["0"] * len(series) for _ in range(SLOTS)]
    for row, score, count in filled:
        columns[score][row] = str(count)
    return [_array(series), _array(days), *("{" + ",".join(column) + "}" for column in columns)]


def _by_series(places: Mapping[Place, Gains]) -> Iterator[tuple[int, Counts]]:
    for place, gains in places.items():
        for segment, counts in gains.counts.items():
            yield series_id(place, segment), counts


def _reasons(places: Mapping[Place, Gains]) -> Iterator[tuple[Any, ...]]:
    for place, gains in places.items():
        series = series_id(place, ALL)
        for (day, reason), answers in gains.reasons.items():
            yield series, day, reason, answers


def _newest(places: Mapping[Place, Gains]) -> Iterator[tuple[str, str, str]]:
    """(journey, stage, recorded_at), one row a stage: ON CONFLICT may not meet a row twice."""
    newest: dict[tuple[str, str], str] = {}
    for (journey, stage, *_), gains in places.items():
        newest[journey, stage] = max(gains.newest, newest.get((journey, stage), ""))
    for (journey, stage), recorded_at in newest.items():
        yield journey, stage, recorded_at


def _columns(rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _array(values: Iterable[int | date]) -> str:
    """Numbers or days as PostgreSQL's text of an array: four times as fast as psycopg's adaptation of lists."""
    return "{" + ",".join(map(str, values)) + "}"
