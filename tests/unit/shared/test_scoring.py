"""Scores against a slow, exact implementation and against published figures."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import scoring
from shared.scoring import METRICS, SCALES, SLOTS, score

LEVELS = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])


@st.composite
def histograms(draw: st.DrawFn, least: int = 0) -> tuple[str, list[int]]:
    metric = draw(st.sampled_from(METRICS))
    counts = [draw(st.integers(0, 10**6)) if given_ in SCALES[metric] else 0 for given_ in range(SLOTS)]
    if sum(counts) < least:
        counts[SCALES[metric][0]] += least
    return metric, counts


def answers(counts: list[int]) -> list[int]:
    return [value for value, count in enumerate(counts) for _ in range(count)]


def exact_score(metric: str, counts: list[int]) -> Fraction:
    """DESIGN §2 word for word, in fractions."""
    n = sum(counts)
    if metric == "nps":
        return Fraction(100 * (counts[9] + counts[10] - sum(counts[:7])), n)
    return Fraction(100 * (counts[4] + counts[5] if metric == "csat" else sum(counts[5:8])), n)


def exact_interval(metric: str, counts: list[int], level: float) -> tuple[Decimal, Decimal]:
    """The textbook forms with 50 digits."""
    with localcontext() as context:
        context.prec = 50
        z, n = Decimal(NormalDist().inv_cdf((1 + level) / 2)), Decimal(sum(counts))
        if metric == "nps":
            p = (Decimal(counts[9] + counts[10]) + Decimal("0.75")) / (n + 3)
            d = (Decimal(sum(counts[:7])) + Decimal("0.75")) / (n + 3)
            centre, half = p - d, z * ((p + d - (p - d) ** 2) / (n + 3)).sqrt()
        else:
            p = Decimal(counts[4] + counts[5] if metric == "csat" else sum(counts[5:8])) / n
            centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
            half = z / (1 + z**2 / n) * (p * (1 - p) / n + z**2 / (4 * n**2)).sqrt()
        return 100 * (centre - half), 100 * (centre + half)


@given(histograms(least=1), LEVELS)
def test_equals_the_exact_computation(case: tuple[str, list[int]], level: float) -> None:
    metric, counts = case
    found = score(metric, counts, level)
    low, high = exact_interval(metric, counts, level)
    assert found.score == pytest.approx(float(exact_score(metric, counts)), abs=1e-9)
    assert found.low == pytest.approx(float(low), abs=1e-6)
    assert found.high == pytest.approx(float(high), abs=1e-6)
    assert found.mean == pytest.approx(
        float(Fraction(sum(i * c for i, c in enumerate(counts)), sum(counts))), abs=1e-9
    )
    assert (found.n, found.level, found.formula) == (sum(counts), level, "1")
    assert found.small_sample == (sum(counts) < 30)


@given(histograms(least=1))
def test_box_scores_lie_within_their_bounds_and_bounds_within_0_and_100(case: tuple[str, list[int]]) -> None:
    metric, counts = case
    found = score(metric, counts)
    assert found.score is not None
    assert found.low is not None
    assert found.high is not None
    if metric != "nps":
        assert 0 <= found.low <= found.score + 1e-9
        assert found.score - 1e-9 <= found.high <= 100 + 1e-9


@given(st.sampled_from(METRICS), st.data())
def test_half_units_carry_the_score(metric: str, data: st.DataObject) -> None:
    given_ = data.draw(st.lists(st.sampled_from(list(SCALES[metric])), min_size=1, max_size=60))
    counts = [given_.count(value) for value in range(SLOTS)]
    worth = [scoring.half_units(metric, value) for value in given_]
    assert scoring.half_unit_counts(metric, counts) == tuple(worth.count(half) for half in (0, 1, 2))
    mean_unit = sum(worth) / 2 / len(worth)
    base = scoring.points(metric, 0.5) if metric == "nps" else 0
    assert score(metric, counts).score == pytest.approx(scoring.points(metric, mean_unit) - base)


@given(histograms(), st.integers(0, 5))
def test_pooling_is_counting_together(case: tuple[str, list[int]], times: int) -> None:
    _, counts = case
    assert scoring.pool([counts] * times) == tuple(count * times for count in counts)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    # Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3 (Wilson), 95 %.
    [(81, 263, 25.53, 36.62), (15, 148, 6.24, 16.05), (0, 20, 0.0, 16.11), (1, 29, 0.61, 17.18)],
)
def test_wilson_as_published(hits: int, n: int, low: float, high: float) -> None:
    found = score("csat", [0, n - hits, 0, 0, 0, hits, 0, 0, 0, 0, 0])
    assert found.low == pytest.approx(low, abs=0.005)
    assert found.high == pytest.approx(high, abs=0.005)


def test_adjusted_wald_worked_by_hand() -> None:
    # 60 promoters, 25 passives, 15 detractors: n' 103, p' 60.75/103, d' 15.75/103, p' - d' = 45/103 = .4369;
    # variance (76.5/103 - .4369²)/103 = .005358, standard error .07320, times 1.95996 = .14346.
    found = score("nps", [15, 0, 0, 0, 0, 0, 0, 25, 0, 60, 0])
    assert found.score == 45.0
    assert found.low == pytest.approx(29.34, abs=0.01)
    assert found.high == pytest.approx(58.04, abs=0.01)


@pytest.mark.parametrize("metric", METRICS)
def test_no_answers_give_no_score(metric: str) -> None:
    found = score(metric, [0] * SLOTS)
    assert (found.n, found.score, found.low, found.high, found.mean) == (0, None, None, None, None)
    assert found.small_sample


@pytest.mark.parametrize(
    ("metric", "worth"),
    [
        ("csat", {1: 0, 2: 0, 3: 0, 4: 2, 5: 2}),
        ("nps", {0: 0, 6: 0, 7: 1, 8: 1, 9: 2, 10: 2}),
        ("ces", {1: 0, 4: 0, 5: 2, 6: 2, 7: 2}),
    ],
)
def test_half_units_by_hand(metric: str, worth: dict[int, int]) -> None:
    assert {given_: scoring.half_units(metric, given_) for given_ in worth} == worth


def test_ten_nps_points_are_five_percentage_points() -> None:
    assert scoring.units("nps", 10) == scoring.units("csat", 5) == scoring.units("ces", 5) == 0.05
    assert scoring.points("nps", 0.05) == 10


@pytest.mark.parametrize(
    ("metric", "counts"),
    [
        ("happiness", [0] * SLOTS),
        ("csat", [0] * 10),
        ("csat", [1] + [0] * 10),
        ("ces", [0] * 8 + [1, 0, 0]),
        ("nps", [-1] + [2] * 10),
    ],
)
def test_refuses_what_is_no_histogram(metric: str, counts: list[int]) -> None:
    with pytest.raises(ValueError, match=r"metric|histogram"):
        score(metric, counts)


@pytest.mark.parametrize("level", [0, 1, -1, 95])
def test_refuses_an_impossible_level(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        score("csat", [0, 1] + [0] * 9, level)


@given(histograms(least=1), LEVELS)
def test_the_adjusted_score_and_error_span_the_interval(case: tuple[str, list[int]], level: float) -> None:
    metric, counts = case
    centre, squared_error = scoring.adjusted(metric, counts, level)
    low, high = exact_interval(metric, counts, level)
    assert squared_error > 0
    assert centre == pytest.approx(float(low + high) / 2, abs=1e-6)
    if metric == "nps":
        assert scoring.z(level) * squared_error**0.5 == pytest.approx(float(high - low) / 2, abs=1e-6)


def test_nothing_to_adjust_without_answers() -> None:
    with pytest.raises(ValueError, match="no answers"):
        scoring.adjusted("nps", [0] * SLOTS)
