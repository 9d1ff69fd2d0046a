"""A small simulation with bounds a broken detector cannot pass. Seeded: the same answers every time.

Each bound is tried on the whole detector and on one with a part taken out, which must fail it.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from services.alerts.detection import Closing, Detector, Opening, State, baseline, detector
from services.alerts.detection.baseline import Baseline
from tests.unit.alerts import stages
from tests.unit.alerts.stages import Truth

Monkey = pytest.MonkeyPatch
Weights = Callable[[int], tuple[float, ...]]


def two_surveys(day: int) -> tuple[float, ...]:
    """Each answer goes to one of two surveys at random."""
    return 0.5, 0.5


def changes(
    seed: int,
    history: int,
    days: int,
    a_day: float,
    truth: Truth = stages.healthy,
    *,
    weights: Weights = two_surveys,
    day_effect: float = stages.DAY_EFFECT,
    rate: float = 0.5,
) -> list[tuple[type, float]]:
    """Openings and closings of one stage, with the days since its start."""
    watching = Detector(State(rate))
    made = stages.answers(Random(seed), history + days, a_day, truth, history, weights, day_effect)
    found = [watching.take(answer) for answer in made]
    return [(type(change), stages.exact_day(change.at)) for change in found if change is not None]


def opened(found: list[tuple[type, float]], since: float = 0) -> list[float]:
    return [day for kind, day in found if kind is Opening and day >= since]


def false_alarms_a_year(
    runs: range, a_day: float, history: int, *, day_effect: float = stages.DAY_EFFECT, rate: float = 0.5
) -> float:
    """Of healthy stages that went live with `history` days of answers; one stage-year a run."""
    found = [changes(seed, history, 365, a_day, day_effect=day_effect, rate=rate) for seed in runs]
    return sum(len(opened(one)) for one in found) / len(runs)


def budget_kept() -> bool:
    """Under .5 false alarms a year where the reference was learned from little."""
    return false_alarms_a_year(range(12), 15, 60) + false_alarms_a_year(range(12), 5, 120) <= 2 * 0.4


def test_a_healthy_stage_keeps_its_budget() -> None:
    assert budget_kept()


def test_without_the_margin_it_does_not(monkeypatch: Monkey) -> None:
    monkeypatch.setattr(Baseline, "margin", lambda *_: 0.0)
    assert not budget_kept()


def clustered_days_are_borne() -> bool:
    """Days that differ by far more than chance raise no more alarms."""
    return false_alarms_a_year(range(8), 60, 120, day_effect=25.0) <= 0.5


def test_clustered_days_are_borne() -> None:
    assert clustered_days_are_borne()


def test_without_clustering_they_are_not(monkeypatch: Monkey) -> None:
    monkeypatch.setattr(baseline, "_clustering", lambda *_: 1.0)
    assert not clustered_days_are_borne()


def a_harder_touchpoint_is_no_alarm() -> bool:
    """A third survey, 20 points harder, with half as many answers again, joins after 20 live days."""
    joined, wrong = 140, 0
    for seed in range(8):
        truth: Truth = lambda day, survey: -20.0 if survey == 2 else 0.0  # noqa: E731
        weights: Weights = lambda day: (0.5, 0.5, 0.5) if day >= joined else (0.5, 0.5)  # noqa: E731
        wrong += bool(opened(changes(seed, 120, 90, 120, truth, weights=weights), joined))
    return wrong <= 2


def test_a_harder_touchpoint_is_no_alarm() -> None:
    assert a_harder_touchpoint_is_no_alarm()


def test_without_survey_offsets_it_is(monkeypatch: Monkey) -> None:
    monkeypatch.setattr(Baseline, "survey_offset", lambda *_: 0.0)
    assert not a_harder_touchpoint_is_no_alarm()


def one_case_is_needed() -> bool:
    """However large the budget, an incident has a case of its own."""
    return false_alarms_a_year(range(3), 20, 120, rate=365.0) <= 12


def test_one_case_is_needed() -> None:
    assert one_case_is_needed()


def test_without_the_floor_it_is_not(monkeypatch: Monkey) -> None:
    monkeypatch.setattr(detector, "CASE_NEEDED", 0.0)
    assert not one_case_is_needed()


def a_drop_is_noticed() -> bool:
    """A drop of 20 points shows within days although weekends are always 12 lower."""
    delays = [opened(changes(seed, 180, 90, 40, stages.drop(20, 200)), 200) for seed in range(8)]
    return sorted(found[0] - 200 if found else 70 for found in delays)[4] <= 9


def test_a_drop_of_20_points_is_noticed() -> None:
    assert a_drop_is_noticed()


@pytest.mark.parametrize("bets", [(0.025, 0.025, 0.025, 0.025)])
def test_timid_bets_notice_too_late(monkeypatch: Monkey, bets: tuple[float, ...]) -> None:
    monkeypatch.setattr(detector, "DROPS", bets)
    assert not a_drop_is_noticed()


def test_recovery_is_noticed() -> None:
    lasted = []
    for seed in range(6):
        found = changes(seed, 180, 140, 60, stages.drop(40, 200, 215))
        closed = [day for kind, day in found if kind is Closing]
        assert opened(found, 200)
        lasted.append(closed[-1] - 215 if closed else 100)
    assert sorted(lasted)[3] <= 35


def test_still_low_stays_open() -> None:
    for seed in range(4):
        found = changes(seed, 180, 110, 60, stages.drop(25, 200))
        assert [kind for kind, day in found if day >= 200] == [Opening]
