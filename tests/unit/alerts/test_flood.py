"""A day with many more answers than the reference knows: a fall in it is noticed, but later (ADR 0009)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from types import SimpleNamespace
from typing import cast

import pytest

from services.alerts.detection import FALSE_ALARMS_PER_YEAR, Answer, Detector, Opening, State
from shared.scoring import half_units
from tests.e2e.collector import Api, Item
from tests.e2e.drops import EIGHTS, FALLEN, FALLEN_AN_EIGHT, FLOOR, HEALTHY
from tests.e2e.shop import PLANS, Shop
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


def needed_of_the_shop(seed: int, today: int, a_day: int, count: int, unhappy: Sequence[str]) -> int:
    """How many answers of the shop's drop of `today` open its incident."""
    rng, shop, detector = Random(seed), Shop("any", cast(Api, None)), Detector(State(FALSE_ALARMS_PER_YEAR))

    def take(sequence: int, item: Item) -> bool:
        day = datetime.fromisoformat(item["answered_at"]).toordinal()
        half = half_units("csat", item["score"])
        survey = (item["survey"], 1)
        answer = Answer(sequence, today * DAY + sequence, today, day, survey, half, day < today)
        return isinstance(detector.take(answer), Opening)

    delivery = (shop.survey("parcel"), shop.survey("tracking"))
    past = [item for item in shop.history(rng, a_day) if item["survey"] in delivery]
    opened = [take(number, item) for number, item in enumerate(past + shop.drop(rng, count, unhappy), 1)]
    assert opened.count(True) == 1, f"seed {seed}"
    return opened.index(True) + 1 - len(past)


@pytest.mark.parametrize("hour", [0, 8, 16, 23])  # to which day the history's answers belong depends on it
@pytest.mark.parametrize(("a_day", "count", "unhappy"), [(8, 300, PLANS), (20, 1500, ["pro"])])
def test_the_shops_drop_is_noticed_whatever_the_seed(
    a_day: int, count: int, unhappy: Sequence[str], hour: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 11, 23, hour, 30, tzinfo=UTC)
    monkeypatch.setattr("tests.e2e.shop.datetime", SimpleNamespace(now=lambda zone: now))
    found = [needed_of_the_shop(seed, now.toordinal(), a_day, count, unhappy) for seed in range(30)]
    print(f"{min(found)} to {max(found)} of {count}")
    assert 2 * max(found) < count
