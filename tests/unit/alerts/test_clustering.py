"""φ: what a day has of its own."""

from __future__ import annotations

from random import Random

import pytest

from services.alerts.detection.clustering import DayCount, clustering

EVEN = [0.5] * 7


def days(seed: int, volumes: list[int], effect: float) -> list[DayCount]:
    """Days of answers of 0 or 1 whose mean is ½ ± effect (s.d.)."""
    random, made = Random(seed), []
    for number, n in enumerate(volumes):
        mean = 0.5 + random.gauss(0, effect)
        made.append((number % 7, n, 2 * sum(random.random() < mean for _ in range(n))))
    return made


def test_independent_answers_show_none() -> None:
    assert clustering(days(1, [60] * 200, 0.0), EVEN, 0.25) < 1.3


def test_chance_alone_counts_for_little() -> None:
    """Of independent answers half of all samples come out above 1, by .04 on average; hardly anything is left of it."""
    found = [clustering(days(seed, [12] * 180, 0.0), EVEN, 0.25) for seed in range(60)]
    assert sum(found) / len(found) < 1.03
    assert sum(phi == 1 for phi in found) > 45


def test_a_day_effect_shows() -> None:
    # 1 + n·σ²/v = 1 + 100·.01/.25 = 5
    assert clustering(days(2, [100] * 300, 0.1), EVEN, 0.25) == pytest.approx(5, rel=0.25)


def test_busy_days_count_as_what_they_are() -> None:
    """20 busy days among 200 quiet ones: on those φ is 1 + 1000·.0025/.25 = 11, on the quiet ones 1.1."""
    mixed = days(3, ([10] * 10 + [1000]) * 20, 0.05)
    assert clustering(mixed, EVEN, 0.25) > 6


def test_without_15_days_worth_a_day_is_worth_400_answers() -> None:
    assert clustering([(0, 40, 40)] * 14, EVEN, 0.25) == 1
    assert clustering([(0, 4000, 4000)] * 14, EVEN, 0.25) == 10
    few_busy = [(0, 10, 10)] * 60 + [(0, 4000, 4000)] * 3
    assert clustering(few_busy, EVEN, 0.25) == pytest.approx(9.5, rel=0.02)


def test_no_answers() -> None:
    assert clustering([], EVEN, 0.25) == 1
    assert clustering([(0, 0, 0)] * 20, EVEN, 0.25) == 1
