"""A day with many more answers than the reference knows: a fall in it is noticed, but later (ADR 0009)."""

from __future__ import annotations

from random import Random

from services.alerts.detection import FALSE_ALARMS_PER_YEAR, Answer, Detector, Opening, State
from shared.scoring import half_units
from tests.e2e.drops import EIGHTS, FALLEN, FALLEN_AN_EIGHT, FLOOR, HEALTHY
from tests.unit.alerts.stages import DAY, MONDAY

BUSIEST = 42  # eights a stage in the long course of `make chaos`
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


def test_a_fall_in_a_flood_is_noticed_later_and_the_scripts_give_enough() -> None:
    found = {eights: [needed(eights, seed) for seed in range(60)] for eights in (EIGHTS, BUSIEST)}
    for eights, counts in found.items():
        print(f"after {8 * eights} answers: {min(counts)} to {max(counts)}")
        assert 1.5 * max(counts) < FALLEN + FALLEN_AN_EIGHT * eights
    assert max(found[EIGHTS]) < min(found[BUSIEST])
