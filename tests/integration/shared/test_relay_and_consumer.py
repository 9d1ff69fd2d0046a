"""The way from the outbox to a receiver, over a real broker: stamped, sent, consumed exactly once, gaps, poison."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer

from shared import broker, consumer, dead_letters, events, outbox, positions, relay
from shared.batch import Batch, Counts
from shared.db import Connection, Schema, connect, migrate
from shared.process import Status
from shared.settings import Settings

pytestmark = pytest.mark.broker

FOLDER = Path(__file__).parent / "migrations"
SENDER = Schema("sender", FOLDER, ("process", "outbox"))
RECEIVER = Schema("receiver", FOLDER, ("process", "receiver"))
START = datetime(2026, 11, 1, tzinfo=UTC)
KEY = "shop/delivery"


@pytest.fixture
def sender(settings: Settings) -> Iterator[Connection]:
    migrate(settings, SENDER)
    with connect(settings, SENDER) as conn:
        yield conn


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Connection]:
    migrate(settings, RECEIVER)
    with connect(settings, RECEIVER) as conn:
        conn.execute("CREATE TABLE effect (key text, sequence bigint)")
        yield conn


def answers(count: int, key: str = KEY, historic: bool = False) -> list[outbox.OutboxRow]:
    journey, stage = key.split("/")
    data = {
        "answer_id": "a", "survey": "s", "survey_revision": 1, "journey": journey, "stage": stage, "touchpoint": "t",
        "metric": "nps", "audience": "customer", "score": 9, "reasons": [], "segments": {}, "channel": "web",
        "lang": "en", "answered_at": events.isoformat(START), "historic": historic,
    }  # fmt: skip
    kind = events.response_type(events.RECORDED)
    return [outbox.OutboxRow(events.RESPONSES, key, kind, dict(data), historic, START) for _ in range(count)]


def send_all(settings: Settings, conn: Connection) -> int:
    broker.ensure_topics(settings)
    producer = broker.producer(settings)
    while outbox.stamp(conn, 1000):
        pass
    sent = 0
    while count := relay.send_waiting(settings, conn, producer, Status("relay")):
        sent += count
    producer.close()
    return sent


def apply(conn: Connection, batch: Batch) -> None:
    with conn.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO effect VALUES (%s, %s)",
            [(f"{data['journey']}/{data['stage']}", data["sequence"]) for _, data in batch.responses],
        )


class Reader:
    """The consumer loop, driven by the test: read until `count` records came, in polls as the broker gives them."""

    def __init__(self, settings: Settings, conn: Connection, group: str = "test") -> None:
        self.settings, self.conn = settings, conn
        self.consumer: KafkaConsumer = broker.consumer(settings, group, (events.RESPONSES,))
        self.counts = Counts()

    def read(self, count: int) -> None:
        deadline, seen = time.monotonic() + 30, 0
        while seen < count:
            assert time.monotonic() < deadline, f"only {seen} of {count} records came"
            polled = self.consumer.poll(timeout_ms=1000)
            consumer.process(self.settings, self.conn, polled, apply, self.counts)
            seen += sum(len(records) for records in polled.values())

    def sequences(self, key: str = KEY) -> list[int]:
        rows = self.conn.execute("SELECT sequence FROM effect WHERE key = %s ORDER BY sequence", [key])
        return [row["sequence"] for row in rows]


@pytest.fixture
def reader(settings: Settings, receiver: Connection) -> Iterator[Reader]:
    broker.ensure_topics(settings)
    found = Reader(settings, receiver)
    yield found
    found.consumer.close(autocommit=False)


def test_each_event_takes_effect_once_although_everything_is_sent_three_times(
    settings: Settings, sender: Connection, reader: Reader
) -> None:
    outbox.append(sender, answers(250) + answers(50, "shop/order"))
    assert send_all(settings, sender) == 300
    for _ in range(2):
        assert outbox.rewind(sender, 0) == 300
        assert send_all(settings, sender) == 300
    reader.read(900)
    assert reader.sequences() == list(range(1, 251))
    assert reader.sequences("shop/order") == list(range(1, 51))
    assert (reader.counts.applied, reader.counts.duplicates, reader.counts.gaps) == (300, 600, 0)


def test_gap_is_not_applied_and_heals_when_the_log_is_sent_again(
    settings: Settings, sender: Connection, reader: Reader
) -> None:
    outbox.append(sender, answers(10))
    while outbox.stamp(sender, 1000):
        pass
    lost = outbox.stamped_after(sender, 0, 4)[-1]["position"]
    assert outbox.acknowledge(sender, before=0, now=lost)
    send_all(settings, sender)
    reader.read(6)
    assert reader.sequences() == []
    assert [gap["gap_sequence"] for gap in positions.gaps(reader.conn)] == [10]
    needed = outbox.lowest_needed(sender, events.RESPONSES, positions.read(reader.conn))
    assert outbox.rewind(sender, needed) == 10
    send_all(settings, sender)
    reader.read(10)
    assert reader.sequences() == list(range(1, 11))
    assert positions.gaps(reader.conn) == []


def test_poison_consumes_its_sequence_and_is_kept_with_its_reason(
    settings: Settings, sender: Connection, reader: Reader
) -> None:
    rows = answers(3)
    rows[1].data["score"] = 11
    outbox.append(sender, rows)
    send_all(settings, sender)
    producer = broker.producer(settings)
    producer.send(broker.topic(settings, events.RESPONSES), key=KEY.encode(), value=b"not json").get(
        timeout=10
    )
    producer.close()
    reader.read(4)
    assert positions.skipped(reader.conn) == {KEY: 1}
    assert reader.sequences() == [1, 3]
    sent: list[dead_letters.DeadLetter] = []
    dead_letters.send_waiting(reader.conn, sent.extend)
    assert any("outside 0-10" in letter.reason for letter in sent)
    assert [letter.value for letter in sent if "not JSON" in letter.reason] == [b"not json"]
    assert not dead_letters.any_waiting(reader.conn)


def test_a_failing_effect_leaves_nothing_behind(
    settings: Settings, sender: Connection, reader: Reader
) -> None:
    outbox.append(sender, answers(5))
    send_all(settings, sender)

    def fail(conn: Connection, batch: Batch) -> None:
        apply(conn, batch)
        raise RuntimeError("half-way")

    polled: dict[Any, Any] = {}
    deadline = time.monotonic() + 30
    while not polled and time.monotonic() < deadline:
        polled = reader.consumer.poll(timeout_ms=1000)
    with pytest.raises(RuntimeError):
        consumer.process(settings, reader.conn, polled, fail, reader.counts)
    assert reader.sequences() == []
    assert positions.read(reader.conn) == {}


def test_stamping_puts_live_before_historic_and_never_turns_time_back(sender: Connection) -> None:
    early, late = answers(1)[0], answers(1)[0]
    late = replace(late, received_at=START + timedelta(hours=1))
    outbox.append(sender, [*answers(2, historic=True), late, early])
    assert outbox.stamp(sender, 1000) == 4
    rows = outbox.stamped_after(sender, 0, 10)
    historic = [row["data"]["historic"] for row in rows]
    assert historic == [False, False, True, True]
    assert [row["sequence"] for row in rows] == [1, 2, 3, 4]
    assert {row["recorded_at"] for row in rows} == {START + timedelta(hours=1)}


def test_the_watermark_is_not_moved_over_a_rewind(sender: Connection) -> None:
    outbox.append(sender, answers(3))
    outbox.stamp(sender, 10)
    assert outbox.acknowledge(sender, before=0, now=3)
    outbox.rewind(sender, 1)
    assert not outbox.acknowledge(sender, before=3, now=3)
    assert outbox.acknowledged(sender) == 1
