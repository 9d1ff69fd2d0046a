"""The healthy reference of a detector: learned from its own past, lagged, weekdays and surveys told apart.

Statistics are computed from integer sums in order of day, so the same answers give the same bits.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import sqrt
from typing import Any

from services.alerts.detection.clustering import DayCount, clustering
from services.alerts.detection.evidence import clamp
from services.alerts.detection.sums import Days, DaySums, Revision

REACH_DAYS, ENOUGH_ANSWERS = 365, 400
SURVEY_NEEDS = 100
VOLUME_DAYS = 28
LAGS = ((10 * VOLUME_DAYS, 60), (250 * VOLUME_DAYS, 28))
LAG_AT_HIGH_VOLUME = 14
LEAST_VARIANCE = 0.02
WEEKDAY_PRIOR, SURVEY_PRIOR = 150, 20
QUARTILE = 0.6745

Count = tuple[int, int]  # n, Σ half-units


@dataclass(frozen=True)
class Baseline:
    """Integer sums of the healthy days, and φ. `recent`: answers of the last 28 days; `watching`: a survey bets.

    `young_surveys` and `young_weekdays` count the answers that came since: they bet, but have not taught yet.
    """

    n: int
    halves: int
    squares: int
    weekdays: tuple[Count, ...]
    surveys: dict[Revision, Count]
    clustering: float
    first: int | None
    last: int | None
    recent: int
    watching: bool
    young_surveys: dict[Revision, int] = field(default_factory=dict)
    young_weekdays: tuple[int, ...] = (0,) * 7

    @cached_property
    def mean(self) -> float:
        """m̂: the mean on the unit scale, pulled a little to ½."""
        return (self.halves / 2 + 1) / (self.n + 2)

    @cached_property
    def variance(self) -> float:
        """v, never below .02."""
        return variance(self.n, self.halves, self.squares)

    @cached_property
    def document(self) -> dict[str, Any]:
        """As plain JSON values; `baseline_of` reads it."""
        return {name: getattr(self, name) for name in Baseline.__dataclass_fields__} | {
            "surveys": [[*revision, *count] for revision, count in self.surveys.items()],
            "young_surveys": [[*revision, n] for revision, n in self.young_surveys.items()],
        }

    @property
    def days(self) -> int:
        """From the first to the last of its days, both counted."""
        return 0 if self.first is None or self.last is None else self.last - self.first + 1

    @property
    def learning(self) -> bool:
        """Too few healthy answers to judge, or every survey that answers is new."""
        return self.n < ENOUGH_ANSWERS or not self.watching

    def bets(self, revision: Revision) -> bool:
        """Whether an answer to `revision` is judged; until then it only trains."""
        return self.n >= ENOUGH_ANSWERS and self.surveys.get(revision, (0, 0))[0] >= SURVEY_NEEDS

    def weekday_offset(self, weekday: int) -> float:
        """o_w: how far this weekday usually lies from the mean (Monday = 0)."""
        return _offset(self.weekdays[weekday], self.mean, WEEKDAY_PRIOR)

    def survey_offset(self, revision: Revision) -> float:
        """o_s: how far this survey revision lies from the mean; a harder question is not a degradation."""
        return _offset(self.surveys.get(revision, (0, 0)), self.mean, SURVEY_PRIOR)

    def margin(self, revision: Revision) -> float:
        """c_s: what the learned mean of this survey may be wrong by."""
        return QUARTILE * sqrt(self.variance * self.clustering / self.surveys[revision][0])

    def discount(self, weekday: int, revision: Revision) -> float:
        """What root of an answer's factor counts: φ, times how often the young answers outnumber those by which the
        survey's and the weekday's mean are known; they cannot prove more than the reference can (ADR 0009)."""
        survey = self.young_surveys.get(revision, 0) / self.surveys[revision][0]
        day = self.young_weekdays[weekday] / (self.weekdays[weekday][0] + WEEKDAY_PRIOR)
        return self.clustering * max(1.0, survey, day)

    def null(self, weekday: int, revision: Revision) -> float:
        """m0: the least mean a healthy stage is held to, fixed before the answer is seen."""
        offsets = self.weekday_offset(weekday) + self.survey_offset(revision)
        return clamp(self.mean + offsets - self.margin(revision))

    def null_above(self, weekday: int, revision: Revision) -> float:
        """Its mirror: the greatest mean of a stage that is no better than usual."""
        offsets = self.weekday_offset(weekday) + self.survey_offset(revision)
        return clamp(self.mean + offsets + self.margin(revision))


def baseline_of(document: dict[str, Any]) -> Baseline:
    """The Baseline that wrote `document`; what 0.1.0 wrote names no young answers."""
    read = {
        "surveys": {(survey, revision): (n, halves) for survey, revision, n, halves in document["surveys"]},
        "weekdays": tuple((n, halves) for n, halves in document["weekdays"]),
        "young_surveys": {(survey, revision): n for survey, revision, n in document.get("young_surveys", [])},
        "young_weekdays": tuple(document.get("young_weekdays", [0] * 7)),
    }
    return Baseline(**(document | read))


def variance(n: int, halves: int, squares: int) -> float:
    """Variance on the unit scale of n answers, never below .02."""
    if n == 0:
        return LEAST_VARIANCE
    mean = halves / 2 / n
    return max(squares / 4 / n - mean * mean, LEAST_VARIANCE)


def learn(sums: DaySums, today: int, healthy: Callable[[list[int]], list[int]], live_from: int) -> Baseline:
    """The baseline as of clock day `today`: from the days older than the lag, or before `live_from`, that `healthy`
    leaves in. It runs once a day for each detector, so its loops are few and plain."""
    recent = _volume(sums.days, today)
    end = max(live_from, today - _lag(recent))  # older than the lag, so not itself
    known = sorted(sums.days)
    split = bisect_left(known, end)
    days = _reached(sums.days, today, healthy(known[:split]))
    young_surveys, young_weekdays = _young(sums.days, known[split:])
    squares, each_day = 0, []
    surveys: dict[Revision, list[int]] = {}
    for day in days:
        n = halves = 0
        for revision, (count, half, square) in sums.days[day].items():
            survey = surveys.get(revision)
            if survey is None:
                survey = surveys[revision] = [0, 0]
            survey[0] += count
            survey[1] += half
            n, halves, squares = n + count, halves + half, squares + square
        each_day.append(((day + 6) % 7, n, halves))
    learned = Baseline(
        n=sum(n for n, _ in surveys.values()),
        halves=sum(halves for _, halves in surveys.values()),
        squares=squares,
        weekdays=_by_weekday(each_day),
        surveys={revision: (surveys[revision][0], surveys[revision][1]) for revision in sorted(surveys)},
        clustering=1.0,
        first=days[0] if days else None,
        last=days[-1] if days else None,
        recent=recent,
        watching=_watching(sums.days, today, surveys),
        young_surveys=young_surveys,
        young_weekdays=young_weekdays,
    )
    expected = [learned.mean + learned.weekday_offset(weekday) for weekday in range(7)]
    return replace(learned, clustering=clustering(each_day, expected, learned.variance))


def weekday_of(day: int) -> int:
    """Monday = 0, of a proleptic ordinal."""
    return (day + 6) % 7


def _offset(count: Count, mean: float, prior: int) -> float:
    n, halves = count
    return n / (n + prior) * (halves / 2 / n - mean) if n > 0 else 0.0


def _lag(recent: int) -> int:
    return next((lag for most, lag in LAGS if recent <= most), LAG_AT_HIGH_VOLUME)


def _volume(days: Days, today: int) -> int:
    window = [days[day] for day in range(today - VOLUME_DAYS, today) if day in days]
    return sum([entry[0] for revisions in window for entry in revisions.values()])


def _reached(days: Days, today: int, counted: list[int]) -> list[int]:
    """The last of the days `counted`, in order: 365 days back, or until 400 answers, whichever is longer."""
    n, first = 0, len(counted)
    while first > 0 and n < ENOUGH_ANSWERS:
        first -= 1
        n += sum(entry[0] for entry in days[counted[first]].values())
    return counted[min(first, bisect_left(counted, today - REACH_DAYS)) :]


def _young(days: Days, since: list[int]) -> tuple[dict[Revision, int], tuple[int, ...]]:
    """How many answers the days `since` hold, by survey and by weekday."""
    surveys: dict[Revision, int] = {}
    weekdays = [0] * 7
    for day in since:
        for revision, entry in days[day].items():
            surveys[revision] = surveys.get(revision, 0) + entry[0]
            weekdays[(day + 6) % 7] += entry[0]
    return {revision: surveys[revision] for revision in sorted(surveys)}, tuple(weekdays)


def _watching(days: Days, today: int, surveys: dict[Revision, list[int]]) -> bool:
    """Whether a survey that answered in the last 28 days (any, where none did) is known well enough to bet."""
    known = {revision for revision, count in surveys.items() if count[0] >= SURVEY_NEEDS}
    window = range(today - VOLUME_DAYS, today + 1)
    answering = {revision for day in window for revision in days.get(day, {})}
    return bool(known & answering) if answering else bool(known)


def _by_weekday(each_day: list[DayCount]) -> tuple[Count, ...]:
    counts = [[0, 0] for _ in range(7)]
    for weekday, n, halves in each_day:
        counts[weekday][0] += n
        counts[weekday][1] += halves
    return tuple((count[0], count[1]) for count in counts)
