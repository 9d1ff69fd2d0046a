"""The journeys that `make simulate REVIEWS=1` reviews."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dev.simulation.reviews.worlds import World
from dev.simulation.worlds import DAY_EFFECT, WEEKEND

BOUND = 0.10
JOURNEYS, DROPS = 40, 200
SIZES = (10.0, 20.0, 40.0)
USUAL = World(weekend=WEEKEND, own_days=DAY_EFFECT)


@dataclass(frozen=True)
class Scenario:
    """A kind of journey in which nothing happens; `promised`: at most one week in ten may have anything on its list."""

    key: str
    title: str
    world: World
    promised: bool = True


SCENARIOS = (
    Scenario("plain", "Answers differ, days do not", World()),
    Scenario("weekend", "Weekends are 12 lower", World(weekend=WEEKEND)),
    Scenario("days", "Every day has its own level (s.d. 2)", World(own_days=DAY_EFFECT)),
    Scenario("usual", "Weekends and days", USUAL),
    Scenario("differ", "Weekends, and days that differ more (s.d. 4)", replace(USUAL, own_days=4.0)),
    Scenario(
        "shared",
        "Weekends and days, and days that all stages share (s.d. 4)",
        replace(USUAL, shared_days=4.0),
    ),
    Scenario(
        "bursts",
        "Weekends and days; a day in thirty brings 20 times the answers",
        replace(USUAL, bursts=True),
    ),
    Scenario(
        "ceiling",
        "CSAT at 95 %, 5 answers a day; weekends and days",
        replace(USUAL, metrics=("csat",), volumes=(5.0,), offset=30.0),
    ),
    Scenario("young", "Weekends and days, known for 8 weeks at first", replace(USUAL, history=8)),
    Scenario("weeks", "… and every week its own level (s.d. 2)", replace(USUAL, weeks=2.0), promised=False),
)
