"""The stop rule, and what goes to the dead topic."""

from __future__ import annotations

import orjson
import pytest

from shared.dead_letters import DeadLetter, StopRule, TooManyDeadLetters


def test_stops_at_the_hundredth_in_a_row() -> None:
    rule = StopRule()
    for _ in range(99):
        rule.saw(bad=True)
    with pytest.raises(TooManyDeadLetters, match="in a row"):
        rule.saw(bad=True)


def test_stops_above_five_percent_of_the_last_thousand() -> None:
    rule = StopRule()
    for number in range(999):
        rule.saw(bad=number % 19 == 0)
    with pytest.raises(TooManyDeadLetters, match="5%"):
        rule.saw(bad=True)


def test_lets_five_percent_pass() -> None:
    rule = StopRule()
    for number in range(5000):
        rule.saw(bad=number % 20 == 0)


def test_message_keeps_every_byte() -> None:
    raw = bytes(range(256))
    letter = DeadLetter("survey.responses", 3, 14, "shop/delivery", 7, "not JSON", raw)
    document = orjson.loads(letter.message())
    assert document["value"].encode("latin-1") == raw
    assert (document["reason"], document["sequence"], document["offset"]) == ("not JSON", 7, 14)
