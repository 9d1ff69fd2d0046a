"""The stop rule, and what goes to the dead topic."""

from __future__ import annotations

import orjson
import pytest

from shared.dead_letters import DeadLetter, StopRule, TooManyDeadLetters


def test_stops_at_the_hundredth_in_a_row() -> None:
    rule = StopRule()
    for _ in range(99):
        rule.bad()
    with pytest.raises(TooManyDeadLetters, match="in a row"):
        rule.bad()


def test_a_good_one_ends_the_row() -> None:
    rule = StopRule()
    for _ in range(99):
        rule.bad()
    rule.good(1)
    rule.bad()


def test_stops_above_five_percent_of_the_last_thousand() -> None:
    rule = StopRule()
    for _ in range(50):
        rule.good(19)
        rule.bad()
    with pytest.raises(TooManyDeadLetters, match="5%"):
        rule.bad()


def test_lets_five_percent_pass() -> None:
    rule = StopRule()
    for _ in range(1000):
        rule.good(19)
        rule.bad()


def test_message_keeps_every_byte() -> None:
    raw = bytes(range(256))
    letter = DeadLetter("survey.responses", 3, 14, "shop/delivery", 7, "not JSON", raw)
    document = orjson.loads(letter.message())
    assert document["value"].encode("latin-1") == raw
    assert (document["reason"], document["sequence"], document["offset"]) == ("not JSON", 7, 14)
