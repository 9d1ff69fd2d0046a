"""Reading sums out of the day buckets: one query a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from psycopg import sql
from psycopg.rows import tuple_row

from services.aggregator.changes import Pair
from services.aggregator.periods import Period
from shared.db import Connection
from shared.scoring import SLOTS, Histogram

ALL = ""
_NOBODY = (0,) * SLOTS
_IN_BEFORE = sql.SQL("day BETWEEN %(before_first)s AND %(before_last)s")
_IN_SINCE = sql.SQL("day BETWEEN %(since_first)s AND %(since_last)s")
_STARTS = {
    "day": sql.SQL("day"),
    "week": sql.SQL("date_trunc('week', day)::date"),
    "month": sql.SQL("date_trunc('month', day)::date"),
}


@dataclass(frozen=True, slots=True)
class Where:
    """Which answers: every field that is not None must match."""

    journey: str | None = None
    stage: str | None = None
    touchpoint: str | None = None
    survey: str | None = None
    metric: str | None = None
    audience: str | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """The histogram of one group. `group` holds the asked columns; `start` the first day of its step, if asked."""

    group: dict[str, str]
    metric: str
    audience: str
    counts: tuple[int, ...]
    start: date | None = None


@dataclass(frozen=True, slots=True)
class PairSum:
    """One group's histograms in two periods."""

    group: dict[str, str]
    metric: str
    audience: str
    pair: Pair


def sums(
    conn: Connection,
    where: Where,
    period: Period,
    columns: Sequence[str],
    segment: str = ALL,
    step: str | None = None,
) -> list[Sum]:
    """Histograms by `columns` (of `series`), metric and audience; with `segment` by its values; with `step` by steps.

    Groups whose answers were all voided are left out.
    """
    names = [*columns, "segment_value"] if segment else list(columns)
    groups = [sql.Identifier(name) for name in (*names, "metric", "audience")]
    start = [sql.SQL("{} AS start").format(_STARTS[step])] if step else []
    query = sql.SQL(
        """SELECT {selected}, {counts} AS counts FROM series JOIN bucket ON bucket.series = series.id
           WHERE segment_key = %(segment)s AND day BETWEEN %(first)s AND %(last)s AND {where}
           GROUP BY {groups} HAVING {total} > 0 ORDER BY {groups}"""
    ).format(
        selected=sql.SQL(", ").join([*groups, *start]),
        counts=_counts(),
        where=_matches(where),
        groups=sql.SQL(", ").join([*groups, sql.SQL("start")] if step else groups),
        total=_total(),
    )
    values = {**asdict(where), "segment": segment, "first": period.first, "last": period.last}
    return [
        Sum(
            {name: row[name] for name in names},
            row["metric"],
            row["audience"],
            tuple(row["counts"]),
            row.get("start"),
        )
        for row in conn.execute(query, values)
    ]


def pair_sums(
    conn: Connection, where: Where, before: Period, since: Period, columns: Sequence[str], *, segments: bool
) -> list[PairSum]:
    """Histograms of two periods by `columns`, metric and audience; with `segments` also by segment_key and _value,
    where the key '' stands for all answers. Groups without an answer in either period are left out."""
    names = [*columns, "segment_key", "segment_value"] if segments else list(columns)
    groups = sql.SQL(", ").join(sql.Identifier(name) for name in (*names, "metric", "audience"))
    # Summed by period, then paired here: two conditions on each of eleven sums took three times as long.
    query = sql.SQL(
        """SELECT {groups}, since, {counts} AS counts
           FROM series JOIN bucket ON bucket.series = series.id
           JOIN (VALUES (false, %(before_first)s::date, %(before_last)s::date),
                        (true, %(since_first)s::date, %(since_last)s::date)) AS period (since, first, last)
                ON day BETWEEN first AND last
           WHERE {segments} AND {where} GROUP BY {groups}, since HAVING {total} > 0"""
    ).format(
        groups=groups,
        counts=_counts(),
        segments=sql.SQL("true" if segments else "segment_key = ''"),
        where=_matches(where),
        total=_total(),
    )
    values = {**asdict(where), **_bounds("before", before), **_bounds("since", since)}
    found: dict[tuple[str, ...], list[Histogram]] = {}
    for row in conn.execute(query, values):
        group = tuple(row[name] for name in (*names, "metric", "audience"))
        found.setdefault(group, [_NOBODY, _NOBODY])[row["since"]] = tuple(row["counts"])
    return [
        PairSum(dict(zip(names, group, strict=False)), group[-2], group[-1], Pair(*pair))
        for group, pair in sorted(found.items())
    ]


