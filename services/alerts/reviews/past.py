"""What a series has been like: its level, its weekdays, and how its days and weeks differ from each other. Pure.

Learned from the days before the week that is judged, never from that week. An answer is worth 0, ½ or 1 (DESIGN §2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from services.alerts.reviews.tails import Chances

SHRINK = 150.0  # a weekday's own level is drawn to the whole as if by so many answers, as the detector does
LEAST_VARIANCE = 0.02


class Day(NamedTuple):
    """How many answers were worth 0, ½ and 1."""

    worst: int
    middle: int
    best: int

    @property
    def n(self) -> int:
        return self.worst + self.middle + self.best

    @property
    def total(self) -> float:
        return self.middle / 2 + self.best


Days = Mapping[date, Day]


@dataclass(frozen=True)
class Past:
    """mean, variance: of an answer; chances: of the worths, none of a possible one 0. weekdays: how far each lies from
    the mean, Monday first. own: variance of what each day has of its own. unevenness: Σ n² / (Σ n)² over the days.
    wander: how much more weeks spread than their days explain, at least 1."""

    n: int
    weeks: int
    mean: float
    variance: float
    chances: Chances
    weekdays: Sequence[float]
    own: float
    unevenness: float
    wander: float

    @property
    def days_freedom(self) -> float:
        """What the spread of days rests on: days count as many as they would, were all as busy as those that count most
        (few busy days among many quiet ones tell little of how days differ), less a mean and the weekdays."""
        return max(1 / self.unevenness - 7.0, 1.0)

    @property
    def weeks_freedom(self) -> float:
        """What the spread of weeks rests on."""
        return max(self.weeks - 1.0, 1.0)

    @property
    def error(self) -> float:
        """The squared standard error of `mean`."""
        return self.variance / self.n + self.own * self.unevenness

    def expected(self, days: Days) -> float:
        """The mean that these weekdays would have."""
        n = sum(day.n for day in days.values())
        return self.mean + sum(day.n * self.weekdays[at.weekday()] for at, day in days.items()) / n

    def error_of(self, days: Days) -> float:
        """The squared standard error of the mean of some other days."""
        counts = [day.n for day in days.values()]
        n = sum(counts)
        return self.variance / n + self.own * sum(one * one for one in counts) / n**2


class _Row(NamedTuple):
    """A day: the Monday before it, its weekday, how many answered, and what their answers are worth together."""

    monday: int
    weekday: int
    n: int
    total: float


def learned(days: Days, three_worths: bool) -> Past:
    """From days with answers, at least eight of them. three_worths: whether an answer can be worth ½."""
    rows = [_Row(at.toordinal() - at.weekday(), at.weekday(), day.n, day.total) for at, day in days.items()]
    worst, middle, best = (sum(column) for column in zip(*days.values(), strict=True))
    n = worst + middle + best
    mean = (middle / 2 + best) / n
    variance = max((middle / 4 + best) / n - mean**2, LEAST_VARIANCE)
    usual = _weekdays(rows, mean)
    own = _own(rows, mean, variance, usual)
    weeks, wander = _wander(rows, mean, variance, own, usual)
    return Past(
        n=n,
        weeks=weeks,
        mean=mean,
        variance=variance,
        chances=_chances((worst, middle, best), three_worths),
        weekdays=usual,
        own=own,
        unevenness=sum(row.n * row.n for row in rows) / n**2,
        wander=wander,
    )


def _chances(counts: tuple[int, int, int], three_worths: bool) -> Chances:
    """Half an answer is added to each worth that is possible."""
    n = sum(counts) + (1.5 if three_worths else 1.0)
    middle = (counts[1] + 0.5) / n if three_worths else 0.0
    return (counts[0] + 0.5) / n, middle, (counts[2] + 0.5) / n


def _weekdays(rows: Sequence[_Row], mean: float) -> list[float]:
    counts, sums = [0.0] * 7, [0.0] * 7
    for _, weekday, n, total in rows:
        counts[weekday] += n
        sums[weekday] += total - n * mean
    return [total / (n + SHRINK) for total, n in zip(sums, counts, strict=True)]


def _own(rows: Sequence[_Row], mean: float, variance: float, usual: Sequence[float]) -> float:
    """The variance of days' own levels: an analysis of variance with unequal days, as in shared/day_noise."""
    count, squares, spread = 0, 0, 0.0
    for _, weekday, n, total in rows:
        count += n
        squares += n * n
        spread += (total - n * (mean + usual[weekday])) ** 2 / n
    size = (count - squares / count) / (len(rows) - 1)
    return max(0.0, spread / max(len(rows) - 7, 1) - variance) / size


def _wander(
    rows: Sequence[_Row], mean: float, variance: float, own: float, usual: Sequence[float]
) -> tuple[int, float]:
    """How many weeks there are, and how much more they spread than their days explain."""
    weeks: dict[int, list[float]] = {}
    for monday, weekday, n, total in rows:
        week = weeks.setdefault(monday, [0.0, 0.0])
        week[0] += total - n * (mean + usual[weekday])
        week[1] += n * variance + n * n * own
    spread = sum(off * off / explained for off, explained in weeks.values())
    return len(weeks), max(1.0, spread / max(len(weeks) - 1, 1))
