"""The actions that `make simulate EFFECTS=1` looks at: without an effect, inside and outside the promise; with one."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dev.simulation.effects.worlds import USUAL, World
from dev.simulation.worlds import DAY_EFFECT, WEEKEND

VOLUMES = (5.0, 50.0, 500.0)
SIZES = (5.0, 10.0, 20.0)
ACTIONS = 1500
BOUND = 0.05


@dataclass(frozen=True)
class Scenario:
    """A kind of action; `promised`: where it has no effect, at most 5 % may ever be called anything."""

    key: str
    title: str
    world: World
    promised: bool = False


NO_EFFECT = (
    Scenario("plain", "Against a control; answers differ, days do not", World(), True),
    Scenario("weekend", "… and the treated stage’s weekends are 12 lower", World(weekend=WEEKEND), True),
    Scenario("days", "… and every day has its own level (s.d. 2)", World(own_days=DAY_EFFECT), True),
    Scenario("usual", "… weekends and days", USUAL, True),
    Scenario("shared", "… and days both share (s.d. 4)", replace(USUAL, shared_days=4.0), True),
    Scenario("alone", "Without a control; weekends and days", replace(USUAL, control=False), True),
    Scenario("side", "Two segments side by side; weekends and days", replace(USUAL, side_by_side=True), True),
    Scenario(
        "ceiling",
        "CSAT at 95 %, against a control; weekends and days",
        replace(USUAL, metric="csat", offset=30.0),
        True,
    ),
)
OUTSIDE = (
    Scenario(
        "bursts", "A day in thirty brings the treated 20 times the answers", replace(USUAL, bursts=True)
    ),
    Scenario(
        "weeks",
        "Each stage’s level wanders from week to week (s.d. 2, three weeks’ memory)",
        replace(USUAL, weeks=2.0),
    ),
)
WITH_EFFECT = (
    *(
        Scenario(f"control-{size:.0f}", f"{size:.0f} points, against a control", replace(USUAL, effect=size))
        for size in SIZES
    ),
    *(
        Scenario(
            f"side-{size:.0f}",
            f"{size:.0f} points, two segments side by side",
            replace(USUAL, effect=size, side_by_side=True),
        )
        for size in SIZES
    ),
)
SCENARIOS = (*NO_EFFECT, *OUTSIDE, *WITH_EFFECT)
