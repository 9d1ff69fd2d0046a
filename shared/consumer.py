"""From Kafka to a service, exactly once in effect: poll a batch, one transaction, offsets last.

A service gives `apply(conn, batch)`; this loop decodes, takes out duplicates and gaps (`positions`), keeps dead
letters, and calls it inside the transaction that also moves the positions. Two kinds of error only: an invalid event
goes to the dead letters, anything else ends the process before it committed, and its supervisor starts it again.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import CommitFailedError, RebalanceInProgressError
from kafka.structs import OffsetAndMetadata

from shared import beats, broker, dead_letters, events, positions, stopping
from shared.batch import NOWHERE, Batch, Counts, Reader, admit
from shared.db import Connection, Schema, connect, require_current
from shared.dead_letters import DeadLetter
from shared.process import Status, StopSignal
from shared.settings import Settings
from shared.stop_rule import TooManyDeadLetters
from shared.telemetry import configure_logs

ASSIGNMENT_SECONDS = 30
POLL_MS = 1000
# A batch is some hundred thousand small objects without a circle: looking for circles took half of the time.
GC_THRESHOLD = 200_000

log = structlog.get_logger()


class NotAssigned(Exception):
    """No partition came within 30 s: end, and be started again."""


class LogBegunAnew(Exception):
    """A topic was made anew, so our place in it means nothing: end, be started again, and read it from its start."""


Apply = Callable[[Connection, Batch], None]


def run(
    settings: Settings,
    schema: Schema,
    group: str,
    topics: tuple[str, ...],
    apply: Apply,
    tick: Callable[[Connection], None] | None = None,
) -> None:
    """Consume `topics` as a member of `group` until asked to stop.

    `tick` is called in a transaction of its own after a poll that brought nothing: about once a second while idle.
    """
    gc.set_threshold(GC_THRESHOLD)
    configure_logs(settings.log_level)
    stop = StopSignal()
    status, counts = Status("consumer"), Counts()
    with connect(settings, schema) as conn:
        require_current(conn, schema)
        status.begin(conn)
        broker.ensure_topics(settings)
        consumer = broker.consumer(settings, group, topics)
        try:
            assignment, log_ids = _Assignment(settings.kafka_session_timeout_ms / 1000), _LogIds()
            while not stop:
                polled = consumer.poll(timeout_ms=POLL_MS)
                assignment.check(consumer)
                log_ids.check(consumer)
                if polled:
                    process(settings, conn, polled, apply, counts)
                    if settings.kafka_consumer_groups:
                        _commit(consumer, polled)
                    _send_dead_letters(settings, conn)
                elif tick is not None:
                    with conn.transaction():
                        tick(conn)
                status.beat(conn, _detail(conn, consumer, counts))
        except TooManyDeadLetters as error:
            status.beat(conn, {"ready": False, "stopped": str(error), **vars(counts)}, now=True)
            raise
        finally:
            consumer.close(autocommit=False)


def process(
    settings: Settings, conn: Connection, polled: dict[Any, list[Any]], apply: Apply, counts: Counts
) -> None:
    """Apply one poll's records in one transaction. Raises TooManyDeadLetters, and then nothing is applied."""
    batch, reader = Batch(), Reader()
    for partition, records in polled.items():
        name = partition.topic.removeprefix(settings.topic_prefix)
        if name == events.RESPONSES:
            reader.responses(records)
        else:
            reader.others(name, records, batch)
    numbered = reader.numbered
    with conn.transaction():
        locked = positions.lock(conn, keys) if (keys := {entry[0] for entry in numbered} - {NOWHERE}) else {}
        fresh = dead_letters.keep(conn, reader.letters)
        letters, verdicts = admit(numbered, locked, batch, counts, fresh)
        counts.dead += len(letters) + len(fresh)
        dead_letters.keep(conn, letters)
        apply(conn, batch)
        positions.save(conn, locked.values())
        _hear(conn, batch)
        others = {name: reader.verdicts(name, fresh) for name in reader.told}
        stopping.judge(conn, others | ({events.RESPONSES: verdicts} if numbered else {}))


