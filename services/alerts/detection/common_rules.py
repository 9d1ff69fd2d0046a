"""What common products do instead of a budget: four rules on daily figures, to be shown beside the detector. Pure.

Each rule looks once a day, at the day's end. It raises an alarm on the first day its condition holds and stays quiet
until the condition ceased to hold, as "notify when it crosses" does. Parameters as commonly shipped or advised; a
difference of 5 percentage points is .05 on the unit scale (CSAT, CES) and 10 points of NPS. Where a product leaves a
choice, the one with fewer alarms is taken: windows need 30 answers, the floor is set only when 400 answers are in.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import accumulate
from math import sqrt
from typing import NamedTuple

DROP = 0.05
WEEK, MONTH = 7, 28
LEAST_ANSWERS, FLOOR_ANSWERS = 30, 400
SIGMAS, LEAST_DAYS = 3.0, 14


class Alarm(NamedTuple):
    """`day`: the ordinal at whose end it was raised; `ended`: the first day it no longer held, None while it does.

    value and limit, on the unit scale, are what was compared on `day`: value < limit.
    """

    day: int
    ended: int | None
    value: float
    limit: float


class Reading(NamedTuple):
    """What a rule compares on one day: it holds where value < limit."""

    value: float
    limit: float


@dataclass(frozen=True, slots=True)
class Series:
    """The days of one stage, without a gap: running totals, so that any window is two subtractions."""

    counts: list[int]
    halves: list[int]
    means: list[float | None]

    def mean(self, first: int, end: int) -> float | None:
        """The mean of the days [first, end), in unit scores; None with fewer than 30 answers."""
        if first < 0:
            return None
        n = self.counts[end] - self.counts[first]
        return (self.halves[end] - self.halves[first]) / 2 / n if n >= LEAST_ANSWERS else None


# What a rule reads on day i; None where it cannot judge, which leaves an alarm as it is.
Rule = Callable[[Series, int], Reading | None]


def rules(days: Iterable[tuple[int, int, int]], since: int | None = None) -> dict[str, list[Alarm]]:
    """The alarms of each rule, by name, in order of time.

    days: (ordinal, answers, Σ half-units) in order; days left out have no answers. Alarms raised before the ordinal
    `since` are left out, but what came before it is known to the rules.
    """
    first, series = _series(list(days))
    return {
        name: [alarm for alarm in _alarms(rule, series, first) if since is None or alarm.day >= since]
        for name, rule in _RULES.items()
    }


def fixed_floor(series: Series, i: int) -> Reading | None:
    """The score of the last 7 days is under a floor set once: 5 percentage points below the first 400 answers.

    Metabase's goal line, "only the first time" (metabase.com/docs/latest/questions/alerts); "alert when satisfaction
    drops below 80 %" (tmsupport.trustminder.ai, My Alerts). The floor is a person's choice; this one is close.
    """
    known, now = bisect_left(series.counts, FLOOR_ANSWERS), series.mean(i + 1 - WEEK, i + 1)
    if i < known or now is None:
        return None
    return Reading(now, series.halves[known] / 2 / series.counts[known] - DROP)


def week_on_week(series: Series, i: int) -> Reading | None:
    """The score of the last 7 days is more than 5 percentage points under that of the 7 days before.

    Vortex IQ's "CSAT Drop Alert" (docs.vortexiq.ai/nerve-centre/kpi-cards/intercom/csat-drop-alert); Datadog's change
    alert over a week (docs.datadoghq.com/monitors/types/metric).
    """
    return _below(series.mean(i + 1 - WEEK, i + 1), series.mean(i + 1 - 2 * WEEK, i + 1 - WEEK))


def week_against_month(series: Series, i: int) -> Reading | None:
    """The score of the last 7 days is more than 5 percentage points under that of the 28 days before them.

    zenloop's NPS alert: last week against the cumulated 4 weeks before, with a least number of responses
    (support.zenloop.com/en/articles/3307516-setting-up-nps-alerts).
    """
    return _below(series.mean(i + 1 - WEEK, i + 1), series.mean(i + 1 - WEEK - MONTH, i + 1 - WEEK))


def z_score(series: Series, i: int) -> Reading | None:
    """The day's score is more than 3 standard deviations under the mean of the last 28 days' scores.

    The three-sigma rule as GitLab does it in Prometheus (about.gitlab.com/blog/2019/07/23/anomaly-detection-using-
    prometheus). It needs 14 days with answers.
    """
    today = series.means[i]
    past = [mean for mean in series.means[max(i - MONTH, 0) : i] if mean is not None]
    if today is None or len(past) < LEAST_DAYS:
        return None
    centre = sum(past) / len(past)
    spread = sqrt(sum((mean - centre) ** 2 for mean in past) / (len(past) - 1))
    return Reading(today, centre - SIGMAS * spread)


_RULES: dict[str, Rule] = {
    "fixed_floor": fixed_floor,
    "week_on_week": week_on_week,
    "week_against_month": week_against_month,
    "z_score": z_score,
}


def _below(now: float | None, then: float | None) -> Reading | None:
    return None if now is None or then is None else Reading(now, then - DROP)


def _series(days: list[tuple[int, int, int]]) -> tuple[int, Series]:
    """The ordinal of the first day, and the days from there on, with those that had no answers."""
    if not days:
        return 0, Series([0], [0], [])
    first, length = days[0][0], days[-1][0] - days[0][0] + 1
    counts, halves = [0] * length, [0] * length
    for day, n, half in days:
        counts[day - first], halves[day - first] = n, half
    means = [half / 2 / n if n > 0 else None for n, half in zip(counts, halves, strict=True)]
    return first, Series([0, *accumulate(counts)], [0, *accumulate(halves)], means)


def _alarms(rule: Rule, series: Series, first: int) -> list[Alarm]:
    found: list[Alarm] = []
    holds = False
    for i in range(len(series.means)):
        reading = rule(series, i)
        if reading is None or (reading.value < reading.limit) == holds:
            continue
        holds = not holds
        if holds:
            found.append(Alarm(first + i, None, *reading))
        else:
            found[-1] = found[-1]._replace(ended=first + i)
    return found
