"""What counts as noise when two periods are compared: days that differ for no reason, and many looks at once. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from statistics import NormalDist

from shared import day_noise, scoring
from shared.day_noise import Day
from shared.scoring import Histogram

_NORMAL = NormalDist()


def of_days(metric: str, before: Mapping[date, Histogram], since: Mapping[date, Histogram]) -> float:
    """The squared error, in points², that the choice of days adds to a difference between the two periods, whatever
    the group: days are taken to lift or lower all groups alike."""
    days = {day: _day(metric, counts) for day, counts in before.items() if any(counts)}
    return day_noise.squared_error(days, {day: sum(counts) for day, counts in since.items() if any(counts)})


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


def _day(metric: str, counts: Histogram) -> Day:
    """In points, but for a constant."""
    worst, middle, best = scoring.half_unit_counts(metric, counts)
    n, unit = worst + middle + best, scoring.points(metric, 1)
    mean = (best + middle / 2) / n
    square = (best + middle / 4) / n
    return Day(n, unit * mean, unit**2 * max(0.0, square - mean**2))
