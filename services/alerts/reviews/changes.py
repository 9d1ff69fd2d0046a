"""Which series changed beyond noise in a week: each against its own past, all of them held together. Pure.

Somebody who looks at 60 series finds three "significant" ones in every week in which nothing happened. Here the list
as a whole is held: Benjamini and Hochberg (1995) at 10 %, so that of weeks in which nothing happened at most one in
ten has anything on its list, and of what is listed at most about one in ten is noise.

A series' chance is the larger of two: with the spread that its days have (answers of a day are alike), and with the
spread that its weeks had, where that is more. Both are learned from the 26 weeks before, of whole weeks in which it had
no incident; a week's weekdays are compared with the same weekdays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

from services.alerts.reviews import tails
from services.alerts.reviews.past import Day, Days, Past, learned
from services.alerts.reviews.weeks import Week

RATE = 0.1
PAST_WEEKS, LEAST_WEEKS = 26, 8
LEAST_ANSWERS, LEAST_PAST = 30, 100


@dataclass(frozen=True)
class Change:
    """A week against its past, on the unit scale. chance: of such a week where nothing happened; error: the standard
    error of `change`, in Student's t with `freedom`."""

    mean: float
    expected: float
    n: int
    past: Past
    chance: float
    error: float
    freedom: float

    @property
    def change(self) -> float:
        return self.mean - self.expected


@dataclass(frozen=True)
class TooLittle:
    """Nothing is compared: `answers` too few in the week, or `past` too short."""

    why: str
    n: int


def changed(days: Days, week: Week, last: date, three_worths: bool) -> Change | TooLittle:
    """The days of `week` until `last` against the same weekdays of the 26 weeks before. days: those with answers, of
    the past without what is not comparable (incidents)."""
    found = {at: day for at, day in days.items() if week.monday <= at <= min(last, week.sunday)}
    n = sum(day.n for day in found.values())
    if n < LEAST_ANSWERS:
        return TooLittle("answers", n)
    before = _past(days, week, last)
    weeks = {at - timedelta(days=at.weekday()) for at in before}
    if len(weeks) < LEAST_WEEKS or sum(day.n for day in before.values()) < LEAST_PAST:
        return TooLittle("past", n)
    return _against(learned(before, three_worths), found, n, three_worths)


def beyond(chances: Sequence[float], rate: float = RATE) -> list[bool]:
    """Which are listed, in the given order: the k smallest, where k is the largest with the k-th ≤ rate·k/m."""
    order = sorted(range(len(chances)), key=lambda i: chances[i])
    most = 0
    for place, i in enumerate(order, start=1):
        if chances[i] <= rate * place / len(chances):
            most = place
    listed = set(order[:most])
    return [i in listed for i in range(len(chances))]


def interval(change: Change, listed: int, compared: int, rate: float = RATE) -> tuple[float, float]:
    """The change with an interval that makes up for the choice: of the intervals listed together, at most `rate` are
    expected to miss (false coverage; Benjamini and Yekutieli 2005)."""
    far = tails.student(tails.quantile(rate * listed / compared), change.freedom) * change.error
    return change.change - far, change.change + far


def _past(days: Days, week: Week, last: date) -> dict[date, Day]:
    """The same weekdays, of whole weeks since its first."""
    first = week.before(PAST_WEEKS).monday
    weekdays = (last - week.monday).days
    return {
        at: day
        for at, day in days.items()
        if first <= at < week.monday and at.weekday() <= weekdays and day.n
    }


def _against(past: Past, found: Days, n: int, three_worths: bool) -> Change:
    mean, expected = sum(day.total for day in found.values()) / n, past.expected(found)
    error = past.error + past.error_of(found)
    step = (
        0.25 if three_worths else 0.5
    ) / n  # half of what one answer more makes: a count is no measurement
    off = mean - expected
    off = max(abs(off) - step, 0.0) * (1 if off > 0 else -1)
    by_days = _deviate(past, off, error, past.days_freedom)
    by_weeks = _deviate(past, off, error * past.wander, past.weeks_freedom) if past.wander > 1.0 else by_days
    weeks_decide = abs(by_weeks) < abs(by_days)
    return Change(
        mean,
        expected,
        n,
        past,
        chance=tails.two_sided(by_weeks if weeks_decide else by_days),
        error=sqrt(error * (past.wander if weeks_decide else 1.0)),
        freedom=past.weeks_freedom if weeks_decide else past.days_freedom,
    )


def _deviate(past: Past, off: float, error: float, freedom: float) -> float:
    """off: from what was expected. As many independent answers as have this squared error are as telling."""
    chances = past.chances
    mean = chances[1] / 2 + chances[2]
    variance = chances[1] / 4 + chances[2] - mean**2
    at = min(max(mean + off, 1e-6), 1 - 1e-6)
    far = tails.deviate(chances, variance / error, at)
    return tails.of_student(far, freedom)


def by_day(histograms: Mapping[date, tuple[int, int, int]]) -> Days:
    """Days with answers, from how many were worth 0, ½ and 1."""
    return {at: Day(*counts) for at, counts in histograms.items() if any(counts)}
