"""The worlds that `make simulate WINS=1` tries: without a rise, with one that is none, and with a real one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import sqrt
from statistics import fmean, stdev
from typing import Any

from dev.simulation import measures, worlds
from dev.simulation.measures import Estimate
from dev.simulation.scenarios import BUDGET, Column, Scenario
from dev.simulation.seen import OURS, WINS, Seen
from dev.simulation.worlds import YEAR, Make
from services.alerts.detection import FALSE_WINS_PER_YEAR

VOLUMES = (5.0, 50.0, 500.0)
# stage-years a cell of worlds without a rise, and of the others
STAGE_YEARS, OTHERS = 60, 30


def _bounds(most: float) -> dict[float, float]:
    return dict.fromkeys(VOLUMES, most)


def _of(
    measure: Callable[[Sequence[Seen], str], Estimate | None], who: str
) -> Callable[[Sequence[Seen], str], Estimate | None]:
    return lambda stages, _: measure(stages, who)


def _further(stages: Sequence[Seen], _: str) -> Estimate | None:
    """Wins told after the first since the rise, by stage-year: there was only one rise."""
    counts = [max(sum(span[0] >= seen.since for span in seen.spans[WINS]) - 1, 0) for seen in stages]
    years = fmean([seen.days - seen.since for seen in stages]) / YEAR
    spread = max(stdev(counts), 1 / sqrt(len(counts)))
    return Estimate(fmean(counts) / years, spread / sqrt(len(counts)) / years, len(counts))


def _alarmed(stages: Sequence[Seen], _: str) -> Estimate | None:
    """Alarms a stage-year."""
    return measures.false_alarms(stages, OURS)


FALSE = Column("wins", "a stage-year", _of(measures.false_alarms, WINS), _bounds(FALSE_WINS_PER_YEAR))
WITHIN = Column("wins within 120 days", "%", _of(measures.wrongly_opened, WINS), _bounds(0.15))
ALARMS = Column("false alarms", "a stage-year", _alarmed, _bounds(BUDGET))
FOUND = (
    Column("found after", "days", _of(measures.delay, WINS)),
    Column("found within the year", "%", _of(measures.noticed, WINS)),
    Column("further wins", "a stage-year", _further, _bounds(FALSE_WINS_PER_YEAR)),
)


def _world(key: str, title: str, make: Make, *columns: Column) -> Scenario:
    return Scenario(f"wins-{key}", title, make, columns, VOLUMES)


def _healthy(**how: Any) -> Make:
    return partial(worlds.healthy, **how)


def _rise(points: float) -> Make:
    return partial(worlds.drop, points=-points)


NO_RISE = (
    _world("plain", "Answers differ, days do not", _healthy(weekend=0.0, day_effect=0.0), FALSE, ALARMS),
    _world("weekend", "… and weekends are 12 lower", _healthy(day_effect=0.0), FALSE, ALARMS),
    _world("days", "… and every day has its own level (s.d. 2)", _healthy(weekend=0.0), FALSE, ALARMS),
    _world("usual", "… weekends and days", _healthy(), FALSE, ALARMS),
    _world("nothing", "The same, starting without any history", _healthy(history=0), FALSE, ALARMS),
    _world("csat", "CSAT; weekends and days", partial(worlds.healthy, metric="csat"), FALSE, ALARMS),
)
NO_WIN = (
    _world(
        "recovery",
        "20 points lower for 120 days, and back",
        partial(worlds.drop, points=20.0, lasts=120),
        FALSE,
    ),
    _world(
        "dip", "10 points lower for 30 days, and back", partial(worlds.drop, points=10.0, lasts=30), FALSE
    ),
    _world(
        "easier",
        "A touchpoint 20 points easier joins, half as many answers again",
        partial(worlds.touchpoint_added, points=20.0),
        WITHIN,
    ),
    _world(
        "harder-ends",
        "The hardest touchpoint of three ends, 20 points under the others",
        partial(worlds.touchpoint_removed, points=-20.0),
        WITHIN,
    ),
)
RISES = tuple(
    _world(f"rise-{points:.0f}", f"{points:.0f} NPS points higher, for good", _rise(points), *FOUND, ALARMS)
    for points in (5.0, 10.0, 20.0)
)
SCENARIOS = (*NO_RISE, *NO_WIN, *RISES)
