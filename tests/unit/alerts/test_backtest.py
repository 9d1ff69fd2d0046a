"""Back-tests: the live detector over stored answers."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from services.alerts.backtest import Correction, Found, backtest, backtests
from services.alerts.backtest_changes import changes
from services.alerts.backtest_document import document
from services.alerts.detection import Answer, Detector, Opening, State, Sum
from tests.unit.alerts import stages
from tests.unit.alerts.stages import DAY, MONDAY

START = (MONDAY - 719_163) * DAY
MADE = list(stages.answers(Random(4), 300, 30, stages.drop(60, 220, 240)))


def test_it_finds_what_the_live_detector_finds() -> None:
    live_from = START + 200 * DAY
    found = backtest(MADE, live_from, 0.5)
    live = Detector(State(0.5))
    changes = [live.take(answer._replace(historic=answer.clock < live_from)) for answer in MADE]
    [opening] = [change for change in changes if isinstance(change, Opening)]
    [incident] = found.incidents
    assert (incident.opened_at, incident.onset, incident.since) == (opening.at, opening.onset, opening.since)
    assert incident.closed_at is not None
    assert (found.answers, found.days) == (len(MADE), 300)
    assert found.learning_until == MONDAY + 200


def test_without_history_it_says_how_long_it_learned() -> None:
    found = backtest(MADE, START, 0.5)
    assert found.learning_until is not None
    # 400 answers at 30 a day, and the lag of 28 days
    assert 40 <= found.learning_until - MONDAY <= 46


def test_nothing_stored() -> None:
    found = backtest([], START, 0.5)
    assert (found.answers, found.days, found.learning_until, found.incidents) == (0, 0, None, [])


def test_a_smaller_budget_opens_later_or_never() -> None:
    small, large = (backtest(MADE, START + 200 * DAY, rate).incidents for rate in (0.01, 12.0))
    assert not small or small[0].opened_at > large[0].opened_at


def test_corrections_change_sums_and_never_evidence() -> None:
    live_from = START + 200 * DAY
    [plain] = backtest(MADE, live_from, 0.5).incidents
    early = [answer for answer in MADE if answer.day >= plain.onset_day and answer.clock < plain.opened_at]
    low = {answer.sequence for answer in early if answer.half == 0}
    amended, voided = (_corrected(low, half) for half in (2, None))
    [better] = backtest(amended, live_from, 0.5).incidents
    assert (better.opened_at, better.onset) == (plain.opened_at, plain.onset)
    assert (better.since.n, better.since.halves) == (plain.since.n, plain.since.halves + 2 * len(low))
    without = backtest(voided, live_from, 0.5)
    assert without.answers == len(MADE) - len(low)
    assert without.incidents[0].opened_at == plain.opened_at


def _corrected(sequences: set[int], half: int | None) -> Iterator[Answer | Correction]:
    for answer in MADE:
        yield answer
        if answer.sequence in sequences:
            yield Correction(answer.day, answer.revision, answer.half, half)


def test_several_budgets_in_one_go() -> None:
    rates = [0.1, 0.5, 4.0]
    together = backtests(MADE, START + 200 * DAY, rates)
    assert together == [backtest(MADE, START + 200 * DAY, rate) for rate in rates]


def test_common_rules_speak_from_the_first_live_day() -> None:
    found = backtest(MADE, START + 222 * DAY, 0.5)
    alarms = [alarm for one in found.rules.values() for alarm in one]
    assert alarms
    assert all(alarm.day >= MONDAY + 222 for alarm in alarms)
    assert not any(backtest(MADE, START + 400 * DAY, 0.5).rules.values())


def test_incidents_of_the_same_time_are_the_same() -> None:
    first, second, later = _found(10, 20), _found(50, 60), _found(52, None)
    assert kinds([first, second], [first, second]) == ["same", "same"]
    assert kinds([first], [first, later]) == ["same", "gone"]
    assert kinds([_found(12, 13), second, _found(80, 90)], [first, later]) == [
        "opens_later",
        "opens_earlier",
        "new",
    ]
    # One long incident of the smaller budget stands for the first of the two it covers.
    assert kinds([_found(9, 70)], [first, second]) == ["opens_earlier", "gone"]
    assert kinds([], []) == []


def kinds(now: list[Found], then: list[Found]) -> list[str]:
    return [change.kind for change in changes(now, then)]


def _found(opened: int, closed: int | None) -> Found:
    """An incident with its onset 2 days before; days since the start."""
    nothing = Sum(0, 0, 0, None, None)
    clock = START + opened * DAY
    end = (None, None) if closed is None else (START + closed * DAY, closed)
    return Found(clock, clock - 2 * DAY, opened - 2, nothing, nothing, *end)


def test_the_document_speaks_in_points_of_the_metric() -> None:
    found = backtest(MADE, START + 200 * DAY, 0.5)
    nps, csat = document(found, "nps"), document(found, "csat")
    rule = [next(one for one in shown["rules"] if one["rule"] == "fixed_floor") for shown in (nps, csat)]
    alarm = found.rules["fixed_floor"][0]
    assert rule[0]["alarms"][0]["limit"] == pytest.approx(200 * alarm.limit - 100)
    assert rule[1]["alarms"][0]["limit"] == pytest.approx(100 * alarm.limit)
    assert "less 10 points" in rule[0]["means"]
    assert "less 5 points" in rule[1]["means"]
