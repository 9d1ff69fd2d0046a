"""The notifier: turns announcements into notifications, and sends those that are due.

Every step is a short transaction; the aggregator and the receivers are called outside of one. Several notifiers share
the work by leases. A process that dies between sending and recording repeats the message after its lease, with the
same id; it never loses one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from services.alerts import SCHEMA, announcements, muting, review_sending, schedule, sending
from services.alerts.channels.outcome import Outcome
from services.alerts.messages.story import TEST
from services.alerts.store import notifications as store
from shared.db import Connection, connect, require_current
from shared.process import BEAT_SECONDS, Status, StopSignal
from shared.settings import Settings
from shared.telemetry import configure_logs

PROCESS = "notifier"
IDLE_SECONDS = 0.2

Clock = Callable[[], datetime]


def clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def run(settings: Settings) -> None:
    """Send until asked to stop. Database errors end the process, which its supervisor starts again."""
    configure_logs(settings.log_level)
    status, stop = Status(PROCESS), StopSignal()
    with connect(settings, SCHEMA) as conn:
        require_current(conn, SCHEMA)
        status.begin(conn)
        beat_due = time.monotonic()
        while not stop:
            if time.monotonic() >= beat_due:
                beat_due = time.monotonic() + BEAT_SECONDS
                status.beat(conn, _detail(conn), now=True)
            if not step(conn, settings, clock):
                time.sleep(IDLE_SECONDS)


def _detail(conn: Connection) -> dict[str, Any]:
    waiting = store.waiting(conn, clock())
    return {"ready": True, "due": waiting["due"], "oldest_seconds": round(waiting["oldest"], 1)}


def step(conn: Connection, settings: Settings, clock: Clock) -> bool:
    """Route at most one announcement, freeze at most one review and make at most one attempt; whether there was
    anything to do."""
    routed = announcements.step(conn, settings, clock)
    reviewed = review_sending.step(conn, settings, clock)
    sent = _send_one(conn, settings, clock)
    return routed or reviewed or sent


def _send_one(conn: Connection, settings: Settings, clock: Clock) -> bool:
    now = clock()
    with conn.transaction():
        row = store.claim(conn, now, schedule.LEASE)
        if row is None:
            return False
        if muting.kept_back(conn, row, now):
            return True
        if row["attempts"] == 1:
            for other in store.together(conn, row):
                muting.kept_back(conn, other, now)
            store.merge(conn, row)
        attempt = store.begin_attempt(conn, row["id"], now)
    if row["attempts"] > schedule.MOST_ATTEMPTS:
        outcome = Outcome(False, "Given up: too many attempts ended with the notifier.", final=True)
    else:
        outcome = sending.send(conn, settings, row, now)
    with conn.transaction():
        _record(conn, row, attempt, outcome, clock())
    return True


def _record(conn: Connection, row: dict[str, Any], attempt: int, outcome: Outcome, now: datetime) -> None:
    store.end_attempt(conn, attempt, now, outcome.sent, outcome.status, outcome.detail)
    again = None if outcome.final or row["kind"] == TEST else schedule.next_try(row["failures"] + 1, now)
    if outcome.sent:
        store.settle(conn, row["id"], "sent", now)
    elif again is None:
        store.settle(conn, row["id"], "failed", now)
    else:
        store.try_again(conn, row["id"], again)
