"""A small part of `make simulate` with bounds a broken detector cannot pass. Seeded: the same answers every time.

Each bound is tried on the whole detector and on one with a part taken out, which must fail it. "The floor" is taken
three ways: of the variance (.02), of a case (max(C, 1)), and of the case an opening needs (20).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from statistics import median

import pytest

from dev.simulation import measures, worlds
from dev.simulation.measures import Measure
from dev.simulation.seen import OURS, WINS, Seen, see
from dev.simulation.worlds import Make
from services.alerts.detection import baseline, detector, evidence
from services.alerts.detection.baseline import Baseline

Monkey = pytest.MonkeyPatch


def stages(make: Make, volume: float, count: int) -> list[Seen]:
    return [see(make, volume, (4, number), with_rules=False) for number in range(count)]


def figure(measure: Measure, seen: Sequence[Seen]) -> float:
    estimate = measure(seen, OURS)
    assert estimate is not None
    return estimate.value


def budget_kept() -> bool:
    """Under .5 false alarms a year where the reference was learned from little."""
    known = partial(worlds.healthy, history=60, live=240)
    return figure(measures.false_alarms, stages(known, 15, 24) + stages(known, 25, 24)) <= 0.5


def test_a_healthy_stage_keeps_its_budget() -> None:
    assert budget_kept()


def test_without_the_margin_it_does_not(monkeypatch: Monkey) -> None:
    monkeypatch.setattr(Baseline, "margin", lambda *_: 0.0)
    assert not budget_kept()


def wins_keep_theirs() -> bool:
    """Under .5 wins a year of a stage that got no better, where the reference was learned from little."""
    known = partial(worlds.healthy, history=60, live=240)
    seen = stages(known, 15, 24) + stages(known, 25, 24)
    estimate = measures.false_alarms(seen, WINS)
    return estimate is not None and estimate.value <= 0.5


def test_wins_keep_their_budget() -> None:
    assert wins_keep_theirs()


def test_without_the_mirrored_margin_they_do_not(monkeypatch: Monkey) -> None:
    monkeypatch.setattr(Baseline, "margin", lambda *_: 0.0)
    assert not wins_keep_theirs()


def days_that_differ_are_borne() -> bool:
    """Days that differ by far more than chance raise no more alarms."""
    world = partial(worlds.healthy, history=120, live=180, day_effect=25.0)
    return figure(measures.false_alarms, stages(world, 60, 10)) <= 0.5


def test_days_that_differ_are_borne() -> None:
    assert days_that_differ_are_borne()


def test_without_clustering_they_are_not(monkeypatch: Monkey) -> None:
    monkeypatch.setattr(baseline, "clustering", lambda *_: 1.0)
    assert not days_that_differ_are_borne()


def a_harder_touchpoint_is_no_alarm() -> bool:
    """A third survey, 20 points harder, with half as many answers again: at most 15 % open within 120 days."""
    return figure(measures.wrongly_opened, stages(worlds.touchpoint_added, 50, 27)) <= 0.15


def test_a_harder_touchpoint_is_no_alarm() -> None:
    assert a_harder_touchpoint_is_no_alarm()


def test_without_survey_offsets_it_is(monkeypatch: Monkey) -> None:
    monkeypatch.setattr(Baseline, "survey_offset", lambda *_: 0.0)
    assert not a_harder_touchpoint_is_no_alarm()


def weekends_are_known() -> bool:
    """Weekends that are always 30 points lower are no degradation, and hide none: 20 points show in a week."""
    world = partial(worlds.drop, points=20, history=180, live=90, weekend=-30.0)
    seen = stages(world, 50, 12)
    early = sum(span[0] < one.since for one in seen for span in one.spans[OURS])
    return early <= 2 and figure(measures.delay, seen) <= 7


def test_weekends_are_known() -> None:
    assert weekends_are_known()


def test_without_weekday_offsets_they_are_not(monkeypatch: Monkey) -> None:
    monkeypatch.setattr(Baseline, "weekday_offset", lambda *_: 0.0)
    assert not weekends_are_known()


def a_thin_reference_is_borne() -> bool:
    """A stage that starts from nothing, with many answers a day."""
    world = partial(worlds.healthy, history=0, live=60)
    return sum(len(seen.spans[OURS]) for seen in stages(world, 1000, 12)) <= 3


def test_a_thin_reference_is_borne() -> None:
    assert a_thin_reference_is_borne()


def test_without_the_discount_it_is_not(monkeypatch: Monkey) -> None:
    monkeypatch.setattr(Baseline, "discount", lambda self, *_: self.clustering)
    assert not a_thin_reference_is_borne()


def test_a_perfect_stage_can_be_watched() -> None:
    """Everyone is content, so nothing varies; when one in six is not any more, that shows."""
    seen = stages(partial(worlds.drop, points=34, metric="csat", shift=60.0, weekend=0.0, live=90), 50, 3)
    assert figure(measures.noticed, seen) == 1


def test_without_the_floor_of_the_variance_it_cannot(monkeypatch: Monkey) -> None:
    monkeypatch.setattr(baseline, "LEAST_VARIANCE", 0.0)
    with pytest.raises(ZeroDivisionError):
        test_a_perfect_stage_can_be_watched()


def one_case_is_needed() -> bool:
    """However large the budget, an incident has a case of its own."""
    seen = [
        see(partial(worlds.healthy, live=60), 20, (4, n), with_rules=False, budget=365.0) for n in range(4)
    ]
    return figure(measures.false_alarms, seen) <= 12


def test_one_case_is_needed() -> None:
    assert one_case_is_needed()


def test_without_the_floor_of_an_opening_it_is_not(monkeypatch: Monkey) -> None:
    monkeypatch.setattr(evidence, "CASE_NEEDED", 0.0)
    assert not one_case_is_needed()


def drops_are_noticed() -> bool:
    """Within 1.3 times DESIGN §7's delays, at 50 a day: 14 days for 10 points, 4.3 for 20."""
    found = []
    for points, bound in ((10, 1.3 * 14), (20, 1.3 * 4.3)):
        seen = stages(partial(worlds.drop, points=points, live=110, history=200), 50, 24)
        assert all(one.since < one.until for one in seen)
        delay = measures.delay(seen, OURS)
        found.append(delay is not None and delay.share > 0.9 and delay.value <= bound)
    return all(found)


