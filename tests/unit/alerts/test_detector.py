"""The detector, answer by answer."""

from __future__ import annotations

from random import Random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.alerts.detection import (
    Answer,
    Change,
    Closing,
    Detector,
    Opening,
    State,
    decide,
    from_json,
    shares,
    to_json,
)
from tests.unit.alerts import stages
from tests.unit.alerts.stages import DAY, MONDAY

HISTORY = 200


def run(detector: Detector, made: list[Answer]) -> list[Change]:
    return [change for answer in made if (change := detector.take(answer)) is not None]


def dropped(
    days: int = 300, first: int = 220, last: int = 240, points: float = 60, seed: int = 4
) -> list[Answer]:
    return list(stages.answers(Random(seed), days, 30, stages.drop(points, first, last), HISTORY))


def opened(seed: int = 4) -> Detector:
    """A detector with an open incident."""
    detector = Detector(State(0.5))
    for answer in dropped(seed=seed):
        if isinstance(detector.take(answer), Opening):
            return detector
    raise AssertionError("never opened")


def outcome(detector: Detector, name: str) -> dict[str, object]:
    found = detector.state.opened
    assert found is not None
    days = {"onset_day": stages.iso(found.onset_day), "day": stages.iso(found.onset_day + 10)}
    return {"opening_sequence": found.sequence, "outcome": name, **days}


