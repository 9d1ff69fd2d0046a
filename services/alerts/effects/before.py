"""Which days an action is compared with. Fixed by what was known when it started, never by what came after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from services.alerts.effects.periods import Period

# As far back as it takes for answers that are no longer the weak side of the comparison, but within one season.
LEAST_WEEKS, MOST_WEEKS, ENOUGH = 8, 26, 5_000
WEEK = timedelta(days=7)
REACH = MOST_WEEKS * WEEK

Counts = Mapping[date, int]


def before(started_on: date, treated: Counts, control: Counts | None, since: date | None) -> Period | None:
    """The days to compare with; None where there is none with answers on both sides.

    `since`: as the action says (`before_from`, or within its incident); else whole weeks, 8 to 26, until both sides
    have 5,000 answers. Days before either side's first answer are left out, in whole weeks.
    """
    earliest = since or started_on - REACH
    if earliest >= started_on:
        return None
    sides = [treated] if control is None else [treated, control]
    days = [[day for day, n in side.items() if n and earliest <= day < started_on] for side in sides]
    if not all(days):
        return None
    if since:
        return Period(since, started_on - timedelta(days=1))
    known = max(min(side) for side in days)
    weeks = next((w for w in range(LEAST_WEEKS, MOST_WEEKS + 1) if _enough(sides, started_on, w)), MOST_WEEKS)
    whole = min(weeks, (started_on - known) // WEEK)
    return Period(started_on - whole * WEEK if whole else known, started_on - timedelta(days=1))


def within_incident(started_on: date, onset: date, opened: date) -> date:
    """Where the comparison begins for an action against an incident: below its drop, not before it.

    The days up to the opening were low by selection, or there would be no incident, and part of what follows would
    rise without any action. So the day after the opening where a week or more lies between it and the action; else
    the onset, which an effect is then flagged for (`selected_before`).
    """
    fresh = opened + timedelta(days=1)
    return fresh if started_on - fresh >= WEEK else min(onset, started_on - timedelta(days=1))


def _enough(sides: list[Counts], started_on: date, weeks: int) -> bool:
    first = started_on - weeks * WEEK
    return all(sum(n for day, n in side.items() if first <= day < started_on) >= ENOUGH for side in sides)
