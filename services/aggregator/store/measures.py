"""The SQL of measures: documents as they were PUT, and a value a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from psycopg.types.json import Jsonb

from services.aggregator.periods import Period
from shared.db import Connection

Place = tuple[str, str, str]
"""Journey, stage, measure."""
_KEY = "journey = %s AND stage = %s AND measure = %s"
_OF = """archived_at IS NULL AND (%(journey)s::text IS NULL OR journey = %(journey)s)
         AND (%(stage)s::text IS NULL OR stage = %(stage)s)"""


def get(conn: Connection, place: Place, *, lock: bool = False) -> dict[str, Any] | None:
    """The document; None where there is none or it is archived."""
    text = f"SELECT document FROM measure WHERE {_KEY} AND archived_at IS NULL" + (
        " FOR UPDATE" if lock else ""
    )
    row = conn.execute(text, place).fetchone()
    return row["document"] if row else None


def put(conn: Connection, place: Place, document: Mapping[str, Any], by: str) -> None:
    """Store the document, reviving an archived one with the values it had."""
    conn.execute(
        """INSERT INTO measure (journey, stage, measure, document, updated_by) VALUES (%s, %s, %s, %s, %s)
           ON CONFLICT (journey, stage, measure) DO UPDATE
           SET document = EXCLUDED.document, updated_by = EXCLUDED.updated_by, updated_at = now(),
               archived_at = NULL""",
        [*place, Jsonb(document), by],
    )


def archive(conn: Connection, place: Place) -> None:
    """Take it off the lists and pages; document and values are kept."""
    conn.execute(f"UPDATE measure SET archived_at = now() WHERE {_KEY}", place)


def keys(conn: Connection, journey: str, stage: str) -> list[str]:
    """The key of every measure there ever was at a stage."""
    rows = conn.execute("SELECT measure FROM measure WHERE journey = %s AND stage = %s", [journey, stage])
    return [row["measure"] for row in rows]


def page(
    conn: Connection, journey: str | None, stage: str | None, limit: int, after: Sequence[str]
) -> list[dict[str, Any]]:
    """Up to limit + 1 measures in order of their keys, after the place `after`."""
    return conn.execute(
        f"""SELECT journey, stage, measure, document FROM measure
            WHERE {_OF} AND (journey, stage, measure) > (%(j)s, %(s)s, %(m)s)
            ORDER BY journey, stage, measure LIMIT %(limit)s""",
        {"journey": journey, "stage": stage, "limit": limit + 1, **dict(zip("jsm", after, strict=True))},
    ).fetchall()


def readings(
    conn: Connection, journey: str, before: Period, since: Period, stage: str | None = None
) -> list[dict[str, Any]]:
    """The measures of a journey, or of one stage of it, with the means of the days' values in two periods.

    Rows of stage, measure, document, value (None without values), days, last_day, before_value, before_days.
    """
    return conn.execute(
        f"""SELECT stage, measure, document, found.* FROM measure AS m
            CROSS JOIN LATERAL (
                SELECT avg(value) FILTER (WHERE day >= %(first)s) AS value,
                       count(*) FILTER (WHERE day >= %(first)s) AS days,
                       max(day) FILTER (WHERE day >= %(first)s) AS last_day,
                       avg(value) FILTER (WHERE day <= %(before_last)s) AS before_value,
                       count(*) FILTER (WHERE day <= %(before_last)s) AS before_days
                FROM measure_value AS v
                WHERE (v.journey, v.stage, v.measure) = (m.journey, m.stage, m.measure)
                  AND day BETWEEN %(before_first)s AND %(last)s
            ) AS found WHERE {_OF} ORDER BY stage, measure""",
        {
            "journey": journey,
            "stage": stage,
            "first": since.first,
            "last": since.last,
            "before_first": before.first,
            "before_last": before.last,
        },
    ).fetchall()


def values(conn: Connection, place: Place, period: Period) -> dict[date, float]:
    """The values of a measure in a period, by day, the first day first."""
    rows = conn.execute(
        f"SELECT day, value FROM measure_value WHERE {_KEY} AND day BETWEEN %s AND %s ORDER BY day",
        [*place, period.first, period.last],
    )
    return {row["day"]: row["value"] for row in rows}


def of_days(conn: Connection, place: Place, days: Sequence[date]) -> dict[date, float]:
    """The values that some days have."""
    rows = conn.execute(
        f"SELECT day, value FROM measure_value WHERE {_KEY} AND day = ANY(%s)", [*place, list(days)]
    )
    return {row["day"]: row["value"] for row in rows}


def save_values(conn: Connection, place: Place, given: Mapping[date, float | None]) -> None:
    """Put a value at each day; None takes the day's value out."""
    kept = {day: value for day, value in given.items() if value is not None}
    conn.execute(
        """INSERT INTO measure_value (journey, stage, measure, day, value)
           SELECT %s, %s, %s, day, value FROM unnest(%s::date[], %s::float8[]) AS new(day, value)
           ON CONFLICT (journey, stage, measure, day) DO UPDATE SET value = EXCLUDED.value""",
        [*place, list(kept), list(kept.values())],
    )
    gone = [day for day, value in given.items() if value is None]
    conn.execute(f"DELETE FROM measure_value WHERE {_KEY} AND day = ANY(%s)", [*place, gone])
