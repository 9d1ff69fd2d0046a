"""What this service adds to /metrics: what its consumer received, incidents, and messages that do not arrive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.alerts.store import decisions, heartbeats, incidents, notifications, reviews
from shared.db import Connection
from shared.telemetry import Sample
from shared.web import monitoring

FAILED_WITHIN = timedelta(days=7)
_AGE = "Seconds since the last beat of the relay that the consumer took: about 60 at most"
_SOUND = "Stages of which the last beat proved that no answer was on its way: only these can be stale"
_FAILED = "Messages given up in the last 7 days, by the kind of their channel"
_FAILING = "Messages that failed at least once and are tried again"


def samples(conn: Connection) -> list[Sample]:
    """All of it, at this moment."""
    return [*monitoring.received("alerts", conn), *_detection(conn), *_messages(conn)]


def _detection(conn: Connection) -> list[Sample]:
    heard = heartbeats.record(conn)
    age = heard["seconds"]
    open_, pending = sum(incidents.waiting(conn).values()), decisions.pending_count(conn)
    return [
        *([] if age is None else [("journeyloop_heartbeat_age_seconds", _AGE, {}, age)]),
        ("journeyloop_detectors_stale", "Detectors of stages gone silent", {}, float(heard["stale"])),
        ("journeyloop_stages_sound", _SOUND, {}, float(heard["sound"])),
        ("journeyloop_incidents_open", "Incidents not resolved", {}, float(open_)),
        ("journeyloop_decisions_pending", "Decisions the consumer has not applied yet", {}, float(pending)),
    ]


def _messages(conn: Connection) -> list[Sample]:
    now = datetime.now(UTC)
    told, late = notifications.waiting(conn, now), reviews.overdue(conn, now)
    troubled = notifications.troubled(conn, now - FAILED_WITHIN)
    return [
        ("journeyloop_notifications_due", "Messages that should have gone by now", {}, float(told["due"])),
        ("journeyloop_notifications_oldest_seconds", "How late the oldest of them is", {}, told["oldest"]),
        *(
            ("journeyloop_notifications_failed", _FAILED, {"channel": kind}, float(failed))
            for kind, (failed, _) in troubled.items()
        ),
        *(
            ("journeyloop_notifications_failing", _FAILING, {"channel": kind}, float(failing))
            for kind, (_, failing) in troubled.items()
        ),
        (
            "journeyloop_reviews_overdue",
            "Journeys whose review should have been frozen by now",
            {},
            float(late),
        ),
    ]
