"""How far out a week's mean lies, against sums worked out exactly."""

from __future__ import annotations

from math import comb
from statistics import NormalDist

import pytest

from services.alerts.reviews import tails


@pytest.mark.parametrize(
    ("share", "n", "hits"), [(0.95, 35, 29), (0.5, 40, 31), (0.8, 350, 249), (0.2, 35, 16), (0.05, 700, 56)]
)
def test_the_tail_of_a_binomial_is_met_where_the_normal_curve_is_not(share: float, n: int, hits: int) -> None:
    """Half of the outermost count belongs to the tail: a continuous curve knows no counts."""
    counts = range(hits + 1) if hits < n * share else range(hits, n + 1)
    chances = {k: comb(n, k) * share**k * (1 - share) ** (n - k) for k in counts}
    exact = sum(chances.values()) - chances[hits] / 2
    found = NormalDist().cdf(-abs(tails.deviate((1 - share, 0.0, share), n, hits / n)))
    assert found == pytest.approx(exact, rel=0.2)
    normal = NormalDist().cdf(-abs(hits / n - share) / (share * (1 - share) / n) ** 0.5)
    assert abs(found - exact) < abs(normal - exact), "the normal curve is farther off"


def test_the_tail_of_three_worths_is_met() -> None:
    """The sum of 35 answers worth 0, ½ and 1, by convolution."""
    worths, sums = {0: 0.2, 1: 0.2, 2: 0.6}, {0: 1.0}
    for _ in range(35):
        after: dict[int, float] = {}
        for total, chance in sums.items():
            for worth, share in worths.items():
                after[total + worth] = after.get(total + worth, 0.0) + chance * share
        sums = after
    exact = sum(chance for total, chance in sums.items() if total < 34) + sums[34] / 2
    found = NormalDist().cdf(tails.deviate((0.2, 0.2, 0.6), 35, 34 / 70))
    assert found == pytest.approx(exact, rel=0.03)


def test_near_the_middle_it_is_the_plain_deviate() -> None:
    assert tails.deviate((0.5, 0.0, 0.5), 100, 0.5) == 0.0
    assert tails.deviate((0.5, 0.0, 0.5), 100, 0.5001) == pytest.approx(0.002, abs=1e-4)


@pytest.mark.parametrize(
    ("t", "freedom", "chance"), [(2.262, 9, 0.05), (3.725, 25, 0.001), (1.96, 1e6, 0.05)]
)
def test_students_t_has_the_tail_of_the_tables(t: float, freedom: float, chance: float) -> None:
    deviate = tails.of_student(t, freedom)
    assert tails.two_sided(deviate) == pytest.approx(chance, rel=0.02)
    assert tails.student(deviate, freedom) == pytest.approx(t)
    assert tails.of_student(-t, freedom) == -deviate
