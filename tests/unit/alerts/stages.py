"""Synthetic stages for the detector's tests: days of NPS answers with a known truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from random import Random

from services.alerts.detection import Answer

DAY = 86_400_000_000
MONDAY = 737_430  # 6 January 2020
HEALTHY_NPS = 40.0
PASSIVES = 0.2
WEEKEND = -12.0
DAY_EFFECT = 2.0

# points of NPS that day `day` since the start, survey `survey` lies off the healthy stage
Truth = Callable[[int, int], float]


def healthy(day: int, survey: int) -> float:
    """Nothing is wrong."""
    return 0.0


def drop(points: float, first: int, last: int = 10**6) -> Truth:
    """The stage is `points` lower from day `first` to before `last`."""
    return lambda day, survey: -points if first <= day < last else 0.0


def answers(
    random: Random,
    days: int,
    a_day: float,
    truth: Truth = healthy,
    historic_days: int = 0,
    weights: Callable[[int], tuple[float, ...]] = lambda day: (0.5, 0.5),
    day_effect: float = DAY_EFFECT,
) -> Iterator[Answer]:
    """`days` days of answers, about `a_day` each (Poisson), over the surveys `weights(day)` shares them to.

    Weekends are 12 NPS points lower and each day has an effect of its own (s.d. 2 points), all as in DESIGN §7's table.
    """
    sequence = 0
    for day in range(days):
        ordinal = MONDAY + day
        base = HEALTHY_NPS + random.gauss(0, day_effect) + (WEEKEND if (ordinal + 6) % 7 >= 5 else 0)
        shares = weights(day)
        for moment in _moments(random, a_day * sum(shares)):
            survey = random.choices(range(len(shares)), shares)[0]
            half = _half(random, base + truth(day, survey))
            sequence += 1
            clock = (ordinal - 719_163) * DAY + int(moment * DAY)
            yield Answer(
                sequence, clock, ordinal, ordinal, (f"survey-{survey}", 1), half, day < historic_days
            )


def _moments(random: Random, rate: float) -> Iterator[float]:
    """Poisson arrivals within one day, in order."""
    moment = random.expovariate(rate)
    while moment < 1:
        yield moment
        moment += random.expovariate(rate)


def _half(random: Random, nps: float) -> int:
    """0, 1 or 2 half-units of an answer of a stage with this NPS."""
    promoters = (1 - PASSIVES + nps / 100) / 2
    luck = random.random()
    return 2 if luck < promoters else 1 if luck < promoters + PASSIVES else 0


def exact_day(clock: int) -> float:
    """Days since the start of the stage, with their fraction."""
    return clock / DAY + 719_163 - MONDAY


def day_of(clock: int) -> int:
    """Whole days since the start of the stage."""
    return int(exact_day(clock))


def iso(day: int) -> str:
    """An ordinal as an ISO date."""
    return date.fromordinal(day).isoformat()