def _hear(conn: Connection, batch: Batch) -> None:
    """What the relay's beats say: how fresh this receiver is, and which gaps nothing can ever fill."""
    beats.take(conn, batch.heartbeats)
    for beat in batch.heartbeats:
        for forged in positions.forget_unreal_gaps(conn, beat["last_sequence"], beat["beat_at"]):
            log.error("a sequence that was never given", **forged._asdict())
            dead_letters.keep(conn, [dead_letters.future(*forged)])


@dataclass
class _Assignment:
    """Ends a process that its group gives nothing to, for a new member to join in its place.

    A broker that forgot its topics leaves members behind that never get partitions again; after a loss a rebalance is
    given the session timeout, in which a member that is gone is noticed.
    """

    session_seconds: float
    patience: float = ASSIGNMENT_SECONDS
    seen_at: float = field(default_factory=time.monotonic)

    def check(self, consumer: KafkaConsumer) -> None:
        """Raise NotAssigned where the group has given nothing for too long."""
        if consumer.assignment():
            self.patience = min(ASSIGNMENT_SECONDS, self.session_seconds + 2)
            self.seen_at = time.monotonic()
        elif time.monotonic() - self.seen_at > self.patience:
            raise NotAssigned(f"no partition assigned within {self.patience:.0f} s")


@dataclass
class _LogIds:
    """Ends a process whose broker lost a topic and has it again.

    A client keeps its place over that; what was sent again below it would never be read.
    """

    seen: dict[str, UUID] = field(default_factory=dict)

    def check(self, consumer: KafkaConsumer) -> None:
        """Raise LogBegunAnew where a topic is not the one that it was."""
        now = broker.topic_ids(consumer, {partition.topic for partition in consumer.assignment()})
        changed = sorted(name for name, id in now.items() if self.seen.setdefault(name, id) != id)
        if changed:
            raise LogBegunAnew(", ".join(changed))


def _commit(consumer: KafkaConsumer, polled: dict[TopicPartition, list[Any]]) -> None:
    offsets = {
        partition: OffsetAndMetadata(records[-1].offset + 1, "", -1)
        for partition, records in polled.items()
        if records
    }
    try:
        consumer.commit(offsets)
    except (CommitFailedError, RebalanceInProgressError) as error:
        # The effect is committed; whoever has the partition now reads these again and skips them.
        log.warning("offsets not committed", error=repr(error))


def _send_dead_letters(settings: Settings, conn: Connection) -> None:
    if not dead_letters.any_waiting(conn):
        return
    producer = broker.producer(settings)
    try:

        def send(letters: Sequence[DeadLetter]) -> None:
            sent = [producer.send(*_addressed(settings, letter)) for letter in letters]
            for future in sent:
                future.get(timeout=30)

        while dead_letters.send_waiting(conn, send):
            pass
    finally:
        producer.close(timeout=5)


def _addressed(settings: Settings, letter: DeadLetter) -> tuple[str, bytes, bytes | None]:
    """Topic, value and key of a letter as it is sent."""
    name = broker.topic(settings, broker.dead_topic(letter.topic))
    return name, letter.message(), letter.key.encode() if letter.key else None


def _detail(conn: Connection, consumer: KafkaConsumer, counts: Counts) -> dict[str, Any]:
    assigned = consumer.assignment()
    lag = 0
    for partition in assigned:
        end, at = consumer.highwater(partition), consumer.position(partition, timeout_ms=100)
        lag += max(0, end - at) if end is not None and at is not None else 0
    silent = broker.silent_seconds(consumer)
    ready = bool(assigned) and silent < broker.SILENT_SECONDS
    return {
        "ready": ready,
        "partitions": len(assigned),
        "lag": lag,
        "broker_silent_seconds": round(silent, 1),
        **vars(counts),
    }
