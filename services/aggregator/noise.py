"""What counts as noise when two periods are compared: days that differ for no reason, and many looks at once. Pure.

Days differ by more than their number of answers explains (weather, a campaign, the weekend). Two periods hold
different days, so that every difference between them, whatever the group, carries the error of the days as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from statistics import NormalDist

from shared import scoring
from shared.scoring import Histogram

# A weekday's own level is drawn to the whole as if by so many answers, and fewer days tell nothing: as the detector.
SHRINK = 150
ENOUGH_DAYS = 15
_NORMAL = NormalDist()


def of_days(metric: str, before: Mapping[date, Histogram], since: Mapping[date, Histogram]) -> float:
    """The squared error, in points², that the choice of days adds to a difference between the two periods.

    Days are taken to vary around their weekday's level, independently and alike for all groups: the variance is
    estimated from `before` (analysis of variance, unequal days), divided by each period's number of days. What the
    periods' weekdays alone would make differ is added as an error too. 0 with fewer than 15 days before.
    """
    days = {day: _moments(metric, counts) for day, counts in before.items() if any(counts)}
    since_n = {day: sum(counts) for day, counts in since.items() if any(counts)}
    if len(days) < ENOUGH_DAYS or not since_n:
        return 0.0
    n = sum(one[0] for one in days.values())
    mean = sum(one[0] * one[1] for one in days.values()) / n
    variance = sum(one[0] * (one[2] + one[1] ** 2) for one in days.values()) / n - mean**2
    usual = _weekdays(days, mean)
    between = sum(one[0] * (one[1] - mean - usual[day.weekday()]) ** 2 for day, one in days.items())
    degrees = len(days) - 7
    steady = (n - sum(one[0] ** 2 for one in days.values()) / n) / (len(days) - 1)
    spread = max(0.0, between / degrees - variance) / steady
    tilt = _level(since_n, usual) - _level({day: one[0] for day, one in days.items()}, usual)
    return spread * (1 / len(days) + 1 / len(since_n)) + tilt**2


def beyond(clarities: Sequence[float], rate: float) -> list[bool]:
    """Which of several differences, in standard errors, are beyond noise, with at most `rate` for one error among all.

    Holm (1979): the clearest is held against rate/m, the next against rate/(m-1), and so on until one fails.
    """
    found = [False] * len(clarities)
    order = sorted(range(len(clarities)), key=lambda i: -abs(clarities[i]))
    for place, i in enumerate(order):
        if abs(clarities[i]) <= quantile(rate / (len(clarities) - place)):
            break
        found[i] = True
    return found


def quantile(rate: float) -> float:
    """How many standard errors a difference passes by chance, either way, at this rate: 1.96 at .05."""
    return -_NORMAL.inv_cdf(rate / 2)


def _moments(metric: str, counts: Histogram) -> tuple[int, float, float]:
    """(n, score, variance of one answer) in points."""
    worst, middle, best = scoring.half_unit_counts(metric, counts)
    n, unit = worst + middle + best, scoring.points(metric, 1)
    mean = (best + middle / 2) / n
    square = (best + middle / 4) / n
    return n, unit * mean, unit**2 * max(0.0, square - mean**2)


def _weekdays(days: Mapping[date, tuple[int, float, float]], mean: float) -> dict[int, float]:
    """How far each weekday lies from the whole, in points; drawn to 0 where it has few answers."""
    sums: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for day, (n, score, _) in days.items():
        sums[day.weekday()][0] += n
        sums[day.weekday()][1] += n * (score - mean)
    return {weekday: sums[weekday][1] / (sums[weekday][0] + SHRINK) for weekday in range(7)}


def _level(numbers: Mapping[date, int], usual: Mapping[int, float]) -> float:
    """What a period's weekdays alone make of its score."""
    return sum(n * usual[day.weekday()] for day, n in numbers.items()) / sum(numbers.values())
