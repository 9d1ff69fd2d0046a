"""Stages of which we know why they fell: answers drawn for each day, touchpoint, plan and region, then summed up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import product
from random import Random
from typing import Any

from services.aggregator import cause, noise
from services.aggregator.breakdown import Place, Segment, Sums
from services.aggregator.changes import Pair
from shared import scoring
from shared.scoring import SCALES, SLOTS

TOUCHPOINTS = ("handover", "slot", "tracking")
PLANS = {"free": 0.5, "pro": 0.5}
REGIONS = {"east": 0.1, "north": 0.3, "south": 0.4, "west": 0.2}
MONDAY = date(2026, 3, 2)
Cell = tuple[str, str, str]  # touchpoint, plan, region


@dataclass(frozen=True)
class Truth:
    """What changed. Levels and drops are points of NPS; `scaled` makes them points of another metric.

    drops: added to a cell's level since; a None in its key stands for any. plans_since: shares of the plans from then
    on. levels, touchpoint_levels: beside the stage's own 40 (70 for csat and ces). touchpoints_since: shares of the
    touchpoints. days: s.d. of what a day adds to all; weekend: what Saturday and Sunday add.
    """

    drops: Mapping[tuple[str | None, str | None, str | None], float] = field(default_factory=dict)
    plans_since: Mapping[str, float] = field(default_factory=lambda: PLANS)
    touchpoints_since: tuple[float, ...] = (1, 1, 1)
    levels: Mapping[str, float] = field(default_factory=dict)
    touchpoint_levels: Mapping[str, float] = field(default_factory=dict)
    days: float = 2.0
    weekend: float = -6.0

    def scaled(self, metric: str) -> Truth:
        """The same for CSAT and CES, where a point is worth two of NPS."""
        if metric == "nps":
            return self
        return replace(
            self,
            drops=_halved(self.drops),
            levels=_halved(self.levels),
            touchpoint_levels=_halved(self.touchpoint_levels),
            days=self.days / 2,
            weekend=self.weekend / 2,
        )


def answered(
    metric: str, truth: Truth, a_day: int, seed: int, before: int = 90, since: int = 10
) -> dict[str, Any]:
    """/v1/changes of `before` healthy days against `since` days after, with `a_day` answers each."""
    random = Random(f"{metric} {a_day} {seed}")
    was, days_before = _drawn(random, metric, truth, a_day, MONDAY, before, fallen=False)
    is_, days_since = _drawn(
        random, metric, truth, a_day, MONDAY + timedelta(days=before), since, fallen=True
    )
    error = noise.of_days(metric, days_before, days_since)
    return cause.build(metric, _sums(was, is_), None, scoring.LEVEL, error)


def _halved(values: Mapping[Any, float]) -> dict[Any, float]:
    return {key: value / 2 for key, value in values.items()}


def _drawn(
    random: Random, metric: str, truth: Truth, a_day: int, first: date, count: int, *, fallen: bool
) -> tuple[dict[Cell, list[int]], dict[date, list[int]]]:
    """Histograms by cell and by day."""
    cells: dict[Cell, list[int]] = defaultdict(lambda: [0] * SLOTS)
    days: dict[date, list[int]] = defaultdict(lambda: [0] * SLOTS)
    for number in range(count):
        day = first + timedelta(days=number)
        of_day = random.gauss(0, truth.days) + (truth.weekend if day.weekday() >= 5 else 0)
        outcomes = _outcomes(metric, truth, fallen, of_day)
        for (cell, score), n in Counter(random.choices(*outcomes, k=a_day)).items():
            cells[cell][score] += n
            days[day][score] += n
    return cells, days


def _outcomes(
    metric: str, truth: Truth, fallen: bool, of_day: float
) -> tuple[list[tuple[Cell, int]], list[float]]:
    """Every (cell, score) an answer of a day can be, and how likely it is."""
    plans, touchpoints = (truth.plans_since, truth.touchpoints_since) if fallen else (PLANS, (1, 1, 1))
    scale, found, weights = SCALES[metric], [], []
    for (place, of_place), (plan, of_plan), (region, of_region) in product(
        zip(TOUCHPOINTS, touchpoints, strict=True), plans.items(), REGIONS.items()
    ):
        cell = place, plan, region
        worst, best = _odds(metric, _level(metric, truth, cell, fallen) + of_day)
        found += [(cell, scale[0]), (cell, scale[-1]), (cell, 7 if metric == "nps" else scale[0])]
        weights += [of_place * of_plan * of_region * odds for odds in (worst, best, 1 - worst - best)]
    return found, weights


def _level(metric: str, truth: Truth, cell: Cell, fallen: bool) -> float:
    level = (40 if metric == "nps" else 70) + truth.levels.get(cell[1], 0.0)
    level += truth.touchpoint_levels.get(cell[0], 0.0)
    if fallen:
        for where, drop in truth.drops.items():
            level += drop * all(wanted in (None, is_) for wanted, is_ in zip(where, cell, strict=True))
    return level


def _odds(metric: str, level: float) -> tuple[float, float]:
    """Shares of the worst and the best score; a fifth of NPS answers is passive."""
    if metric == "nps":
        best = min(0.8, max(0.0, (0.8 + level / 100) / 2))
        return 0.8 - best, best
    best = min(1.0, max(0.0, level / 100))
    return 1 - best, best


def _sums(before: Mapping[Cell, list[int]], since: Mapping[Cell, list[int]]) -> Sums:
    places: dict[Place, list[Pair]] = defaultdict(list)
    segments: dict[Place, dict[Segment, list[Pair]]] = defaultdict(lambda: defaultdict(list))
    nothing = [0] * SLOTS
    for touchpoint, plan, region in sorted({*before, *since}):
        cell = touchpoint, plan, region
        pair = Pair(tuple(before.get(cell, nothing)), tuple(since.get(cell, nothing)))
        place = "delivery", touchpoint
        places[place].append(pair)
        for segment in (("plan", plan), ("region", region)):
            segments[place][segment].append(pair)
    return Sums(
        {place: _pooled(pairs) for place, pairs in places.items()},
        {
            place: {segment: _pooled(pairs) for segment, pairs in found.items()}
            for place, found in segments.items()
        },
    )


def _pooled(pairs: list[Pair]) -> Pair:
    return Pair(scoring.pool(pair.before for pair in pairs), scoring.pool(pair.since for pair in pairs))