def stage_days(conn: Connection, journeys: Sequence[str], period: Period, audience: str | None) -> list[Sum]:
    """The histogram of each day and stage of some journeys, by metric and audience (all, or one)."""
    # Thousands of rows: tuples cost half of dictionaries.
    rows = conn.cursor(row_factory=tuple_row).execute(
        sql.SQL(
            """SELECT journey, stage, metric, audience, day, {counts} AS counts
               FROM series JOIN bucket ON bucket.series = series.id
               WHERE segment_key = '' AND day BETWEEN %(first)s AND %(last)s AND journey = ANY(%(journeys)s)
                 AND (%(audience)s::text IS NULL OR audience = %(audience)s)
               GROUP BY journey, stage, metric, audience, day HAVING {total} > 0"""
        ).format(counts=_counts(), total=_total()),
        {"first": period.first, "last": period.last, "journeys": list(journeys), "audience": audience},
    )
    places: dict[tuple[str, str], dict[str, str]] = {}
    return [
        Sum(
            places.setdefault((journey, stage), {"journey": journey, "stage": stage}),
            metric,
            audience,
            tuple(counts),
            day,
        )
        for journey, stage, metric, audience, day, counts in rows
    ]


def reasons(conn: Connection, where: Where, before: Period, since: Period) -> list[dict[str, Any]]:
    """How many answers named each reason in two periods: survey, reason, before, since."""
    query = sql.SQL(
        """SELECT survey, reason,
                  coalesce(sum(answers) FILTER (WHERE {in_before}), 0)::int AS before,
                  coalesce(sum(answers) FILTER (WHERE {in_since}), 0)::int AS since
           FROM series JOIN reason_bucket ON reason_bucket.series = series.id
           WHERE ({in_before} OR {in_since}) AND {where}
           GROUP BY survey, reason ORDER BY survey, reason"""
    ).format(in_before=_IN_BEFORE, in_since=_IN_SINCE, where=_matches(where))
    values = {**asdict(where), **_bounds("before", before), **_bounds("since", since)}
    return conn.execute(query, values).fetchall()


def newest(conn: Connection, where: Where) -> datetime | None:
    """`recorded_at` of the newest response applied to the journey and stage asked for; None before the first."""
    row = conn.execute(
        sql.SQL("SELECT max(recorded_at) AS newest FROM newest WHERE {}").format(
            _matches(where, "journey", "stage")
        ),
        asdict(where),
    ).fetchone()
    return row["newest"] if row else None


def _matches(where: Where, *only: str) -> sql.Composable:
    given = [
        name for name, value in asdict(where).items() if value is not None and (not only or name in only)
    ]
    wanted = [sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in given]
    return sql.SQL(" AND ").join([sql.SQL("true"), *wanted])


def _counts(condition: sql.Composable | None = None) -> sql.Composable:
    """The 11 sums as an array. Never below 0: an answer may be dead-lettered and its amendment not, until redriven."""
    only = sql.SQL(" FILTER (WHERE {})").format(condition) if condition else sql.SQL("")
    each = [sql.SQL("greatest(sum({}){}, 0)").format(sql.Identifier(f"c{i}"), only) for i in range(SLOTS)]
    return sql.SQL("ARRAY[{}]").format(sql.SQL(", ").join(each))


def _total() -> sql.Composable:
    return sql.SQL("sum({})").format(sql.SQL(" + ").join(sql.Identifier(f"c{i}") for i in range(SLOTS)))


def _bounds(name: str, period: Period) -> dict[str, date]:
    return {f"{name}_first": period.first, f"{name}_last": period.last}
