"""When a consumer stops: 100 bad events in a row, or more than 5 % of the last 1 000."""

from __future__ import annotations

from random import Random

import pytest

from shared.stop_rule import IN_A_ROW, SHARE, WINDOW, StopRule, TooManyDeadLetters, Verdicts, verdicts_of


def bad(count: int) -> Verdicts:
    return verdicts_of([False] * count)


def good(count: int) -> Verdicts:
    return Verdicts([count])


def test_stops_at_the_hundredth_in_a_row() -> None:
    rule = StopRule()
    rule.take(bad(99))
    with pytest.raises(TooManyDeadLetters, match="in a row"):
        rule.take(bad(1))


def test_a_good_one_ends_the_row() -> None:
    rule = StopRule()
    rule.take(bad(99))
    rule.take(good(1))
    rule.take(bad(1))
    assert rule.in_a_row == 1


def test_stops_above_five_percent_of_the_last_thousand() -> None:
    rule = StopRule()
    rule.take(Verdicts([19] + [19] * 49 + [0]))
    with pytest.raises(TooManyDeadLetters, match="5%"):
        rule.take(bad(1))


def test_lets_five_percent_pass_for_ever() -> None:
    rule = StopRule()
    rule.take(Verdicts([19] * 1000))
    assert len(rule.bad) == 50


def test_what_a_person_lets_pass_is_not_counted() -> None:
    rule = StopRule(let_pass=300)
    rule.take(bad(300))
    assert (rule.let_pass, rule.in_a_row, rule.bad) == (0, 0, [])
    with pytest.raises(TooManyDeadLetters):
        rule.take(bad(100))


def test_idle_once_a_thousand_good_ones_came_after_the_last_bad() -> None:
    rule = StopRule()
    rule.take(Verdicts([5000, 1]))
    assert not rule.idle
    rule.take(good(998))
    assert not rule.idle
    rule.take(good(1))
    assert rule.idle


def test_the_same_however_events_are_cut_into_batches() -> None:
    random = Random(7)
    told = [random.random() > 0.045 for _ in range(6000)]
    whole, cut = StopRule(), StopRule()
    stopped_at = next(
        (at for at in range(WINDOW, 6000) if told[at - WINDOW : at].count(False) > SHARE * WINDOW), 6000
    )
    told = told[: stopped_at - 1]
    whole.take(verdicts_of(told))
    while told:
        size = random.randint(1, 300)
        cut.take(verdicts_of(told[:size]))
        told = told[size:]
    assert (cut.seen, cut.in_a_row, cut.bad) == (whole.seen, whole.in_a_row, whole.bad)
    assert cut.in_a_row < IN_A_ROW
