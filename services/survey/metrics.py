"""What this service adds to /metrics: what waits in its log, its imports, its mails, and displays it refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.survey.store import imports, impressions, recoveries
from shared import outbox
from shared.access import links
from shared.db import Connection
from shared.telemetry import Sample

FAILED_WITHIN = timedelta(days=7)
BLOCKED_WITHIN = timedelta(days=1)
_MAILS = "Mails of the worker that should have gone by now"


def samples(conn: Connection) -> list[Sample]:
    """All of it, at this moment."""
    return [*_log(conn), *_work(conn), *_mails(conn)]


def _log(conn: Connection) -> list[Sample]:
    waiting, oldest = outbox.waiting(conn), outbox.oldest_waiting(conn)
    age = 0.0 if oldest is None else max(0.0, (datetime.now(UTC) - oldest).total_seconds())
    return [
        ("journeyloop_outbox_unstamped", "Events the relay has not stamped", {}, waiting["unstamped"]),
        (
            "journeyloop_outbox_unacknowledged",
            "Events not yet with the broker",
            {},
            waiting["unacknowledged"],
        ),
        ("journeyloop_outbox_oldest_seconds", "How long the oldest of all these has waited", {}, age),
        ("journeyloop_outbox_events_total", "Events stamped since ever", {}, outbox.last_position(conn)),
    ]


def _work(conn: Connection) -> list[Sample]:
    now = datetime.now(UTC)
    failed, refused = (
        imports.failed_since(conn, now - FAILED_WITHIN),
        impressions.refused_since(conn, now - BLOCKED_WITHIN),
    )
    return [
        ("journeyloop_imports_waiting", "Imports not at their end", {}, imports.waiting(conn)),
        ("journeyloop_imports_failed", "Imports that failed in the last 7 days", {}, failed),
        (
            "journeyloop_displays_refused",
            "Displays refused to unlisted origins, on days with one in 24 h",
            {},
            refused,
        ),
    ]


def _mails(conn: Connection) -> list[Sample]:
    waiting = {"sign-in": links.waiting(conn), "recovery": recoveries.waiting(conn)}
    return [
        sample
        for kind, (due, oldest) in waiting.items()
        for sample in (
            ("journeyloop_mails_due", _MAILS, {"kind": kind}, float(due)),
            ("journeyloop_mails_oldest_seconds", "How old the oldest of them is", {"kind": kind}, oldest),
        )
    ]