def test_drops_are_noticed() -> None:
    assert drops_are_noticed()


@pytest.mark.parametrize("bets", [(0.025, 0.025, 0.025, 0.025)])
def test_timid_bets_notice_too_late(monkeypatch: Monkey, bets: tuple[float, ...]) -> None:
    monkeypatch.setattr(detector, "DROPS", bets)
    assert not drops_are_noticed()


def test_without_the_floor_of_a_case_nothing_is_noticed(monkeypatch: Monkey) -> None:
    def bet(evidence: list[float], case: list[float], days: float, factors: Sequence[float]) -> None:
        for k in range(len(factors)):
            evidence[k] = (evidence[k] + days) * factors[k]
            case[k] = min(case[k] * factors[k], 1e12)

    monkeypatch.setattr(evidence, "bet", bet)
    assert not drops_are_noticed()


def test_recovery_is_noticed() -> None:
    seen = stages(partial(worlds.drop, points=40, lasts=15, live=170, history=200), 60, 8)
    recovered = measures.recovery(seen, OURS)
    assert recovered is not None
    assert recovered.share == 1
    assert recovered.value <= 35


def test_still_low_stays_open() -> None:
    seen = stages(partial(worlds.drop, points=25, live=160, history=200), 60, 8)
    assert figure(measures.false_close, seen) == 0


def test_a_batch_at_night_costs_no_more_than_the_night() -> None:
    waits: dict[bool, float] = {}
    for nightly in (False, True):
        make: Callable[..., worlds.World] = partial(
            worlds.drop, points=20, live=100, history=200, nightly=nightly
        )
        waits[nightly] = median(
            one.spans[OURS][-1][0] - one.since if one.spans[OURS] else 100 for one in stages(make, 200, 10)
        )
    assert waits[True] - waits[False] <= 2
