"""From the outbox to Kafka: stamp what is committed, send everything above the watermark in order, move the watermark.

One relay works at a time (advisory lock); a second one waits. It never gives up on a broker that is away: it makes a
new producer and sends again from the watermark, which receivers see as duplicates.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import structlog
from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

from shared import broker, events, outbox
from shared.db import Connection, Schema, connect, require_current
from shared.process import Status, StopSignal
from shared.settings import Settings
from shared.telemetry import configure_logs

BATCH = 2000
IDLE_SECONDS = 0.02
HEARTBEAT_SECONDS = 60
RETRY_SECONDS = 1.0
# A broker that hangs is one whose answer is awaited longer; the producer gives each event up after 20 s.
PATIENCE_SECONDS = 5.0
GIVE_UP_SECONDS = 30.0
RELAY_LOCK = 7_402_002

log = structlog.get_logger()


def run(settings: Settings, schema: Schema) -> None:
    """Relay until asked to stop. Database errors end the process, which its supervisor starts again."""
    configure_logs(settings.log_level)
    stop = StopSignal()
    status = Status("relay")
    with connect(settings, schema) as conn:
        require_current(conn, schema)
        status.begin(conn)
        while not stop and not _lead(conn):
            status.beat(conn, {"ready": True, "standby": True})
            time.sleep(RETRY_SECONDS)
        while not stop:
            try:
                _relay(settings, conn, status, stop)
            except KafkaError as error:
                log.warning("broker away", error=repr(error))
                _stamp(conn)
                status.beat(conn, {"ready": False, "error": repr(error), **outbox.waiting(conn)}, now=True)
                time.sleep(RETRY_SECONDS)


def _lead(conn: Connection) -> bool:
    row = conn.execute("SELECT pg_try_advisory_lock(%s) AS mine", [RELAY_LOCK]).fetchone()
    return row == {"mine": True}


def _relay(settings: Settings, conn: Connection, status: Status, stop: StopSignal) -> None:
    broker.ensure_topics(settings)
    producer = broker.producer(settings)
    beat_due = time.monotonic()
    try:
        while not stop:
            stamped = _stamp(conn)
            sent = send_waiting(settings, conn, producer, status)
            if time.monotonic() >= beat_due:
                beat_due = time.monotonic() + HEARTBEAT_SECONDS
                _heartbeat(settings, conn, producer, status)
            status.beat(conn, {"ready": True, **outbox.waiting(conn)})
            if not stamped and not sent:
                time.sleep(IDLE_SECONDS)
    finally:
        producer.close(timeout=1)


def _stamp(conn: Connection) -> int:
    with conn.transaction():
        return outbox.stamp(conn, BATCH)


def send_waiting(settings: Settings, conn: Connection, producer: KafkaProducer, status: Status) -> int:
    """Send the next rows above the watermark and wait for the broker; the number sent. Raises KafkaError."""
    before = outbox.acknowledged(conn)
    rows = outbox.stamped_after(conn, before, BATCH)
    if not rows:
        return 0
    futures = [_send(settings, producer, row) for row in rows]
    _deliver(conn, producer, status, futures)
    outbox.acknowledge(conn, before=before, now=rows[-1]["position"])
    return len(rows)


def _send(settings: Settings, producer: KafkaProducer, row: dict[str, Any]) -> Any:
    return producer.send(
        broker.topic(settings, row["topic"]),
        key=row["key"].encode(),
        value=outbox.event(row),
        headers=[("sequence", str(row["sequence"]).encode())],
    )


def _deliver(conn: Connection, producer: KafkaProducer, status: Status, futures: Sequence[Any]) -> None:
    """Wait until the broker has it all, and say so while that takes long: silence would mean that nobody relays.

    Raises KafkaError.
    """
    began = time.monotonic()
    while True:
        try:
            producer.flush(timeout=PATIENCE_SECONDS)
            break
        except KafkaTimeoutError:
            waited = time.monotonic() - began
            if waited > GIVE_UP_SECONDS:
                raise
            error = f"the broker has not taken what was sent for {waited:.0f} s"
            status.beat(conn, {"ready": False, "error": error, **outbox.waiting(conn)}, now=True)
    for future in futures:
        future.get(timeout=0)


def _heartbeat(settings: Settings, conn: Connection, producer: KafkaProducer, status: Status) -> None:
    complete_to, now = (events.isoformat(at) for at in outbox.complete_to(conn))
    data = {
        "beat_at": now,
        "complete_to": complete_to,
        "last_sequence": outbox.last_sequences(conn, events.RESPONSES),
        "follow_ups": sum(outbox.last_sequences(conn, events.FOLLOW_UPS).values()),
        "survey_web_ready": _ready(f"{settings.internal_url('survey')}/readyz"),
    }
    value = events.encode(events.HEARTBEAT_TYPE, "relay", int(time.time()), now, data)
    _deliver(conn, producer, status, [producer.send(broker.topic(settings, events.HEARTBEAT), value=value)])


def _ready(url: str) -> bool:
    try:
        with urlopen(url, timeout=1) as answer:  # noqa: S310 - our own address, from the settings
            return bool(answer.status == 200)
    except (URLError, TimeoutError, ConnectionError):
        return False
