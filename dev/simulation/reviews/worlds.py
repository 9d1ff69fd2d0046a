"""What is true of a synthetic journey: the days of each of its series, drawn from a seed. Points are NPS points."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.random import Generator

from dev.simulation.worlds import chances
from services.alerts.reviews.changes import PAST_WEEKS
from services.alerts.reviews.past import Day

MONDAY = date(2024, 7, 1)
SERIES, WEEKS = 60, 52
METRICS, VOLUMES = ("nps", "csat", "ces"), (5.0, 50.0, 500.0)
BURST, TIMES = 1 / 30, 20.0


@dataclass(frozen=True)
class World:
    """weekend: points of its weekends. own_days, shared_days: s.d. of what each day has, of a series and of them all.
    weeks: s.d. of levels that change from week to week. offset: points above a healthy stage. history: weeks before
    the first review."""

    weekend: float = 0.0
    own_days: float = 0.0
    shared_days: float = 0.0
    weeks: float = 0.0
    bursts: bool = False
    offset: float = 0.0
    metrics: tuple[str, ...] = METRICS
    volumes: tuple[float, ...] = VOLUMES
    history: int = PAST_WEEKS


@dataclass(frozen=True)
class Series:
    """One stage, metric and audience."""

    metric: str
    volume: float
    days: dict[date, Day]


def journey(
    world: World, random: Generator, weeks: int = WEEKS, drop: tuple[float, float] | None = None
) -> list[Series]:
    """60 series, of each metric at each volume. drop: (points, volume): in the last week the first series of this
    volume is so much worse."""
    length = (world.history + weeks) * 7
    shared = random.normal(0.0, world.shared_days, length)
    found = []
    for number in range(SERIES):
        metric = world.metrics[number % len(world.metrics)]
        volume = world.volumes[number // len(world.metrics) % len(world.volumes)]
        worse = np.zeros(length)
        if drop and drop[1] == volume:
            worse[-7:], drop = drop[0], None
        found.append(_series(world, random, metric, volume, shared - worse))
    return found


def _series(world: World, random: Generator, metric: str, volume: float, points: np.ndarray) -> Series:
    length = len(points)
    weekend = np.where(np.arange(length) % 7 >= 5, world.weekend, 0.0)
    levels = np.repeat(random.normal(0.0, world.weeks, length // 7), 7)
    real = points + weekend + levels + world.offset + random.normal(0.0, world.own_days, length)
    often = np.where(random.random(length) < BURST, TIMES, 1.0) if world.bursts else 1.0
    counts = random.multinomial(random.poisson(volume * often * np.ones(length)), chances(metric, real))
    days = {MONDAY + timedelta(days=at): Day(*one) for at, one in enumerate(counts.tolist()) if any(one)}
    return Series(metric, volume, days)