def test_a_drop_opens_and_recovery_closes() -> None:
    detector = Detector(State(0.5))
    opening, closing = run(detector, dropped())
    assert isinstance(opening, Opening)
    assert isinstance(closing, Closing)
    assert 220 <= stages.day_of(opening.at) <= 223
    assert 217 <= stages.day_of(opening.onset) <= 222
    assert 240 <= stages.day_of(closing.at) <= 275
    assert closing.opening == opening.sequence
    assert opening.evidence >= opening.budget == 730
    assert opening.before.n > 1000
    assert opening.since.halves / opening.since.n < opening.before.halves / opening.before.n - 0.3
    assert detector.state.evidence != [0.0] * 4  # watching again
    assert detector.state.left_out == [(opening.sequence, opening.onset_day, closing.at // DAY + 719_163)]


def test_historic_answers_only_train() -> None:
    detector = Detector(State(0.5))
    assert run(detector, [answer._replace(historic=True) for answer in dropped()]) == []
    assert detector.state.live_from is None
    assert detector.sums.answers() == len(dropped())


def test_go_live_counts_one_day() -> None:
    made = dropped()
    detector = Detector(State(0.5))
    live = next(n for n, answer in enumerate(made) if not answer.historic)
    run(detector, made[: live + 1])
    state = detector.state
    assert state.clock == made[live].clock
    # R = (0 + 1 day)·e and C = e: equal while nothing else was added
    assert state.evidence == state.case


def test_days_without_answers_count_in_the_evidence() -> None:
    made = dropped()
    live = next(n for n, answer in enumerate(made) if not answer.historic)
    detector = Detector(State(0.5))
    run(detector, made[: live + 1])
    before = list(detector.state.evidence)
    late = made[live]._replace(sequence=made[live].sequence + 1, clock=made[live].clock + 3 * DAY)
    detector.take(late)
    grown = [after / (r + 3.0) for after, r in zip(detector.state.evidence, before, strict=True)]
    assert grown == pytest.approx(before)  # the factor of an equal answer is the first one's


def test_an_older_clock_does_not_move_time() -> None:
    made = dropped()
    live = next(n for n, answer in enumerate(made) if not answer.historic)
    detector = Detector(State(0.5))
    run(detector, made[: live + 2])
    clock = detector.state.clock
    detector.take(made[live + 1]._replace(clock=made[live].clock))
    assert detector.state.clock == clock


def test_a_new_detector_learns_before_it_judges() -> None:
    made = [answer._replace(historic=False) for answer in dropped()]
    detector = Detector(State(0.5))
    run(detector, made[: 30 * 40])
    assert detector.state.status == "learning"
    assert detector.state.evidence == [0.0] * 4
    assert detector.state.clock is None


def test_a_new_revision_only_trains_and_does_not_move_the_clock() -> None:
    made = dropped(days=215)
    detector = Detector(State(0.5))
    run(detector, made)
    before = to_json(detector.state)
    last = made[-1]
    detector.take(last._replace(sequence=last.sequence + 1, clock=last.clock + 1, revision=("survey-0", 2)))
    after = to_json(detector.state)
    same = {"last_live": None, "taken": 0}
    assert after | same == before | same


def test_corrections_never_touch_evidence() -> None:
    made = dropped(days=215)
    detector = Detector(State(0.5))
    run(detector, made)
    before, n = to_json(detector.state), detector.sums.answers()
    detector.correct(made[0].day, made[0].revision, made[0].half, 0)
    detector.correct(made[1].day, made[1].revision, made[1].half, None)
    assert to_json(detector.state) == before
    assert detector.sums.answers() == n - 1


def test_the_baseline_is_frozen_while_open() -> None:
    detector = opened()
    baseline = detector.state.baseline
    for answer in dropped():
        if answer.clock > (detector.state.clock or 0) and stages.day_of(answer.clock) < 235:
            detector.take(answer)
    assert detector.state.opened is not None
    assert detector.state.baseline is baseline


def test_a_switched_off_detector_opens_nothing() -> None:
    detector = Detector(State(0.5))
    decide(detector.state, "settings", {"enabled": False, "false_alarms_per_year": None})
    assert run(detector, dropped()) == []


def test_fixed_leaves_the_incident_out() -> None:
    detector = opened()
    decided = outcome(detector, "fixed")
    decide(detector.state, "outcome", decided)
    assert detector.state.opened is None
    assert len(detector.state.left_out) == 1
    assert not detector.state.healthy([detector.state.left_out[0][1]])


def test_false_alarm_puts_the_answers_back() -> None:
    detector = opened()
    assert detector.state.opened is not None
    onset = detector.state.opened.onset_day
    decide(detector.state, "outcome", outcome(detector, "false_alarm"))
    assert detector.state.left_out == []
    assert detector.state.healthy([onset])


def test_a_new_normal_starts_at_the_onset() -> None:
    detector = opened()
    assert detector.state.opened is not None
    onset = detector.state.opened.onset_day
    decide(detector.state, "outcome", outcome(detector, "new_normal"))
    assert detector.state.healthy([onset - 1, onset]) == [onset]
    low = [
        a
        for a in dropped(days=420, last=420)
        if stages.day_of(a.clock) > stages.day_of(detector.state.clock or 0)
    ]
    assert run(detector, low) == []
    assert detector.state.status == "ok"


def test_an_outcome_after_the_recovery_still_counts() -> None:
    detector = opened()
    decided = outcome(detector, "false_alarm")
    run(detector, [answer for answer in dropped() if answer.clock > (detector.state.clock or 0)])
    assert len(detector.state.left_out) == 1
    decide(detector.state, "outcome", decided)
    assert detector.state.left_out == []


def test_detectors_of_a_stage_share_its_budget() -> None:
    one, other, own, off = State(0.5), State(0.5), State(3.0, own_rate=True), State(0.5, enabled=False)
    assert shares([one]) == [0.5]
    assert shares([one, other]) == [0.25, 0.25]
    assert shares([one, other, own, off])[:3] == pytest.approx([0.5 / 3, 0.5 / 3, 3.0])


@settings(max_examples=15)
@given(st.integers(0, 2**32), st.lists(st.integers(1, 2000), max_size=4))
def test_saved_and_loaded_anywhere_it_goes_on_bit_for_bit(seed: int, cuts: list[int]) -> None:
    made = list(stages.answers(Random(seed), 120, 20, stages.drop(50 if seed % 2 else -50, 100, 108), 90))
    whole = Detector(State(0.5, false_wins_per_year=0.5))
    found = run(whole, made)
    again, start, parts = Detector(State(0.5, false_wins_per_year=0.5)), 0, []
    for cut in [*sorted(cuts), len(made)]:
        parts += run(again, made[start:cut])
        start = max(start, cut)
        again = Detector(from_json(orjson.loads(orjson.dumps(to_json(again.state)))), again.sums)
    assert parts == found
    assert orjson.dumps(to_json(again.state)) == orjson.dumps(to_json(whole.state))


def test_the_state_is_small() -> None:
    detector = opened()
    assert len(orjson.dumps(to_json(detector.state))) < 2000
    assert MONDAY % 7 == 1
