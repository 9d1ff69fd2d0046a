"""What happened to one synthetic stage: when the detector and each common rule raised an alarm, and ended it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dev.simulation.stages import DAY, EPOCH_DAY, Stage, draw
from dev.simulation.watching import watch
from dev.simulation.worlds import MONDAY, YEAR, Make
from services.alerts.detection import (
    FALSE_ALARMS_PER_YEAR,
    FALSE_WINS_PER_YEAR,
    Change,
    Closing,
    Opening,
    Win,
)
from services.alerts.detection.common_rules import rules

OURS, WINS = "journeyloop", "wins"
Span = tuple[float, float | None]  # an alarm's first moment and its end (None: it never ended), in days


@dataclass(frozen=True)
class Seen:
    """Days count from the first day of history. years: stage-years in which the detector watched."""

    years: float
    since: int
    until: int
    days: int
    spans: dict[str, list[Span]]


def see(
    make: Make,
    volume: float,
    seed: tuple[int, ...],
    with_rules: bool = True,
    budget: float = FALSE_ALARMS_PER_YEAR,
    wins: float | None = FALSE_WINS_PER_YEAR,
) -> Seen:
    """Draw one stage, let everyone watch it. wins: the rate of false ones; None: nobody looks for them."""
    random = np.random.default_rng(seed)
    world = make(volume, random)
    stage = draw(world, random)
    detector, changes = watch(stage, budget, wins)
    found: list[Span] = [(_moment(one.at), None) for one in changes if isinstance(one, Win)]
    spans = {OURS: _spans(changes), WINS: found}
    if with_rules:
        spans |= _rule_spans(stage)
    return Seen(detector.state.watched / DAY / YEAR, world.since, world.until, world.days, spans)


def _spans(changes: list[Change]) -> list[Span]:
    spans: list[Span] = []
    for change in changes:
        if isinstance(change, Opening):
            spans.append((_moment(change.at), None))
        elif isinstance(change, Closing):
            spans[-1] = (spans[-1][0], _moment(change.at))
    return spans


def _moment(clock: int) -> float:
    return clock / DAY + EPOCH_DAY - MONDAY


def _rule_spans(stage: Stage) -> dict[str, list[Span]]:
    """A rule looks at a day's end."""
    found = rules(stage.daily(), since=stage.day(0))
    return {
        name: [
            (alarm.day + 1 - MONDAY, None if alarm.ended is None else alarm.ended + 1 - MONDAY)
            for alarm in alarms
        ]
        for name, alarms in found.items()
    }
