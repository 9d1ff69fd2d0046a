"""A day with many more answers than the reference knows: a fall in it is noticed, but later (ADR 0009)."""

from __future__ import annotations

from random import Random

import pytest

from services.alerts.detection import FALSE_ALARMS_PER_YEAR, Answer, Detector, Opening, State
from shared.scoring import half_units
from tests.unit.alerts.stages import DAY, MONDAY

HEALTHY = (5, 5, 5, 5, 4, 4, 2, 1)
FLOOR = 1
SECONDS = 1_000_000
SURVEY = ("s", 1)


def needed(eights: int, seed: int) -> int:
    """How many answers at the floor open an incident after so many healthy ones of the same quarter of an hour, where
    eight a day came for two months; one in twenty is a good one."""
    rng, detector = Random(seed), Detector(State(FALSE_ALARMS_PER_YEAR))
    times = iter(range(1, 10_000))

    def take(score: int, day: int, *, historic: bool = False) -> bool:
        sequence = next(times)
        clock = MONDAY * DAY + sequence * SECONDS
        half = half_units("csat", score)
        return isinstance(
            detector.take(Answer(sequence, clock, MONDAY, day, SURVEY, half, historic)), Opening
        )

    for day in range(60, 4, -1):
        for score in HEALTHY:
            take(score, MONDAY - day, historic=True)
    for _ in range(eights):
        for score in rng.sample(HEALTHY, len(HEALTHY)):
            assert not take(score, MONDAY), "a flood of healthy answers is no alarm"
    count = 1
    while not take(5 if rng.random() < 0.05 else FLOOR, MONDAY):
        count += 1
    return count


@pytest.mark.parametrize(("eights", "most"), [(2, 30), (43, 70)])
def test_a_fall_in_a_flood_is_noticed_later(eights: int, most: int) -> None:
    found = [needed(eights, seed) for seed in range(60)]
    print(f"after {8 * eights} answers: {min(found)} to {max(found)}")
    assert max(found) <= most
