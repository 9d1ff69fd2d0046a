"""One score as it is shown: veiled, small, under its target."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.aggregator.views.measures import Measure, in_order, measure


def found(n: int = 200, before: int = 200, audience: str = "customer", **more: Any) -> dict[str, Any]:
    return {
        "metric": "nps", "audience": audience, "n": n, "score": 22.0, "low": 11.0, "high": 33.0, "target": 40.0,
        "before": {"n": before}, "change": {"points": -19.0, "beyond_noise": True},
    } | more  # fmt: skip


def test_a_score_with_its_change() -> None:
    shown = measure(found())
    assert (shown.score, shown.n, shown.change, shown.beyond_noise) == (22.0, 200, -19.0, True)
    assert (shown.misses_target, shown.small, shown.veiled) == (True, False, False)


@pytest.mark.parametrize(("n", "before"), [(29, 200), (200, 29), (200, 0)])
def test_too_few_answers_tell_no_change(n: int, before: int) -> None:
    assert measure(found(n, before)).change is None


def test_a_small_sample_misses_no_target() -> None:
    assert not measure(found(29)).misses_target


@pytest.mark.parametrize(("n", "hidden"), [(0, True), (5, False)])
def test_employees_of_whom_nothing_is_told_are_veiled(n: int, hidden: bool) -> None:
    shown = measure(found(n, audience="employee"))
    assert shown.veiled is hidden
    assert (shown.score is None, shown.n == 0) == (hidden, hidden)
    assert not measure(found(n)).veiled


def test_bounds_stay_on_the_scale() -> None:
    shown = measure(found(low=-104.0, high=101.0))
    assert (shown.low, shown.high) == (-100.0, 100.0)


def test_one_week_is_no_course() -> None:
    one = Measure("nps", "customer", 9, 1.0, 0.0, 2.0)
    assert not replace(one, weeks=(None, 4.0)).has_course
    assert replace(one, weeks=(3.0, None, 4.0)).has_course


def test_employees_follow_the_customers_of_their_metric() -> None:
    rows = [(m, a) for m in ("ces", "csat", "nps") for a in ("employee", "customer")]
    ordered = in_order([{"metric": m, "audience": a} for m, a in rows])
    assert [(one["metric"], one["audience"]) for one in ordered] == [
        (m, a) for m in ("nps", "csat", "ces") for a in ("customer", "employee")
    ]
