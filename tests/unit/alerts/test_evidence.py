"""The scalar steps: what makes the false-alarm budget true."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerts.detection.evidence import (
    CASE_CAP,
    DROPS,
    bet,
    budget,
    clamp,
    factor_down,
    factor_up,
    stake_down,
    stake_up,
)

nulls = st.floats(0.02, 0.98)
variances = st.floats(0.02, 0.25)
drops = st.sampled_from(DROPS)


@given(nulls, variances, drops, st.floats(0, 1))
def test_a_healthy_answer_gains_nothing_on_average(
    null: float, variance: float, drop: float, middle: float
) -> None:
    """Any distribution over 0, ½, 1 with mean ≥ m0 has E[e] ≤ 1."""
    passives = middle * 2 * min(null, 1 - null)
    promoters = null - passives / 2
    chances = {0.0: 1 - passives - promoters, 0.5: passives, 1.0: promoters}
    stake = stake_down(drop, variance, null)
    expected = sum(chance * factor_down(stake, null, unit, 1.0) for unit, chance in chances.items())
    assert expected <= 1 + 1e-9


@given(nulls, variances, drops, st.floats(0, 1), st.floats(1, 20))
def test_no_answer_takes_more_than_half(
    null: float, variance: float, drop: float, unit: float, phi: float
) -> None:
    assert factor_down(stake_down(drop, variance, null), null, unit, phi) >= 0.5 - 1e-9
    assert factor_up(stake_up(drop, variance, null), null, unit, phi) >= 0.5 - 1e-9


@given(nulls, variances, drops, st.sampled_from([0.0, 0.5, 1.0]))
def test_recovery_mirrors_the_drop(null: float, variance: float, drop: float, unit: float) -> None:
    down = factor_down(stake_down(drop, variance, null), null, unit, 1.5)
    up = factor_up(stake_up(drop, variance, 1 - null), 1 - null, 1 - unit, 1.5)
    assert up == pytest.approx(down, rel=1e-9)


def test_a_bet_by_hand() -> None:
    stake = stake_down(0.10, 0.15, 0.7)
    assert stake == pytest.approx(0.10 / 0.16)
    factor = factor_down(stake, 0.7, 0.0, 2.0)
    assert factor == pytest.approx((1 + 0.625 * 0.7) ** 0.5)
    evidence, case = [2.0, 1.0], [0.4, 3.0]
    bet(evidence, case, 0.5, (1.2, 0.5))
    assert evidence == pytest.approx([3.0, 0.75])
    assert case == pytest.approx([1.2, 1.5])


def test_limits() -> None:
    case = [CASE_CAP]
    bet([0.0], case, 0.0, (2.0,))
    assert case == [CASE_CAP]
    assert (clamp(-1.0), clamp(2.0)) == (0.02, 0.98)
    assert budget(0.5) == 730
