"""Back-tests: the live detector over stored answers."""

from __future__ import annotations

from random import Random

from services.alerts.backtest import backtest
from services.alerts.detection import Detector, Opening, State
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
