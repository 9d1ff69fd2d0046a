"""The effect of an action, from the histograms of its days. Pure: the same days give the same effect.

An answer's worth is on the unit scale (DESIGN §2); all that comes out is in points of the metric.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.alerts.effects import contrast, sequence, verdicts
from services.alerts.effects.contrast import Series
from services.alerts.effects.periods import Period
from shared import scoring
from shared.scoring import Histogram, Score

Days = Mapping[date, Histogram]

AGAINST_CONTROL, SIDE_BY_SIDE, NO_CONTROL = "against_control", "side_by_side", "no_control"
LEAST_DAYS, LEAST_ANSWERS = 7, scoring.SMALL_SAMPLE
# Compared with a time before: two days of it, and three weeks in all, or how days differ is not known.
LEAST_BEFORE, LEAST_IN_ALL = 2, 21
LONGEST = timedelta(days=364)  # and the first day: a year
REVIEW_AFTER = timedelta(days=56)


@dataclass(frozen=True)
class Question:
    """What is compared. control: None without one; before: None where nothing is compared with a time before.

    since: from the day the action started until the last day counted. review_on: when it is planned to judge it.
    """

    metric: str
    treated: Days
    control: Days | None
    before: Period | None
    since: Period
    review_on: date
    level: float = sequence.LEVEL


@dataclass(frozen=True)
class Effect:
    """All in points. before and control_before are None side by side, control_* without a control.

    effect, low and high are None while `missing` says what is too little. about_days_more, for_points: after so many
    more days an effect of that size would show; None where it is decided, or would not show in two years.
    clustering: φ. tilt: points that the weekdays of the two periods alone may make, part of the interval.
    """

    design: str
    before: Score | None
    after: Score
    control_before: Score | None
    control_after: Score | None
    change: float | None
    control_change: float | None
    effect: float | None
    low: float | None
    high: float | None
    level: float
    verdict: str
    about_days_more: int | None
    for_points: float | None
    missing: str | None
    clustering: float | None
    tilt: float | None


def measured(question: Question) -> Effect:
    """The effect as far as it is known at the end of `question.since`."""
    pools = _Pools.of(question)
    missing = pools.missing(question)
    rests = None if missing else rest_on(question)
    found = verdicts.judge(rests, question.level) if rests else None
    pace = verdicts.outlook(rests, question.level) if rests else None
    points = _points(question.metric)
    return Effect(
        design=_design(question),
        before=pools.before,
        after=pools.after,
        control_before=pools.control_before,
        control_after=pools.control_after,
        change=_less(pools.after, pools.before),
        control_change=_less(pools.control_after, pools.control_before),
        effect=found.effect * points if found else None,
        low=found.low * points if found else None,
        high=found.high * points if found else None,
        level=question.level,
        verdict=found.verdict if found else verdicts.NO_EVIDENCE_YET,
        about_days_more=pace[0] if pace else _days_to_the_least(question, missing),
        for_points=pace[1] * points if pace else None,
        missing=missing,
        clustering=rests.clustering if rests else None,
        tilt=rests.tilt * points if rests else None,
    )


def rest_on(question: Question) -> verdicts.Rests:
    """What the verdict rests on, on the unit scale. There must be answers on every side compared."""
    first = question.before.first if question.before else question.since.first
    start, end = (question.since.first - first).days, (question.since.last - first).days + 1
    treated = series(question.metric, question.treated, first, end)
    control = series(question.metric, question.control or {}, first, end)
    found = contrast.contrast(treated, control, (-first.weekday()) % 7, start, end)
    planned = max((question.review_on - question.since.first).days, LEAST_DAYS)
    sides = (treated, control) if question.control is not None else (treated,)
    return verdicts.Rests(
        *found,
        days_before=start,
        days=end - start,
        planned=planned,
        rarity=_rarity(sides, start, end) or 0.0,
        first_week=_rarity(sides, start, start + LEAST_DAYS),
    )


def series(metric: str, days: Days, first: date, length: int) -> Series:
    """n, sum and sum of squares on the unit scale, by day."""
    made: tuple[list[float], ...] = ([0.0] * length, [0.0] * length, [0.0] * length)
    for day, histogram in days.items():
        at = (day - first).days
        if 0 <= at < length:
            worst, middle, best = scoring.half_unit_counts(metric, histogram)
            made[0][at] = float(worst + middle + best)
            made[1][at] = middle / 2 + best
            made[2][at] = middle / 4 + best
    return made[0], made[1], made[2]


@dataclass(frozen=True)
class _Pools:
    before: Score | None
    after: Score
    control_before: Score | None
    control_after: Score | None

    @classmethod
    def of(cls, question: Question) -> _Pools:
        metric, before = question.metric, question.before
        control = question.control
        return cls(
            before=_pool(metric, question.treated, before) if before else None,
            after=_pool(metric, question.treated, question.since),
            control_before=_pool(metric, control, before) if before and control is not None else None,
            control_after=_pool(metric, control, question.since) if control is not None else None,
        )

    def missing(self, question: Question) -> str | None:
        """What is too little for any verdict: days, days_before, answers_since, answers_before, before."""
        if question.before is not None and question.before.days < LEAST_BEFORE:
            return "days_before"  # first: no waiting mends it
        if question.since.days < LEAST_DAYS:
            return "days"
        if any(one and one.n < LEAST_ANSWERS for one in (self.after, self.control_after)):
            return "answers_since"
        if question.before is None:
            return None if question.control is not None else "before"
        if question.before.days + question.since.days < LEAST_IN_ALL:
            return "days_before"
        if any(one and one.n < LEAST_ANSWERS for one in (self.before, self.control_before)):
            return "answers_before"
        return None


def _pool(metric: str, days: Days, period: Period) -> Score:
    return scoring.score(metric, scoring.pool(counts for day, counts in days.items() if day in period))


def _design(question: Question) -> str:
    if question.control is None:
        return NO_CONTROL
    return AGAINST_CONTROL if question.before else SIDE_BY_SIDE


def _less(after: Score | None, before: Score | None) -> float | None:
    if after is None or before is None or after.score is None or before.score is None:
        return None
    return after.score - before.score


def _points(metric: str) -> float:
    return scoring.points(metric, 1.0)


def _rarity(sides: Sequence[Series], first: int, last: int) -> float | None:
    """1/n of some days, summed over the sides; None where one had no answers then."""
    counts = [sum(one[0][first:last]) for one in sides]
    return sum(1 / n for n in counts) if all(counts) else None


def _days_to_the_least(question: Question, missing: str | None) -> int | None:
    if missing == "days":
        return LEAST_DAYS - question.since.days
    if missing == "days_before" and question.before and question.before.days >= LEAST_BEFORE:
        return LEAST_IN_ALL - question.before.days - question.since.days
    return None
