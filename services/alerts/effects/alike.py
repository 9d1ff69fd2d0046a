"""Which stages can stand beside an action's as a control: those whose past moved alike. Pure.

What moves both alike (a strike, a season) cancels, so that a good control is one whose difference from the treated kept
still from week to week. How much the difference moved is measured against what answers alone would make it move.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

from services.alerts.effects.measured import Days
from shared import scoring
from shared.scoring import half_unit_counts

LEAST_WEEKS, WEEKS, LEAST_A_WEEK = 8, 26, 20
# Standard errors of `moves`: of stages that truly move alike, nearly all are within.
ERRORS = 2.75
LEAST_VARIANCE = 0.02


@dataclass(frozen=True)
class Alike:
    """A stage that could be a control. moves: the variance of the weekly difference over what answers alone explain (1:
    the two moved alike); answers: those before."""

    stage: str
    weeks: int
    moves: float
    alike: bool
    answers: int


def controls(metric: str, treated: Days, others: Mapping[str, Days], started_on: date) -> list[Alike]:
    """The other stages with 8 weeks or more of 20 answers before `started_on`: those that moved alike first, of these
    the ones with most answers; then the rest, the stillest first."""
    found = [
        one for stage, days in others.items() if (one := _alike(metric, stage, treated, days, started_on))
    ]
    return sorted(found, key=lambda one: (not one.alike, -one.answers if one.alike else one.moves, one.stage))


def _alike(metric: str, stage: str, treated: Days, other: Days, started_on: date) -> Alike | None:
    ours, theirs = (_weeks(metric, days, started_on) for days in (treated, other))
    weeks = sorted(ours.keys() & theirs.keys())
    if len(weeks) < LEAST_WEEKS:
        return None
    differences = [ours[week][0] - theirs[week][0] for week in weeks]
    chances = [ours[week][1] + theirs[week][1] for week in weeks]
    weights = [1 / chance for chance in chances]
    mean = sum(w * d for w, d in zip(weights, differences, strict=True)) / sum(weights)
    freedom = len(weeks) - 1
    moves = sum(w * (d - mean) ** 2 for w, d in zip(weights, differences, strict=True)) / freedom
    answers = sum(sum(counts) for day, counts in other.items() if day < started_on)
    return Alike(stage, len(weeks), moves, moves <= 1 + ERRORS * sqrt(2 / freedom), answers)


def _weeks(metric: str, days: Days, started_on: date) -> dict[int, tuple[float, float]]:
    """By weeks back from the start: the mean on the unit scale and its squared error."""
    pools: dict[int, list[scoring.Histogram]] = {}
    for day, counts in days.items():
        back = (started_on - timedelta(days=1) - day).days // 7
        if 0 <= back < WEEKS:
            pools.setdefault(back, []).append(counts)
    found = {}
    for back, histograms in pools.items():
        worst, middle, best = half_unit_counts(metric, scoring.pool(histograms))
        n = worst + middle + best
        if n >= LEAST_A_WEEK:
            mean = (middle / 2 + best) / n
            found[back] = (mean, max((middle / 4 + best) / n - mean**2, LEAST_VARIANCE) / n)
    return found
