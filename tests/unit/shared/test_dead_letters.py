"""What goes to the dead topic, and what a column takes."""

from __future__ import annotations

import orjson

from shared.dead_letters import MAX_SENT, DeadLetter, storable


def test_message_keeps_every_byte() -> None:
    raw = bytes(range(256))
    letter = DeadLetter("survey.responses", 3, 14, "shop/delivery", 7, "not JSON", raw)
    document = orjson.loads(letter.message())
    assert document["value"].encode("latin-1") == raw
    assert (document["reason"], document["sequence"], document["offset"]) == ("not JSON", 7, 14)


def test_what_is_too_large_for_the_broker_is_cut_and_says_so() -> None:
    letter = DeadLetter("survey.responses", 3, 14, None, None, "not JSON", bytes(900_000))
    message = letter.message()
    assert len(message) < 1_000_000
    document = orjson.loads(message)
    assert (len(document["value"]), document["bytes"]) == (MAX_SENT, 900_000)


def test_a_text_is_made_storable() -> None:
    assert storable("a\0b\ud800c", 4) == "a\ufffdb?"
