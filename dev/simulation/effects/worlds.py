"""What is true of a synthetic action: the day sums of its treated and control answers, drawn from a seed.

Points are NPS points; 10 of them are 5 percentage points of CSAT and CES (DESIGN §2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dev.simulation.worlds import DAY_EFFECT, WEEKEND, YEAR, chances
from services.alerts import effects

Floats = NDArray[np.float64]
Series = tuple[Floats, Floats, Floats]  # n, sum and sum of squares on the unit scale, by day

HISTORY = effects.REACH.days
DAYS = HISTORY + YEAR
BURST, TIMES = 1 / 30, 20.0
WEEK_EFFECT, MEMORY = 2.0, 0.8


@dataclass(frozen=True)
class World:
    """weekend: points of the treated's weekends, and of the control's only side by side. own_days, shared_days: s.d. of
    what each day has of its own, for each side and for both together. weeks: s.d. of levels that wander from week to
    week, for each side. bursts: on a day in thirty the treated get 20 times the answers. offset: points above a healthy
    stage, for both sides."""

    effect: float = 0.0
    weekend: float = 0.0
    own_days: float = 0.0
    shared_days: float = 0.0
    weeks: float = 0.0
    bursts: bool = False
    control: bool = True
    side_by_side: bool = False
    metric: str = "nps"
    offset: float = 0.0


USUAL = World(weekend=WEEKEND, own_days=DAY_EFFECT)


@dataclass(frozen=True)
class Drawn:
    """One action: it starts on day HISTORY; `monday`: the index of a Monday."""

    treated: Series
    control: Series
    monday: int


Draw = Callable[[float, Generator], Drawn]


def draw(world: World, volume: float, random: Generator) -> Drawn:
    """volume: answers a day of each side."""
    monday = int(random.integers(7))
    shared = random.normal(0.0, world.shared_days, DAYS)
    weekdays = (np.arange(DAYS) - monday) % 7
    weekend = np.where(weekdays >= 5, world.weekend, 0.0)
    known = shared + weekend
    known[HISTORY:] += world.effect
    rates = np.full(DAYS, volume)
    often = np.where(random.random(DAYS) < BURST, TIMES, 1.0) if world.bursts else 1.0
    treated = _side(world, rates * often, random, known)
    other = shared + weekend if world.side_by_side else shared
    control = _side(world, rates * world.control, random, other)
    return Drawn(treated, control, monday)


def _side(world: World, rates: Floats, random: Generator, known: Floats) -> Series:
    points = known + world.offset + random.normal(0.0, world.own_days, DAYS) + _weeks(world.weeks, random)
    if world.side_by_side:
        rates[:HISTORY] = 0.0
    counts = random.multinomial(random.poisson(rates), chances(world.metric, points)).astype(float)
    middle, best = counts[:, 1], counts[:, 2]
    return counts.sum(axis=1), middle / 2 + best, middle / 4 + best


def _weeks(spread: float, random: Generator) -> Floats:
    """A level for each week, near the last week's (autoregression), with s.d. `spread`."""
    count = DAYS // 7 + 1
    levels = np.empty(count)
    level = random.normal(0.0, spread)
    for week in range(count):
        levels[week] = level
        level = MEMORY * level + random.normal(0.0, spread * np.sqrt(1 - MEMORY**2))
    return np.repeat(levels, 7)[:DAYS]
