"""What `make simulate` tries: worlds, and what is measured in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from dev.simulation import measures, worlds
from dev.simulation.measures import Measure
from dev.simulation.worlds import Make

VOLUMES = (5.0, 50.0, 500.0, 5000.0)
FLOOD = 12_000.0
YEARS, YEARS_AT_MOST_ANSWERS = 400, 100
# DESIGN §7's table, and an earlier measurement at 5 000 a day; delays may be 1.3 times as long
BUDGET, SLACK = 0.5, 1.3


class Column(NamedTuple):
    """A figure of the table. `bounds`: the most it may be, by volume; None: as it comes."""

    title: str
    unit: str
    measure: Measure
    bounds: dict[float, float] | None = None


@dataclass(frozen=True, eq=False)
class Scenario:
    """A kind of world at each of `volumes` answers a day, and what is measured there."""

    key: str
    title: str
    make: Make
    columns: tuple[Column, ...]
    volumes: tuple[float, ...] = VOLUMES

    def years(self, volume: float) -> float:
        """Stage-years of live answers to simulate."""
        return YEARS if volume < VOLUMES[-1] else YEARS_AT_MOST_ANSWERS


def _bounds(*values: float) -> dict[float, float]:
    return dict(zip(VOLUMES, values, strict=True))


def _delays(*table: float) -> dict[float, float]:
    return _bounds(*(SLACK * days for days in table))


_FALSE = Column("false alarms", "a stage-year", measures.false_alarms, _bounds(*[BUDGET] * 4))
_FALSE_IN_A_FLOOD = Column("false alarms", "a stage-year", measures.false_alarms, {FLOOD: BUDGET})
_NOTICED = Column("noticed at all", "%", measures.noticed)
_OPENED = Column("false alarms within 120 days", "%", measures.wrongly_opened, _bounds(*[0.15] * 4))


def _delay(*table: float) -> Column:
    return Column("noticed after", "days", measures.delay, _delays(*table) if table else None)


def _world(make: Callable[..., worlds.World], **how: Any) -> Make:
    return partial(make, **how)


SCENARIOS = (
    Scenario("healthy", "A healthy stage, a year of history", worlds.healthy, (_FALSE,)),
    Scenario(
        "from-nothing",
        "A healthy stage that starts without any history, first two years",
        _world(worlds.healthy, history=0, live=2 * worlds.YEAR),
        (_FALSE,),
    ),
    Scenario(
        "drop-10",
        "10 NPS points lower, for good",
        _world(worlds.drop, points=10.0),
        (
            _delay(90, 14, 2.5, 1.1),
            Column("closed within 90 days though still down", "%", measures.false_close),
        ),
    ),
    Scenario(
        "drop-20",
        "20 NPS points lower, for 120 days",
        _world(worlds.drop, points=20.0, lasts=120),
        (_delay(31, 4.3, 0.8, 0.8), Column("recovery noticed after", "days", measures.recovery)),
    ),
    Scenario(
        "touchpoint-added",
        "A touchpoint 20 points harder joins, half as many answers again",
        worlds.touchpoint_added,
        (_OPENED,),
    ),
    Scenario(
        "touchpoint-removed",
        "The easiest touchpoint of three ends, 20 points above the others",
        worlds.touchpoint_removed,
        (_OPENED,),
    ),
    Scenario(
        "weekend", "Healthy; weekends 30 points lower", _world(worlds.healthy, weekend=-30.0), (_FALSE,)
    ),
    Scenario("bursts", "Healthy; a day in thirty brings 20 times the answers", worlds.bursts, (_FALSE,)),
    Scenario(
        "nightly",
        "Healthy; a day's answers arrive at night together",
        _world(worlds.healthy, nightly=True),
        (_FALSE,),
    ),
    Scenario(
        "nightly-drop-20",
        "20 NPS points lower; answers arrive at night together",
        _world(worlds.drop, points=20.0, nightly=True),
        (_delay(),),
    ),
    Scenario(
        "drift",
        "10 NPS points lower, little by little over 180 days",
        _world(worlds.drift, points=10.0, over=180),
        (_delay(), _NOTICED),
    ),
    Scenario("csat", "CSAT: a healthy stage", _world(worlds.healthy, metric="csat"), (_FALSE,)),
    Scenario(
        "csat-drop",
        "CSAT 5 percentage points lower",
        _world(worlds.drop, points=10.0, metric="csat"),
        (_delay(),),
    ),
    Scenario("ces", "CES: a healthy stage", _world(worlds.healthy, metric="ces"), (_FALSE,)),
    Scenario(
        "ces-drop",
        "CES 5 percentage points lower",
        _world(worlds.drop, points=10.0, metric="ces"),
        (_delay(),),
    ),
    Scenario(
        "thin-then-flood",
        "Healthy; 600 answers of history, then 12 000 a day for a month",
        _world(worlds.flood, known=600, days=30),
        (_FALSE_IN_A_FLOOD,),
        volumes=(FLOOD,),
    ),
    Scenario(
        "less-thin-then-flood",
        "Healthy; 1 200 answers of history, then 12 000 a day for a month",
        _world(worlds.flood, known=1200, days=30),
        (_FALSE_IN_A_FLOOD,),
        volumes=(FLOOD,),
    ),
)
