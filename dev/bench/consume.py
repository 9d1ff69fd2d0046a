"""One turn of reading the prepared events, in a process of its own: `python -m dev.bench.consume poll|…`.

poll decodes the JSON of every event and drops it. The other two are the real consumer loop with the service's real
handler. All are timed alike: from when the first batch was decoded to when the last one was, all other batches
committed in between. Prints JSON.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from functools import partial

import orjson

from dev.bench.memory import peak_mb
from services import aggregator, alerts
from services.aggregator import handler as aggregator_handler
from services.aggregator.periods import Days
from services.alerts import handler as alerts_handler
from shared import broker, consumer, events
from shared.batch import Batch
from shared.db import Connection
from shared.settings import Settings, load


class Clock:
    """Counts events until all have come, and stops the time between the first batch and the last."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.first = self.seen = 0
        self.began = self.ended = self.busy = 0.0

    def saw(self, number: int) -> bool:
        """Note a batch just decoded; whether it was the last."""
        if number and not self.seen:
            self.first, self.began, self.busy = number, time.monotonic(), -time.process_time()
        self.seen += number
        if self.seen >= self.total and not self.ended:
            self.ended = time.monotonic()
            self.busy += time.process_time()
        return bool(self.ended)

    def report(self) -> dict[str, float]:
        return {
            "count": self.seen - self.first,
            "seconds": self.ended - self.began,
            "cpu_seconds": self.busy,
            "peak_mb": peak_mb(os.getpid()),
        }


def poll(settings: Settings, group: str, clock: Clock) -> None:
    """Poll and decode, with the very client settings of our consumers."""
    client = broker.consumer(settings, group, (events.RESPONSES,))
    done = False
    while not done:
        number = 0
        for records in client.poll(timeout_ms=consumer.POLL_MS).values():
            for record in records:
                orjson.loads(record.value)
            number += len(records)
        done = clock.saw(number)
    client.close(autocommit=False)


def aggregate(settings: Settings, group: str, clock: Clock) -> None:
    """The aggregator's consumer."""
    apply = partial(aggregator_handler.apply, days=Days(settings.report_tz))
    consumer.run(settings, aggregator.SCHEMA, group, aggregator_handler.TOPICS, _timed(apply, clock))


def detect(settings: Settings, group: str, clock: Clock) -> None:
    """The alerts consumer."""
    topics = (events.RESPONSES, events.JOURNEYS, events.HEARTBEAT)
    apply = alerts_handler.Handler(settings.report_tz).apply
    consumer.run(settings, alerts.SCHEMA, group, topics, _timed(apply, clock))


def _timed(apply: consumer.Apply, clock: Clock) -> consumer.Apply:
    def timed(conn: Connection, batch: Batch) -> None:
        if clock.saw(len(batch.responses)):
            os.kill(os.getpid(), signal.SIGTERM)  # the loop ends after it committed this batch
        apply(conn, batch)

    return timed


KINDS: dict[str, Callable[[Settings, str, Clock], None]] = {
    "poll": poll,
    "aggregator": aggregate,
    "alerts": detect,
}

if __name__ == "__main__":
    kind, group, total = sys.argv[1:]
    measured = Clock(int(total))
    KINDS[kind](load(), group, measured)
    print(json.dumps(measured.report()))
