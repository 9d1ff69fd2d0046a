"""SQL of `employee_sum`: what came of employees' answers, by month and edition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from services.aggregator.employee_sums import Gains
from shared.db import Connection
from shared.employees import SLOTS, Entry

Place = tuple[str, str, str]
"""Journey, stage, metric."""


def add(conn: Connection, gains: Gains) -> None:
    """Add what a batch adds, in the caller's transaction. Rows go in key order: no deadlocks."""
    if not gains:
        return
    rows = [(*place, *counts) for place, counts in sorted(gains.items())]
    conn.execute(
        """INSERT INTO employee_sum AS e
               (journey, stage, metric, survey, month, edition, score, came, gone, changed)
           SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::date[], %s::timestamptz[],
                                %s::smallint[], %s::int[], %s::int[], %s::int[])
           ON CONFLICT (journey, stage, metric, survey, month, edition, score) DO UPDATE
           SET came = e.came + excluded.came, gone = e.gone + excluded.gone, changed = e.changed + excluded.changed""",
        [list(column) for column in zip(*rows, strict=True)],
    )


def entries(
    conn: Connection, journeys: Sequence[str] | None, stage: str | None = None, metric: str | None = None
) -> dict[Place, list[Entry]]:
    """The entries of each stage and metric of some journeys (None: all). Only for `employee_cells`: not to be told."""
    rows = conn.execute(
        """SELECT journey, stage, metric, month, edition, score, sum(came)::int AS came, sum(gone)::int AS gone,
                  sum(changed)::int AS changed
           FROM employee_sum
           WHERE (%(journeys)s::text[] IS NULL OR journey = ANY(%(journeys)s))
             AND (%(stage)s::text IS NULL OR stage = %(stage)s) AND (%(metric)s::text IS NULL OR metric = %(metric)s)
           GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6""",
        {"journeys": None if journeys is None else list(journeys), "stage": stage, "metric": metric},
    )
    found: dict[Place, dict[tuple[date, datetime], list[Any]]] = defaultdict(dict)
    for row in rows:
        edition = row["month"], row["edition"]
        one = found[row["journey"], row["stage"], row["metric"]].setdefault(
            edition, [0, [0] * SLOTS, 0, [0] * SLOTS]
        )
        one[0] += row["came"]
        one[1][row["score"]] += row["came"] + row["changed"]
        one[2] += row["gone"]
        one[3][row["score"]] += row["gone"]
    return {
        place: [
            Entry(month, edition, came, tuple(plus), gone, tuple(minus))
            for (month, edition), (came, plus, gone, minus) in editions.items()
        ]
        for place, editions in found.items()
    }


def sums_by_survey_and_month(conn: Connection) -> dict[tuple[str, date], int]:
    """How many answers each survey has in each month, under the month's first day: for `journeyloop recount`."""
    rows = conn.execute(
        """SELECT survey, month, sum(came - gone) AS answers FROM employee_sum
           GROUP BY survey, month HAVING sum(came - gone) <> 0"""
    )
    return {(row["survey"], row["month"]): int(row["answers"]) for row in rows}


def keys(conn: Connection, journey: str) -> set[str]:
    """The keys (journey/stage) of a journey at which an employee ever answered."""
    rows = conn.execute(
        "SELECT DISTINCT journey || '/' || stage AS key FROM employee_sum WHERE journey = %s", [journey]
    )
    return {row["key"] for row in rows}
