"""How soon a drop would be noticed."""

from __future__ import annotations

from dataclasses import replace
from math import log

import pytest

from services.alerts.detection import noticed_after_days
from services.alerts.detection.baseline import Baseline

KNOWN = Baseline(
    n=10_000,
    halves=14_000,
    squares=26_000,
    weekdays=((0, 0),) * 7,
    surveys={("s", 1): (10_000, 14_000)},
    clustering=1.2,
    first=1,
    last=300,
    recent=28 * 50,
    watching=True,
)


def test_the_formula() -> None:
    information = 50 * 0.05**2 / (2 * KNOWN.variance)
    expected = 1.2 * (log(730 * information) - 1) / information
    assert noticed_after_days(KNOWN, 0.5, 0.05) == pytest.approx(expected)


def test_more_answers_or_a_larger_drop_are_noticed_sooner() -> None:
    usual = noticed_after_days(KNOWN, 0.5, 0.05)
    more, larger = (
        noticed_after_days(replace(KNOWN, recent=28 * 500), 0.5, 0.05),
        noticed_after_days(KNOWN, 0.5, 0.1),
    )
    assert usual is not None
    assert more is not None
    assert larger is not None
    assert usual > more
    assert usual > larger


@pytest.mark.parametrize("known", [replace(KNOWN, recent=0), replace(KNOWN, n=399), replace(KNOWN, recent=1)])
def test_where_nothing_can_be_said(known: Baseline) -> None:
    assert noticed_after_days(known, 0.5, 0.05) is None
