"""Where an incident began: never before the evidence for it did."""

from __future__ import annotations

import pytest

from services.alerts.detection import Answer, Detector, Opening, State, decide
from tests.unit.alerts import stages
from tests.unit.alerts.test_detector import dropped, opened, outcome, run


def low_again(detector: Detector) -> list[Answer]:
    """What comes next at a stage that stays low."""
    return [a for a in dropped(days=420, last=420) if a.clock > (detector.state.clock or 0)]


@pytest.mark.parametrize("how", ["fixed", "false_alarm"])
def test_an_incident_after_a_persons_close_begins_after_it(how: str) -> None:
    detector = opened()
    closed = detector.state.clock or 0
    decide(detector.state, "outcome", outcome(detector, how))
    again = run(detector, low_again(detector))[0]
    assert isinstance(again, Opening)
    assert again.onset > closed
    decide(detector.state, "outcome", outcome(detector, "fixed"))
    assert detector.state.left_out[-1][1] == again.onset_day >= stages.MONDAY + stages.day_of(closed)


def test_an_incident_right_after_a_recovery_begins_after_it() -> None:
    detector = opened()
    better = [a._replace(half=2) for a in low_again(detector)]
    recovered = next(n for n, answer in enumerate(better) if detector.take(answer))
    closing = better[recovered].clock
    again = run(detector, [a._replace(half=0) for a in low_again(detector)])[0]
    assert isinstance(again, Opening)
    assert again.onset > closing


def test_an_incident_after_a_map_closed_one_begins_after_it() -> None:
    detector = opened()
    closed = detector.state.clock or 0
    day = stages.iso(stages.MONDAY + stages.day_of(closed))
    decide(detector.state, "map", {"surveys": [["other", 1]], "day": day, "at": ""})
    again = run(detector, low_again(detector))[0]
    assert isinstance(again, Opening)
    assert again.onset > closed


def test_a_detector_switched_on_again_looks_no_further_back() -> None:
    made = dropped(days=420, last=420)
    cut = next(n for n, a in enumerate(made) if stages.day_of(a.clock) == 221)
    detector = Detector(State(0.5))
    assert run(detector, made[:cut]) == []
    for enabled in (False, True):
        decide(detector.state, "settings", {"enabled": enabled, "false_alarms_per_year": None})
    again = run(detector, made[cut:])[0]
    assert isinstance(again, Opening)
    assert again.onset >= made[cut].clock
