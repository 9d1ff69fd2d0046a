"""The receivers as they run: polls of any size, several processes, restarts, poison, people who decide and redrive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any, NamedTuple

from kafka import TopicPartition

from services import aggregator, alerts
from services.aggregator import handler as sums
from services.aggregator.periods import Days
from services.alerts.detection import OUTCOME, OUTCOMES, SETTINGS
from services.alerts.handler import Handler
from services.alerts.redriving import bring_back
from services.alerts.store import decisions, incidents
from shared import consumer, dead_letters, outbox
from shared.batch import Batch, Counts
from shared.db import Connection, connect
from shared.events import RESPONSES
from shared.redriving import redrive
from shared.settings import Settings
from tests.integration.rebuild.history import Place

RESTART, DECIDE, REDRIVE = 0.1, 0.3, 0.1


class Record(NamedTuple):
    """A message as kafka-python gives it."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


@dataclass
class Live:
    """Both receivers on one database; `read` takes the log from where they were."""

    settings: Settings
    random: Random
    places: list[Place]
    source: Connection
    largest_poll: int
    counts: Counts = field(default_factory=Counts)
    outcomes: int = 0
    poison: float = 0.001

    def __post_init__(self) -> None:
        self.alerts = connect(self.settings, alerts.SCHEMA)
        self.aggregator = connect(self.settings, aggregator.SCHEMA)
        sums.require_zone(self.aggregator, self.settings)
        self.days = Days(self.settings.report_tz)
        self.handlers = [self._handler(), self._handler()]
        self.position = 0

    def close(self) -> None:
        self.alerts.close()
        self.aggregator.close()

    def read(self, last: int, *, deciding: bool = True) -> None:
        """Everything of the log up to position `last`, in polls of a random size."""
        while self.position < last:
            size = min(self.random.randint(1, self.largest_poll), last - self.position)
            rows = outbox.stamped_after(self.source, self.position, size)
            self.position = rows[-1]["position"]
            self._poll(self.aggregator, rows, partial(sums.apply, days=self.days))
            self._poll(self.alerts, rows, self.handlers[self.random.randrange(2)].apply)
            if self.random.random() < RESTART:
                self.handlers[self.random.randrange(2)] = self._handler()
            if deciding and self.random.random() < DECIDE:
                self._somebody_decides()
            if deciding and self.random.random() < REDRIVE:
                self.redrive()

    def tick(self) -> None:
        """A poll that brings nothing."""
        with self.alerts.transaction():
            self.handlers[0].apply(self.alerts, Batch())

    def _handler(self) -> Handler:
        return Handler(self.settings.report_tz)

    def _poll(self, conn: Connection, rows: list[dict[str, Any]], apply: consumer.Apply) -> None:
        polled: dict[TopicPartition, list[Any]] = {}
        for row in rows:
            value = outbox.event(row)
            if row["topic"] == RESPONSES and self.random.random() < self.poison:
                value = value[:-20]
            headers = [("sequence", str(row["sequence"]).encode())]
            name = self.settings.topic_prefix + row["topic"]
            polled.setdefault(TopicPartition(name, 0), []).append(
                Record(name, 0, row["position"], row["key"].encode(), value, headers)
            )
        consumer.process(self.settings, conn, polled, apply, self.counts)

    def _somebody_decides(self) -> None:
        """Resolve an incident of NPS, or change a detector's settings; the other incidents recover by themselves."""
        if self.random.random() < 0.7 and self.resolve_one(["nps"]):
            return
        journey, stage, metric, audience = self.random.choice(self.places)
        rate, enabled = self.random.choice((None, None, 0.2, 2.0)), self.random.random() < 0.9
        payload = {"enabled": enabled, "false_alarms_per_year": rate}
        decisions.ask(self.alerts, f"{journey}/{stage}", metric, audience, SETTINGS, payload, "ana")

    def resolve_one(self, metrics: Sequence[str] = ("nps", "csat", "ces")) -> bool:
        """Resolve the oldest open incident of these, in each of the three ways in turn; whether there is one."""
        row = self.alerts.execute(
            "SELECT * FROM incident WHERE state <> 'resolved' AND metric = ANY(%s) ORDER BY opening_sequence LIMIT 1",
            [list(metrics)],
        ).fetchone()
        if row is None:
            return False
        self._resolve(row, OUTCOMES[self.outcomes % 3])
        self.outcomes += 1
        return True

    def redrive(self) -> None:
        """Somebody brings back the newest dead letter and about half of the others, while answers go on coming."""
        takes = (
            (self.aggregator, lambda conn, found: sums.apply(conn, Batch(list(found)), self.days)),
            (self.alerts, bring_back),
        )
        for conn, take in takes:
            missing = dead_letters.find(conn, missing=True)
            letters = missing[:1] + [one for one in missing[1:] if self.random.random() < 0.5]
            with conn.transaction():
                redrive(conn, self.source, letters, take)

    def _resolve(self, row: dict[str, Any], outcome: str) -> None:
        zone = self.settings.report_tz
        day = (row["opened_at"] + timedelta(days=1)).astimezone(zone).date()
        payload = {
            "opening_sequence": row["opening_sequence"],
            "onset_day": row["onset"].astimezone(zone).date().isoformat(),
            "day": day.isoformat(),
            "outcome": outcome,
        }
        key = f"{row['journey']}/{row['stage']}"
        with self.alerts.transaction():
            incidents.resolve(self.alerts, row["id"], "ana", outcome, "a note")
            decisions.ask(self.alerts, key, row["metric"], row["audience"], OUTCOME, payload, "ana")
