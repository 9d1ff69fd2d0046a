"""The stop rule as it is kept: what stopped stays stopped, what came twice counts once, and a person may go on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from kafka import TopicPartition

from shared import dead_letters, events, outbox, positions
from shared.db import Connection
from shared.settings import Settings
from shared.stop_rule import TooManyDeadLetters
from tests.integration.cli.conftest import Command
from tests.integration.dead_letters import poison
from tests.integration.dead_letters.receivers import Receiver
from tests.integration.rebuild.live import Record

Take = Callable[..., None]


@pytest.fixture
def receiver(receivers: list[Receiver]) -> Receiver:
    return receivers[0]


@pytest.fixture
def take(settings: Settings, receiver: Receiver) -> Take:
    """Gives the receiver (value, sequence) messages of one key, from `offset` on; without a sequence: a stranger's."""

    def give(
        messages: list[tuple[bytes, int | None]], offset: int = 0, topic: str = events.RESPONSES
    ) -> None:
        name = settings.topic_prefix + topic
        records = [
            Record(name, 0, at, poison.KEY.encode(), value, _header(sequence))
            for at, (value, sequence) in enumerate(messages, offset)
        ]
        receiver.take({TopicPartition(name, 0): records})

    return give


def _header(sequence: int | None) -> list[tuple[str, bytes]]:
    return [] if sequence is None else [("sequence", str(sequence).encode())]


def bad(first: int, last: int) -> list[tuple[bytes, int | None]]:
    return [(b"nonsense", sequence) for sequence in range(first, last + 1)]


def test_a_stopped_receiver_stays_stopped_until_a_person_lets_it_go_on(
    receiver: Receiver, take: Take, command: Command
) -> None:
    take(bad(1, 99))
    for _ in range(2):  # the second time as a process that was started again
        with pytest.raises(TooManyDeadLetters, match="in a row"):
            take(bad(100, 100))
    assert positions.read(receiver.conn) == {poison.KEY: 99}, "nothing was consumed by the stop"
    assert command("dead-letters", "let-pass", "aggregator", "50")[0] == 0
    take(bad(100, 99 + 50 + 99))
    assert positions.read(receiver.conn) == {poison.KEY: 99 + 50 + 99}


def test_what_comes_again_is_counted_once(receiver: Receiver, take: Take) -> None:
    strangers: list[tuple[bytes, int | None]] = [(b"stranger %d" % n, None) for n in range(30)]
    for _ in range(5):
        take(bad(1, 60) + strangers)
    assert len(receiver.letters()) == 90
    with pytest.raises(TooManyDeadLetters):
        take(bad(61, 70))


def test_a_forged_sequence_makes_a_gap_only_until_the_next_beat(
    settings: Settings, log: Connection, receiver: Receiver, take: Take
) -> None:
    poison.accept(log, settings, 5)
    rows = outbox.stamped_after(log, 0, 10)
    real = [(outbox.event(row), row["sequence"]) for row in rows]
    forged = poison.changed(sequence=10**15)(real[0][0])
    take([*real[:2], (forged, 10**15), (b"nonsense", 10**16)])
    assert [gap["gap_sequence"] for gap in positions.gaps(receiver.conn)] == [10**16]
    take([beat(receiver, 5)], topic=events.HEARTBEAT)
    assert [gap["gap_sequence"] for gap in positions.gaps(receiver.conn)] == [5], "3 to 5 are on their way"
    take(real[2:])
    assert positions.gaps(receiver.conn) == []
    take([(forged, None)], offset=50)
    take([beat(receiver, 5)], topic=events.HEARTBEAT)
    assert positions.gaps(receiver.conn) == []
    [first, second] = receiver.letters()
    assert first["reason"] == f"future sequence {10**16}: the log of {poison.KEY} had come to 5"
    assert (second["sequence"], dead_letters.missing(receiver.conn, events.RESPONSES)) == (None, [])


def beat(receiver: Receiver, last: int) -> tuple[bytes, None]:
    """What the relay says now: the log has come to `last`."""
    row = receiver.conn.execute("SELECT clock_timestamp() AS now").fetchone()
    assert row is not None
    now = events.isoformat(row["now"])
    data = {"beat_at": now, "complete_to": now, "last_sequence": {poison.KEY: last}, "survey_web_ready": True}
    return events.encode(events.HEARTBEAT_TYPE, "relay", 1, now, data), None
