"""What the days of one stage and metric say: two periods, their noise, and the score week by week. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from services.aggregator import noise
from services.aggregator.changes import Pair
from services.aggregator.periods import Period
from shared import scoring
from shared.scoring import Histogram

Days = Mapping[date, Histogram]
WEEKS = 12
# A week with fewer answers is a gap in the line: its score says nothing, and of colleagues it would say too much.
LEAST_A_WEEK = 5


def pair(days: Days, before: Period, since: Period) -> Pair:
    """All answers of each period."""
    return Pair(scoring.pool(_within(days, before).values()), scoring.pool(_within(days, since).values()))


def squared_error(metric: str, days: Days, before: Period, since: Period) -> float:
    """What the choice of days adds to the error of a change between the two."""
    return noise.of_days(metric, _within(days, before), _within(days, since))


def weekly(metric: str, days: Days, last: date, weeks: int = WEEKS) -> tuple[float | None, ...]:
    """The score of each run of seven days up to `last`, oldest first; None where too few answered."""
    sums: list[list[Histogram]] = [[] for _ in range(weeks)]
    for day, counts in days.items():
        back = (last - day).days // 7
        if 0 <= back < weeks:
            sums[weeks - 1 - back].append(counts)
    scores = (scoring.score(metric, scoring.pool(week)) for week in sums)
    return tuple(found.score if found.n >= LEAST_A_WEEK else None for found in scores)


def reach(today: date, before: Period) -> Period:
    """The days needed for both periods and the weeks."""
    return Period(min(before.first, today - timedelta(days=7 * WEEKS - 1)), today)


def _within(days: Days, period: Period) -> dict[date, Histogram]:
    return {day: counts for day, counts in days.items() if period.first <= day <= period.last}
