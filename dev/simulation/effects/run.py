"""Runs the actions on all cores: the same seeds and figures however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from multiprocessing import get_context
from zlib import crc32

import numpy as np

from dev.simulation.effects.looking import Called, look
from dev.simulation.effects.scenarios import ACTIONS, SCENARIOS, VOLUMES, Scenario
from dev.simulation.effects.worlds import draw
from dev.simulation.measures import Estimate
from services.alerts.effects import REVIEW_AFTER

SEED, PARCEL = 21, 100


@dataclass(frozen=True)
class Parcel:
    """Actions [first, end) of a scenario at a volume."""

    key: str
    volume: float
    first: int
    end: int


@dataclass(frozen=True)
class Cell:
    """A scenario at a volume: what each action was called, and when."""

    scenario: Scenario
    volume: float
    called: list[Called]

    @property
    def ever(self) -> Estimate:
        """The share ever called worked or worse within a year of daily looks."""
        return share([bool(one.worked or one.worse) for one in self.called])

    @property
    def worked(self) -> Estimate:
        """The share called worked within a year."""
        return share([bool(one.worked) for one in self.called])

    @property
    def by_review(self) -> Estimate:
        """The share called worked by the planned review."""
        return share([0 < one.worked <= REVIEW_AFTER.days for one in self.called])

    @property
    def worse(self) -> Estimate:
        """The share ever called worse."""
        return share([bool(one.worse) for one in self.called])

    def days_until(self, part: float) -> int | None:
        """The day by which this part of all actions was called worked; None where fewer ever were."""
        days = sorted(one.worked for one in self.called if one.worked)
        needed = ceil(part * len(self.called))
        return days[needed - 1] if len(days) >= needed else None


def share(told: Sequence[bool]) -> Estimate:
    """A share with its standard error; none of n is not certainty."""
    n = len(told)
    careful = (sum(told) + 0.5) / (n + 1)
    return Estimate(sum(told) / n, sqrt(careful * (1 - careful) / n), n)


def parcels(scenarios: Sequence[Scenario], scale: float) -> list[Parcel]:
    """All the work, `scale` times the actions."""
    count = max(ceil(ACTIONS * scale), 10)
    return [
        Parcel(scenario.key, volume, first, min(first + PARCEL, count))
        for scenario in scenarios
        for volume in VOLUMES
        for first in range(0, count, PARCEL)
    ]


def work(parcel: Parcel) -> tuple[Parcel, list[Called]]:
    """Look at a parcel's actions. Each has a seed of its own, made of scenario, volume and number."""
    [scenario] = [one for one in SCENARIOS if one.key == parcel.key]
    called = []
    for number in range(parcel.first, parcel.end):
        random = np.random.default_rng((SEED, crc32(parcel.key.encode()), int(parcel.volume), number))
        called.append(look(draw(scenario.world, parcel.volume, random), scenario.world))
    return parcel, called


def results(made: Sequence[Parcel], cores: int) -> Iterator[tuple[Parcel, list[Called]]]:
    """Each parcel's actions, as they are done."""
    if cores == 1:
        yield from map(work, made)
        return
    with get_context("spawn").Pool(cores) as pool:
        yield from pool.imap_unordered(work, made)


def cells(scenarios: Sequence[Scenario], done: Sequence[tuple[Parcel, list[Called]]]) -> list[Cell]:
    """The figures, from the actions in order of their number."""
    ordered = sorted(done, key=lambda one: one[0].first)
    return [
        Cell(
            scenario,
            volume,
            [one for p, called in ordered if (p.key, p.volume) == (scenario.key, volume) for one in called],
        )
        for scenario in scenarios
        for volume in VOLUMES
    ]
