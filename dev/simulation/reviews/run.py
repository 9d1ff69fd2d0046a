"""Reviews journeys with the live rule, on all cores: the same seeds and figures however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil, sqrt
from multiprocessing import get_context
from zlib import crc32

import numpy as np

from dev.simulation.measures import Estimate
from dev.simulation.reviews.scenarios import DROPS, JOURNEYS, SCENARIOS, SIZES, USUAL, Scenario
from dev.simulation.reviews.worlds import MONDAY, VOLUMES, WEEKS, Series, World, journey
from services.alerts.reviews import changes
from services.alerts.reviews.changes import Change
from services.alerts.reviews.weeks import Week

SEED = 7


@dataclass(frozen=True)
class Work:
    """A journey of a scenario; or, with `drop`, one week in which one series is worse: (points, answers a day)."""

    key: str
    number: int
    drop: tuple[float, float] | None = None


def listed(series: Sequence[Series], week: Week) -> list[int]:
    """Which series the review of a week lists as changed beyond noise."""
    found = {
        at: one
        for at, each in enumerate(series)
        if isinstance(one := changes.changed(each.days, week, week.sunday, each.metric == "nps"), Change)
    }
    told = changes.beyond([one.chance for one in found.values()])
    return [at for at, tell in zip(found, told, strict=True) if tell]


def reviewed(world: World, random: np.random.Generator, weeks: int = WEEKS) -> float:
    """The share of weeks whose list is not empty."""
    series = journey(world, random, weeks)
    first = Week(MONDAY + timedelta(weeks=world.history))
    return sum(bool(listed(series, first.before(-at))) for at in range(weeks)) / weeks


def found(drop: tuple[float, float], random: np.random.Generator) -> float:
    """Whether the one series that is worse is listed in its first week: 1 or 0."""
    series = journey(USUAL, random, 1, drop)
    worse = next(at for at, one in enumerate(series) if one.volume == drop[1])
    return float(worse in listed(series, Week(MONDAY + timedelta(weeks=USUAL.history))))


def works(scenarios: Sequence[Scenario], scale: float) -> list[Work]:
    """All there is to do, `scale` times the journeys and drops."""
    journeys, drops = max(ceil(JOURNEYS * scale), 2), max(ceil(DROPS * scale), 4)
    made = [Work(one.key, number) for one in scenarios for number in range(journeys)]
    cells = [(size, volume) for size in SIZES for volume in VOLUMES]
    return made + [Work("drop", number, cell) for cell in cells for number in range(drops)]


def work(one: Work) -> tuple[Work, float]:
    """A share of weeks, or whether the drop was found."""
    named = f"{one.key} {one.drop}" if one.drop else one.key
    random = np.random.default_rng((SEED, crc32(named.encode()), one.number))
    if one.drop:
        return one, found(one.drop, random)
    [scenario] = [each for each in SCENARIOS if each.key == one.key]
    return one, reviewed(scenario.world, random)


def results(made: Sequence[Work], cores: int) -> Iterator[tuple[Work, float]]:
    """Each as it is done."""
    if cores == 1:
        yield from map(work, made)
        return
    with get_context("spawn").Pool(cores) as pool:
        yield from pool.imap_unordered(work, made, chunksize=4)


def share(values: Sequence[float]) -> Estimate:
    """A mean over journeys (whose weeks share a past) with its standard error."""
    n = len(values)
    mean = sum(values) / n
    spread = sum((one - mean) ** 2 for one in values) / max(n - 1, 1)
    return Estimate(mean, sqrt(spread / n), n)
