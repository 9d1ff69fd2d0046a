"""What the choice of days adds to the error of a difference between two periods. Pure.

Days differ by more than their number of answers explains (weather, a campaign, the weekend). Two periods hold
different days, so that every difference between them carries the error of the days as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

# A weekday's own level is drawn to the whole as if by so many answers, and fewer days tell nothing: as the detector.
SHRINK = 150
ENOUGH_DAYS = 15


class Day(NamedTuple):
    """One day's answers: how many, their mean, and the variance of one of them."""

    n: int
    mean: float
    variance: float


def squared_error(before: Mapping[date, Day], since: Mapping[date, int]) -> float:
    """The squared error days add to the mean of `since` less the mean of `before`, in the unit of the means, squared.

    Days are taken to vary around their weekday's level, independently: the variance is estimated from `before`
    (analysis of variance, unequal days) and divided by each period's number of days. What the weekdays of the two
    periods alone would make differ is added as an error too. before, since: days with answers (since: how many).
    0 with fewer than 15 days before.
    """
    if len(before) < ENOUGH_DAYS or not since:
        return 0.0
    n = sum(day.n for day in before.values())
    mean = sum(day.n * day.mean for day in before.values()) / n
    variance = sum(day.n * (day.variance + day.mean**2) for day in before.values()) / n - mean**2
    usual = _weekdays(before, mean)
    between = sum(day.n * (day.mean - mean - usual[at.weekday()]) ** 2 for at, day in before.items())
    size = (n - sum(day.n**2 for day in before.values()) / n) / (len(before) - 1)
    spread = max(0.0, between / (len(before) - 7) - variance) / size
    tilt = _level(since, usual) - _level({at: day.n for at, day in before.items()}, usual)
    return spread * (1 / len(before) + 1 / len(since)) + tilt**2


def _weekdays(days: Mapping[date, Day], mean: float) -> dict[int, float]:
    """How far each weekday lies from the whole; drawn to 0 where it has few answers."""
    sums: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for at, day in days.items():
        sums[at.weekday()][0] += day.n
        sums[at.weekday()][1] += day.n * (day.mean - mean)
    return {weekday: sums[weekday][1] / (sums[weekday][0] + SHRINK) for weekday in range(7)}


def _level(numbers: Mapping[date, int], usual: Mapping[int, float]) -> float:
    """What a period's weekdays alone make of its mean."""
    return sum(n * usual[at.weekday()] for at, n in numbers.items()) / sum(numbers.values())
