"""Wins: the mirrored detector, answer by answer."""

from __future__ import annotations

from random import Random

from services.alerts.detection import (
    WINS,
    Answer,
    Change,
    Closing,
    Detector,
    Opening,
    State,
    Win,
    decide,
    from_json,
    to_json,
    win_shares,
)
from tests.unit.alerts import stages
from tests.unit.alerts.stages import DAY, Truth

HISTORY = 200
RISE = 220


def watching() -> Detector:
    return Detector(State(0.5, false_wins_per_year=0.5))


def run(detector: Detector, made: list[Answer]) -> list[Change]:
    return [change for answer in made if (change := detector.take(answer)) is not None]


def made(truth: Truth, days: int = 420, seed: int = 4) -> list[Answer]:
    return list(stages.answers(Random(seed), days, 30, truth, HISTORY))


def risen(points: float, back: int = 10**6, by: float = 0.0) -> Truth:
    """Higher from day RISE, and from day `back` on `by` off the usual."""
    return lambda day, survey: (points if day < back else by) if day >= RISE else 0.0


def test_a_rise_is_one_win_however_long_it_lasts() -> None:
    detector = watching()
    [win] = run(detector, made(risen(25), days=560))
    assert isinstance(win, Win)
    assert RISE < stages.exact_day(win.at) <= RISE + 25
    assert RISE - 12 <= stages.day_of(win.onset) <= RISE + 6
    assert win.evidence >= win.budget == 730
    assert win.since.halves / win.since.n > win.before.halves / win.before.n + 0.05
    assert win.before.last is not None
    assert win.before.last < win.onset_day
    assert detector.state.risen is None, "the new normal is known by now"
    assert detector.state.restart == win.at // DAY + 719_163 + 1
    assert detector.state.status == "ok"


def test_back_from_the_new_normal_is_a_drop() -> None:
    win, opening = run(watching(), made(risen(40, back=340), days=400))
    assert isinstance(win, Win)
    assert isinstance(opening, Opening)
    assert 340 <= stages.exact_day(opening.at) <= 355


def test_a_win_blinds_nobody_while_the_new_normal_is_learned() -> None:
    """Right after it a fall below the old level is noticed, by the old reference."""
    detector = watching()
    win, opening = run(detector, made(risen(40, back=240, by=-50), days=262))
    assert isinstance(win, Win)
    assert isinstance(opening, Opening)
    assert stages.exact_day(opening.at) <= 248
    assert opening.before.last is not None
    assert opening.before.last < win.onset_day
    assert detector.state.risen is not None


def test_a_recovery_is_no_win() -> None:
    found = run(watching(), made(stages.drop(60, 220, 240), days=400))
    assert [type(change) for change in found] == [Opening, Closing]


def test_historic_answers_win_nothing() -> None:
    detector = watching()
    assert run(detector, [answer._replace(historic=True) for answer in made(risen(40))]) == []


def test_nobody_looks_before_it_is_decided_and_from_then_on_it_is_found() -> None:
    answers = made(risen(40), days=300)
    begin = next(n for n, answer in enumerate(answers) if stages.day_of(answer.clock) >= RISE + 10)
    detector = Detector(State(0.5))
    assert run(detector, answers[:begin]) == []
    assert detector.state.rising.usual_at == []
    decide(detector.state, WINS, {"false_wins_per_year": 0.5})
    assert isinstance(run(detector, answers[begin:])[0], Win)


def test_a_switched_off_detector_finds_none() -> None:
    detector = watching()
    decide(detector.state, "settings", {"enabled": False, "false_alarms_per_year": None})
    assert run(detector, made(risen(40))) == []


def test_a_later_new_normal_of_a_person_goes_before_the_wins() -> None:
    detector = watching()
    for answer in made(risen(40, back=240, by=-50), days=262):
        detector.take(answer)
    opened = detector.state.opened
    assert opened is not None
    days = {"onset_day": stages.iso(opened.onset_day), "day": stages.iso(opened.onset_day + 9)}
    decision = {"opening_sequence": opened.sequence, "outcome": "new_normal", **days}
    decide(detector.state, "outcome", decision)
    assert (detector.state.risen, detector.state.restart) == (None, opened.onset_day)


def test_a_state_of_before_wins_reads_as_one_without() -> None:
    document = to_json(State(0.5))
    old = {
        name: value
        for name, value in document.items()
        if name not in ("false_wins_per_year", "rising", "risen")
    }
    assert from_json(old) == State(0.5)


def test_detectors_of_a_stage_share_the_rate() -> None:
    assert win_shares([State(0.5)]) == [0.5]
    assert win_shares([State(0.5), State(3.0, own_rate=True), State(0.5, enabled=False)])[:2] == [0.25, 0.25]
