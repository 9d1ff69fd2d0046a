"""What happened to one synthetic stage: when the detector and each common rule raised an alarm, and ended it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dev.simulation.stages import DAY, EPOCH_DAY, Stage, draw
from dev.simulation.watching import Change, watch
from dev.simulation.worlds import MONDAY, YEAR, Make
from services.alerts.detection import FALSE_ALARMS_PER_YEAR, Opening
from services.alerts.detection.common_rules import rules

OURS = "journeyloop"
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
) -> Seen:
    """Draw one stage, let everyone watch it."""
    random = np.random.default_rng(seed)
    world = make(volume, random)
    stage = draw(world, random)
    detector, changes = watch(stage, budget)
    spans = {OURS: _spans(changes)}
    if with_rules:
        spans |= _rule_spans(stage)
    return Seen(detector.state.watched / DAY / YEAR, world.since, world.until, world.days, spans)


def _spans(changes: list[Change]) -> list[Span]:
    spans: list[Span] = []
    for change in changes:
        moment = change.at / DAY + EPOCH_DAY - MONDAY
        if isinstance(change, Opening):
            spans.append((moment, None))
        else:
            spans[-1] = (spans[-1][0], moment)
    return spans


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
