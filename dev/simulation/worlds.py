"""What is true of a synthetic stage: how many answers a day each survey gets, and how good the stage really is.

All points are NPS points off a healthy stage; 10 of them are 5 percentage points of CSAT and CES (DESIGN §2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MONDAY = 737_430  # 6 January 2020
YEAR = 365
WEEKEND = -12.0
DAY_EFFECT = 2.0  # s.d. of what each day has of its own
PASSIVES = 0.2
HEALTHY = {"nps": 40.0, "csat": 80.0, "ces": 70.0}


@dataclass(frozen=True)
class World:
    """Days × surveys. `history` days come first and only train. The stage changes on day `since`, back on `until`.

    nightly: a day's answers arrive together, at two in the night after it.
    """

    rates: Floats
    points: Floats
    history: int
    since: int
    until: int
    metric: str = "nps"
    nightly: bool = False
    day_effect: float = DAY_EFFECT

    @property
    def days(self) -> int:
        return len(self.rates)

    @property
    def surveys(self) -> int:
        return self.rates.shape[1]


Make = Callable[[float, Generator], World]  # of a volume, in answers a day


def chances(metric: str, points: Floats) -> Floats:
    """The chances of 0, 1 and 2 half-units, along a new last axis, where the stage is `points` off health."""
    if metric == "nps":
        promoters = np.clip((1 - PASSIVES + (HEALTHY["nps"] + points) / 100) / 2, 0, 1 - PASSIVES)
        passives = np.full_like(promoters, PASSIVES)
    else:
        promoters = np.clip(HEALTHY[metric] / 100 + points / 200, 0, 1)
        passives = np.zeros_like(promoters)
    detractors = np.maximum(1 - promoters - passives, 0)
    return np.stack([detractors, passives, promoters], axis=-1)


def healthy(
    volume: float,
    random: Generator,
    *,
    history: int = YEAR,
    live: int = YEAR,
    surveys: tuple[float, ...] = (0.5, 0.5),
    weekend: float = WEEKEND,
    shift: float = 0.0,
    **rest: Any,
) -> World:
    """Nothing is wrong. surveys: what share of `volume` each gets; shift: points above the usual stage."""
    days = history + live
    rates = np.outer(np.ones(days), surveys) * volume
    points = np.outer(np.where(weekdays(days) >= 5, weekend, 0.0) + shift, np.ones(len(surveys)))
    return World(rates, points, history, days, days, **rest)


def weekdays(days: int) -> NDArray[np.int64]:
    """Monday = 0."""
    return np.arange(days) % 7


def some_day(history: int, random: Generator, after: int = 45) -> int:
    """A day about `after` days into the live ones, on any weekday."""
    return int(history + after + random.integers(7))


def drop(volume: float, random: Generator, points: float, lasts: int = 10**6, **rest: Any) -> World:
    """Every answer is `points` worse, for `lasts` days."""
    made = healthy(volume, random, **rest)
    since = some_day(made.history, random)
    until = min(since + lasts, made.days)
    made.points[since:until] -= points
    return World(made.rates, made.points, made.history, since, until, made.metric, made.nightly)


def drift(volume: float, random: Generator, points: float, over: int) -> World:
    """The stage gets worse little by little: `points` over `over` days."""
    made = healthy(volume, random)
    since = some_day(made.history, random)
    worse = np.clip((np.arange(made.days) - since) / over, 0, 1) * points
    return World(made.rates, made.points - worse[:, None], made.history, since, made.days)


def touchpoint_added(volume: float, random: Generator, points: float = -20.0) -> World:
    """A third survey joins, `points` off the others, with half as many answers again."""
    made = healthy(volume, random, live=36 + 120, surveys=(0.5, 0.5, 0.5))
    since = some_day(made.history, random, after=30)
    made.rates[:since, 2] = 0
    made.points[:, 2] += points
    return World(made.rates, made.points, made.history, since, since + 120)


def touchpoint_removed(volume: float, random: Generator, points: float = 20.0) -> World:
    """The easiest of three surveys, a third of all answers and `points` above the others, ends."""
    made = healthy(volume, random, live=36 + 120, surveys=(0.5, 0.5, 0.5))
    since = some_day(made.history, random, after=30)
    made.rates[since:, 2] = 0
    made.points[:, 2] += points
    return World(made.rates, made.points, made.history, since, since + 120)


def bursts(volume: float, random: Generator, often: float = 1 / 30, times: float = 20.0) -> World:
    """Healthy, but on a day in thirty a mailing brings twenty times the answers."""
    made = healthy(volume, random)
    burst = random.random(made.days) < often
    made.rates[burst] *= times
    return made


def flood(volume: float, random: Generator, known: int, days: int) -> World:
    """Healthy: `known` answers in 60 days of history, then `volume` a day for `days` days, then as before."""
    made = healthy(known / 60, random, history=60, live=YEAR)
    made.rates[60 : 60 + days] = volume / 2
    return made
