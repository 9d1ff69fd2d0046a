"""Growth is told from noise and from restarts."""

from __future__ import annotations

import random

import pytest

from tests.soak.memory import slope


def test_growth_within_lives_is_found_whatever_each_life_begins_with() -> None:
    rng = random.Random(1)
    lives = [
        [(t, base + 0.5 * t / 60 + rng.gauss(0, 0.05)) for t in range(0, 300, 2)] for base in (80, 120, 60)
    ]
    found = slope(lives)
    assert found is not None
    assert found.value == pytest.approx(0.5, abs=0.02)
    assert found.low > 0.4


def test_a_restart_at_a_higher_level_is_no_growth() -> None:
    rng = random.Random(2)
    lives = [[(t + 400 * n, 80 + 10 * n + rng.gauss(0, 0.2)) for t in range(0, 300, 2)] for n in range(3)]
    found = slope(lives)
    assert found is not None
    assert found.low < 0 < found.high


def test_what_wanders_has_a_wider_interval_than_what_jitters() -> None:
    rng = random.Random(3)
    jitter = [(float(t), rng.gauss(0, 1)) for t in range(300)]
    level, wander = 0.0, []
    for t in range(300):
        level = 0.95 * level + rng.gauss(0, 0.3)
        wander.append((float(t), level))
    wide, narrow = slope([wander]), slope([jitter])
    assert wide is not None
    assert narrow is not None
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_too_little_says_nothing() -> None:
    assert slope([]) is None
    assert slope([[(0, 1), (1, 2)]]) is None
