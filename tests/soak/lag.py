"""How much is on its way: events not yet with the broker, and answers a receiver has not counted yet."""

from __future__ import annotations

import contextlib
import threading
import time

import psycopg

from dev.temporary_stack import Stack
from tests.soak.memory import EVERY_SECONDS, Point

LAG = """
SELECT (SELECT count(*) FROM survey.outbox WHERE position IS NULL) AS unstamped,
       sum(k.last_sequence - coalesce(a.last_sequence, 0)) AS aggregator,
       sum(k.last_sequence - coalesce(b.last_sequence, 0)) AS alerts
FROM survey.outbox_key k
LEFT JOIN aggregator.position a USING (key) LEFT JOIN alerts.position b USING (key)
WHERE k.topic = 'survey.responses'"""
WHERE_IT_WAITS = ("unstamped", "aggregator", "alerts")


class Lag(threading.Thread):
    """Samples until `over` is set: for each place where answers wait, (seconds, how many)."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(daemon=True)
        self.stack, self.over = stack, threading.Event()
        self.points: dict[str, list[Point]] = {name: [] for name in WHERE_IT_WAITS}

    def run(self) -> None:
        while not self.over.wait(EVERY_SECONDS):
            with contextlib.suppress(psycopg.OperationalError), self.stack.connect() as conn:
                row = conn.execute(LAG).fetchone()
                assert row is not None
                for name in WHERE_IT_WAITS:
                    self.points[name].append((time.monotonic(), float(str(row[name] or 0))))
