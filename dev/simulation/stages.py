"""Synthetic answers: what one stage of a world gets, drawn from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from dev.simulation.worlds import MONDAY, World, chances
from services.alerts.detection import Answer

DAY = 86_400_000_000  # µs
EPOCH_DAY = 719_163  # the ordinal of 1 January 1970
TWO_IN_THE_NIGHT, ONE_MILLISECOND = DAY // 12, 1_000


@dataclass(frozen=True)
class Stage:
    """The answers of one stage: what history counted, and the live ones in the order in which they came.

    history: answers by day, survey and half-units. codes: 3·survey + half-units; clocks: µs since 1970, both by
    answer; starts: where in them each live day begins, and the end. nightly: as in World.
    """

    history: NDArray[np.int64]
    clocks: NDArray[np.int64]
    codes: NDArray[np.int8]
    starts: list[int]
    nightly: bool

    @property
    def surveys(self) -> int:
        return self.history.shape[1]

    @property
    def live_days(self) -> int:
        return len(self.starts) - 1

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Answers by day, survey and half-units, of all days."""
        cells = self.surveys * 3
        days = np.repeat(np.arange(self.live_days), np.diff(self.starts))
        live = np.bincount(days * cells + self.codes, minlength=self.live_days * cells)
        return np.concatenate([self.history, live.reshape(-1, self.surveys, 3)])

    def day(self, live_day: int) -> int:
        """The ordinal of a live day."""
        return MONDAY + len(self.history) + live_day

    def answer(self, index: int, live_day: int) -> Answer:
        """Live answer `index`, which was given on `live_day`."""
        day, code = self.day(live_day), int(self.codes[index])
        clock_day = day + 1 if self.nightly else day
        sequence = self.historic_answers + index + 1
        return Answer(sequence, int(self.clocks[index]), clock_day, day, revision(code // 3), code % 3, False)

    @cached_property
    def historic_answers(self) -> int:
        return int(self.history.sum())

    def answers(self) -> Iterator[Answer]:
        """All of them, one by one, as the consumer would bring them."""
        sequence = 0
        for day, surveys in enumerate(self.history):
            for survey, halves in enumerate(surveys):
                for half in np.repeat([0, 1, 2], halves).tolist():
                    sequence += 1
                    ordinal = MONDAY + day
                    clock = (ordinal - EPOCH_DAY) * DAY
                    yield Answer(sequence, clock, ordinal, ordinal, revision(survey), half, True)
        for live_day in range(self.live_days):
            for index in range(self.starts[live_day], self.starts[live_day + 1]):
                yield self.answer(index, live_day)

    def daily(self) -> list[tuple[int, int, int]]:
        """(ordinal, answers, Σ half-units) of every day, as the common rules read them."""
        by_half = self.counts.sum(axis=1)
        n, halves = by_half.sum(axis=1).tolist(), (by_half @ np.array([0, 1, 2])).tolist()
        return list(zip(range(MONDAY, MONDAY + len(n)), n, halves, strict=True))


def revision(survey: int) -> tuple[str, int]:
    """The survey's key and revision."""
    return f"survey-{survey}", 1


def draw(world: World, random: Generator) -> Stage:
    """One stage of this world. Answers come as a Poisson process; each day has an effect of its own."""
    effects = random.normal(0, world.day_effect, world.days)[:, None]
    likely = chances(world.metric, world.points + effects)
    past = random.poisson(world.rates[: world.history, :, None] * likely[: world.history])
    rates = world.rates[world.history :]
    moments = _moments(rates.sum(axis=1), random)
    days = moments.astype(np.int32)
    codes = _codes(rates, likely[world.history :], days, random)
    starts = np.searchsorted(days, np.arange(len(rates) + 1))
    return Stage(past, _clocks(moments, days, starts, world), codes, starts.tolist(), world.nightly)


def _moments(rates: NDArray[np.float64], random: Generator) -> NDArray[np.float64]:
    """Moments of a Poisson process with these rates a day, in days, in order."""
    expected = np.concatenate([[0.0], np.cumsum(rates)])
    gaps = random.standard_exponential(random.poisson(expected[-1]) + 1)
    places = np.cumsum(gaps)
    moments = np.interp(places[:-1] / places[-1] * expected[-1], expected, np.arange(len(expected)))
    return np.minimum(moments, np.nextafter(len(rates), 0))


def _codes(
    rates: NDArray[np.float64], likely: NDArray[np.float64], days: NDArray[np.int32], random: Generator
) -> NDArray[np.int8]:
    """Each answer's survey, by the day's shares, and its half-units, by the survey's chances on that day."""
    below = (np.cumsum(rates, axis=1) / np.maximum(rates.sum(axis=1, keepdims=True), 1e-12)).astype(
        np.float32
    )
    luck = random.random(len(days), dtype=np.float32)
    surveys = np.zeros(len(days), np.int8)
    for survey in range(rates.shape[1] - 1):
        surveys += luck >= below[days, survey]
    promoters = likely[:, :, 2].astype(np.float32)[days, surveys]
    passives = likely[:, :, 1].astype(np.float32)[days, surveys]
    luck = random.random(len(days), dtype=np.float32)
    halves = (luck < promoters).astype(np.int8) + (luck < promoters + passives)
    return surveys * np.int8(3) + halves


def _clocks(
    moments: NDArray[np.float64], days: NDArray[np.int32], starts: NDArray[np.int64], world: World
) -> NDArray[np.int64]:
    first = (MONDAY + world.history - EPOCH_DAY) * DAY
    if not world.nightly:
        return first + (moments * DAY).astype(np.int64)
    within = np.arange(len(days)) - starts[days]
    return first + (days.astype(np.int64) + 1) * DAY + TWO_IN_THE_NIGHT + within * ONE_MILLISECOND
