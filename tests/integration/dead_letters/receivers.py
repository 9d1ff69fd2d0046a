"""Both receivers with their real handlers, driven by the test over a real broker."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import orjson
from kafka import KafkaConsumer, TopicPartition

from services import aggregator, alerts
from services.aggregator import handler as sums
from services.aggregator.periods import Days
from services.alerts.handler import Handler
from shared import broker, consumer
from shared.batch import Batch, Counts
from shared.db import Connection, connect
from shared.events import RESPONSES
from shared.settings import Settings

PATIENCE = 30


class Receiver:
    """One of the two: its tables, and a consumer that has read nothing yet."""

    def __init__(self, settings: Settings, name: str) -> None:
        self.settings, self.name = settings, name
        schema = {"aggregator": aggregator.SCHEMA, "alerts": alerts.SCHEMA}[name]
        self.conn: Connection = connect(settings, schema)
        if name == "aggregator":
            sums.require_zone(self.conn, settings)
            self.apply: consumer.Apply = partial(sums.apply, days=Days(settings.report_tz))
        else:
            self.apply = Handler(settings.report_tz).apply
        self.counts = Counts()
        self.consumer: KafkaConsumer | None = None

    def read(self, count: int) -> None:
        """Take the next `count` messages of the topic, in polls as the broker gives them."""
        if self.consumer is None:
            self.consumer = broker.consumer(self.settings, self.name, (RESPONSES,))
        deadline, seen = time.monotonic() + PATIENCE, 0
        while seen < count:
            assert time.monotonic() < deadline, f"only {seen} of {count} messages came"
            polled = self.consumer.poll(timeout_ms=1000)
            if polled:
                self.take(polled)
            seen += sum(len(records) for records in polled.values())

    def take(self, polled: dict[TopicPartition, list[Any]]) -> None:
        consumer.process(self.settings, self.conn, polled, self.apply, self.counts)

    def tick(self) -> None:
        """A poll that brings nothing."""
        with self.conn.transaction():
            self.apply(self.conn, Batch())

    def letters(self) -> list[dict[str, Any]]:
        return self.conn.execute("SELECT * FROM dead_letter ORDER BY id").fetchall()

    def close(self) -> None:
        if self.consumer is not None:
            self.consumer.close(autocommit=False)
        self.conn.close()


def dead_messages(settings: Settings, count: int) -> list[dict[str, Any]]:
    """The first `count` messages of the dead topic."""
    name = broker.topic(settings, broker.dead_topic(RESPONSES))
    reader = KafkaConsumer(
        bootstrap_servers=list(settings.kafka_bootstrap_servers), group_id=None, enable_auto_commit=False
    )
    reader.assign([TopicPartition(name, 0)])
    reader.seek_to_beginning()
    found: list[dict[str, Any]] = []
    deadline = time.monotonic() + PATIENCE
    while len(found) < count and time.monotonic() < deadline:
        for records in reader.poll(timeout_ms=1000).values():
            found += [orjson.loads(record.value) for record in records]
    reader.close(autocommit=False)
    return found
