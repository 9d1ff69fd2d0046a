"""Runs the scenarios on all cores, in parcels of stages: the same seeds and table however many cores there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from multiprocessing import get_context
from zlib import crc32

import numpy as np

from dev.simulation.measures import Estimate
from dev.simulation.scenarios import SCENARIOS, Scenario
from dev.simulation.seen import OURS, Seen, see
from dev.simulation.worlds import YEAR

SEED = 20
PARCEL_YEARS, PARCEL_ANSWERS = 8, 8_000_000


@dataclass(frozen=True)
class Cell:
    """One scenario at one volume. years: stage-years of live answers; figures: by column and then by who watched."""

    scenario: Scenario
    volume: float
    stages: int
    years: float
    figures: list[dict[str, Estimate | None]]

    def ours(self, column: int) -> Estimate | None:
        return self.figures[column][OURS]


@dataclass(frozen=True)
class Parcel:
    """Stages [first, end) of a scenario at a volume; `years` of live answers all together."""

    key: str
    volume: float
    first: int
    end: int
    years: float


def live_years(scenario: Scenario, volume: float) -> float:
    """Of one stage of this scenario."""
    world = scenario.make(volume, np.random.default_rng(0))
    return (world.days - world.history) / YEAR


def parcels(scenarios: Sequence[Scenario], scale: float) -> list[Parcel]:
    """All the work, `scale` times the stage-years."""
    made = []
    for scenario in scenarios:
        for volume in scenario.volumes:
            each = live_years(scenario, volume)
            stages = max(ceil(scenario.years(volume) * scale / each), 2)
            size = max(int(min(PARCEL_YEARS, PARCEL_ANSWERS / volume / YEAR) / each), 1)
            for first in range(0, stages, size):
                end = min(first + size, stages)
                made.append(Parcel(scenario.key, volume, first, end, (end - first) * each))
    return made


def work(parcel: Parcel) -> tuple[Parcel, list[Seen]]:
    """Watch a parcel's stages. Each stage has a seed of its own, made of scenario, volume and number."""
    [scenario] = [one for one in SCENARIOS if one.key == parcel.key]
    return parcel, [
        see(scenario.make, parcel.volume, seed(parcel, number)) for number in range(parcel.first, parcel.end)
    ]


def seed(parcel: Parcel, number: int) -> tuple[int, ...]:
    """Of stage `number`."""
    return SEED, crc32(parcel.key.encode()), int(parcel.volume), number


def results(
    made: Sequence[Parcel], cores: int, work: Callable[[Parcel], tuple[Parcel, list[Seen]]] = work
) -> Iterator[tuple[Parcel, list[Seen]]]:
    """Each parcel's stages, as they are done; the longest are begun first."""
    order = sorted(made, key=lambda parcel: -parcel.years * (1 + parcel.volume / 2000))
    if cores == 1:
        yield from map(work, order)
        return
    with get_context("spawn").Pool(cores) as pool:
        yield from pool.imap_unordered(work, order)


def cells(scenarios: Sequence[Scenario], done: Sequence[tuple[Parcel, list[Seen]]]) -> list[Cell]:
    """The figures, from the stages in order of their number."""
    found = []
    ordered = sorted(done, key=lambda one: one[0].first)
    for scenario in scenarios:
        for volume in scenario.volumes:
            mine = [(p, seen) for p, seen in ordered if (p.key, p.volume) == (scenario.key, volume)]
            stages = [one for _, seen in mine for one in seen]
            figures = [
                {who: column.measure(stages, who) for who in stages[0].spans} for column in scenario.columns
            ]
            found.append(Cell(scenario, volume, len(stages), sum(p.years for p, _ in mine), figures))
    return found
