"""Steps of displays (shown, started, answered, dismissed) and blocked origins, counted in this process's memory.

They are written every few seconds, with a request that comes anyway: no write a view, and no threads. A process that
is killed loses its last seconds of counts, never an answer.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from threading import Lock

import psycopg
import structlog
from flask import Flask, Response, current_app
from psycopg_pool import PoolTimeout

from services.survey.store import impressions
from services.survey.store.impressions import Blocked, Counts, Step
from shared.db import Connection
from shared.settings import Settings

log = structlog.get_logger()

EXTENSION = "survey_tallies"
EVERY_SECONDS = 5.0
# After the database was away.
RETRY_SECONDS = 30.0
# Origins that are told apart, a survey and day; others are counted as `other`.
MOST_ORIGINS = 20
OTHER = "other"


class Tallies:
    """Counts not yet written. Safe for threads."""

    def __init__(self, settings: Settings) -> None:
        self._zone = settings.report_tz
        self._lock = Lock()
        self._counts: Counts = Counter()
        self._blocked: Blocked = {}
        # (survey, day) → origins told apart; kept when counts are written, or a day would have 20 every 5 seconds.
        self._origins: dict[tuple[str, date], set[str]] = {}
        self._due = time.monotonic() + EVERY_SECONDS

    def count(self, survey: str, step: Step) -> None:
        """One display of `survey` came to `step`, today."""
        with self._lock:
            self._counts[survey, self._today(), step] += 1

    def block(self, survey: str, origin: str) -> None:
        """A page of `origin` was not allowed to show `survey`."""
        today = self._today()
        with self._lock:
            name = self._told_apart(survey, today, origin)
            displays, _ = self._blocked.get((survey, today, name), (0, None))
            self._blocked[survey, today, name] = (displays + 1, datetime.now(UTC))

    def flush_if_due(self, write: Callable[[Counts, Blocked], None]) -> None:
        """Write what there is, at most every few seconds; where that fails, keep it and try again later."""
        if time.monotonic() >= self._due and (self._counts or self._blocked):
            self.flush(write)

    def flush(self, write: Callable[[Counts, Blocked], None]) -> None:
        """Write what there is now."""
        with self._lock:
            counts, blocked = self._counts, self._blocked
            self._counts, self._blocked = Counter(), {}
            self._due = time.monotonic() + EVERY_SECONDS
        if not counts and not blocked:
            return
        try:
            write(counts, blocked)
        except (psycopg.OperationalError, PoolTimeout) as error:
            log.warning("counts of displays wait for the database", error=type(error).__name__)
            self._put_back(counts, blocked)

    def _put_back(self, counts: Counts, blocked: Blocked) -> None:
        with self._lock:
            self._counts.update(counts)
            for key, (displays, last_at) in blocked.items():
                newer, newer_at = self._blocked.get(key, (0, last_at))
                self._blocked[key] = (displays + newer, newer_at)
            self._due = time.monotonic() + RETRY_SECONDS

    def _told_apart(self, survey: str, today: date, origin: str) -> str:
        if (survey, today) not in self._origins:
            self._origins = {key: known for key, known in self._origins.items() if key[1] == today}
        known = self._origins.setdefault((survey, today), set())
        if len(known) < MOST_ORIGINS:
            known.add(origin)
        return origin if origin in known else OTHER

    def _today(self) -> date:
        return datetime.now(self._zone).date()


def install(app: Flask, settings: Settings) -> None:
    """Give the app its counts, written along with its requests."""
    app.extensions[EXTENSION] = Tallies(settings)
    app.after_request(_flush_along)


def tallies() -> Tallies:
    """The counts of the running app."""
    found: Tallies = current_app.extensions[EXTENSION]
    return found


def flush(app: Flask) -> None:
    """Write what the app has counted: before it is read, and at the process's end."""
    found: Tallies = app.extensions[EXTENSION]
    found.flush(lambda counts, blocked: _write(app, counts, blocked))


def _flush_along(response: Response) -> Response:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    found = tallies()
    # After the answer is out: nobody waits for a count.
    response.call_on_close(lambda: found.flush_if_due(lambda counts, blocked: _write(app, counts, blocked)))
    return response


def _write(app: Flask, counts: Counts, blocked: Blocked) -> None:
    conn: Connection
    with app.extensions["journeyloop"].pool.connection(timeout=1) as conn:
        impressions.add(conn, counts, blocked)
