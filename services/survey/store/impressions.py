"""SQL of `impression` and `blocked_origin`: what became of displays, a survey and day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from shared.db import Connection

Step = Literal["shown", "started", "answered", "dismissed"]
STEPS: tuple[Step, ...] = ("shown", "started", "answered", "dismissed")
Counts = Counter[tuple[str, date, Step]]
# (survey, day, origin) → (displays, the last one)
Blocked = dict[tuple[str, date, str], tuple[int, datetime]]

_SUMS = ", ".join(f"coalesce(sum({step}), 0)::bigint AS {step}" for step in STEPS)


def add(conn: Connection, counts: Counts, blocked: Blocked) -> None:
    """Add up what a process counted; rows are locked in the order of their keys. The caller owns the transaction."""
    cells = sorted({(survey, day) for survey, day, _ in counts})
    if cells:
        columns = [[counts[survey, day, step] for survey, day in cells] for step in STEPS]
        conn.execute(
            f"""INSERT INTO impression (survey, day, {", ".join(STEPS)})
                SELECT * FROM unnest(%s::text[], %s::date[], {", ".join("%s::int[]" for _ in STEPS)})
                ON CONFLICT (survey, day) DO UPDATE
                SET {", ".join(f"{step} = impression.{step} + EXCLUDED.{step}" for step in STEPS)}""",
            [[survey for survey, _ in cells], [day for _, day in cells], *columns],
        )
    if blocked:
        rows = [(*key, *blocked[key]) for key in sorted(blocked)]
        conn.execute(
            """INSERT INTO blocked_origin AS b (survey, day, origin, displays, last_at)
               SELECT * FROM unnest(%s::text[], %s::date[], %s::text[], %s::int[], %s::timestamptz[])
               ON CONFLICT (survey, day, origin) DO UPDATE
               SET displays = b.displays + EXCLUDED.displays, last_at = greatest(b.last_at, EXCLUDED.last_at)""",
            [list(column) for column in zip(*rows, strict=True)],
        )


def days(conn: Connection, surveys: Sequence[str], first: date, last: date) -> list[dict[str, Any]]:
    """What became of the displays of `surveys` together, a day in REPORT_TZ from `first` to `last`, both included:
    day, shown, started, answered, dismissed. Days without any are left out."""
    return conn.execute(
        f"""SELECT day, {_SUMS} FROM impression WHERE survey = ANY(%s) AND day BETWEEN %s AND %s
            GROUP BY day ORDER BY day""",
        [list(surveys), first, last],
    ).fetchall()


def total(conn: Connection, surveys: Sequence[str], first: date, last: date) -> dict[str, int]:
    """{shown, started, answered, dismissed} of `surveys` together from `first` to `last`, both included."""
    row = conn.execute(
        f"SELECT {_SUMS} FROM impression WHERE survey = ANY(%s) AND day BETWEEN %s AND %s",
        [list(surveys), first, last],
    ).fetchone()
    assert row is not None
    return row


def totals(conn: Connection, surveys: Sequence[str], first: date, last: date) -> dict[str, dict[str, int]]:
    """{survey: {shown, started, answered, dismissed}} from `first` to `last`, both included; those never shown lack."""
    rows = conn.execute(
        f"""SELECT survey, {_SUMS} FROM impression WHERE survey = ANY(%s) AND day BETWEEN %s AND %s
            GROUP BY survey""",
        [list(surveys), first, last],
    )
    return {row.pop("survey"): row for row in rows.fetchall()}


def blocked(conn: Connection, survey: str, first: date, last: date) -> list[dict[str, Any]]:
    """Origins that were refused: origin, displays, last_at; most displays first."""
    return conn.execute(
        """SELECT origin, sum(displays)::bigint AS displays, max(last_at) AS last_at FROM blocked_origin
           WHERE survey = %s AND day BETWEEN %s AND %s GROUP BY origin ORDER BY displays DESC, origin LIMIT 50""",
        [survey, first, last],
    ).fetchall()


def refused_since(conn: Connection, since: datetime) -> int:
    """Displays refused on days on which an origin was refused since then, of all surveys."""
    row = conn.execute(
        "SELECT coalesce(sum(displays), 0)::bigint AS n FROM blocked_origin WHERE last_at >= %s", [since]
    ).fetchone()
    assert row is not None
    return int(row["n"])


def forget_refused(conn: Connection, before: date) -> int:
    """Delete which origins were refused on days before `before`: a row each survey, day and origin; how many rows."""
    return conn.execute("DELETE FROM blocked_origin WHERE day < %s", [before]).rowcount
