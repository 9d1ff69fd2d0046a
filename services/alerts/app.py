"""The web process of alerts: wiring only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask

from services.alerts import SCHEMA, pages
from services.alerts.routes import (
    actions,
    backtests,
    detectors,
    incidents,
    notifications,
    owners,
    reviews,
    silences,
    wins,
)
from services.alerts.store import decisions, heartbeats
from services.alerts.store import follow_ups as stored_follow_ups
from services.alerts.store import incidents as stored_incidents
from services.alerts.store import notifications as stored_notifications
from shared.db import Connection
from shared.settings import Settings, load
from shared.telemetry import Sample
from shared.web import health, status
from shared.web.app import make_app

_AGE = "Seconds since the last beat of the relay that the consumer took: about 60 at most"
FAILED_WITHIN = timedelta(days=7)
_SOUND = "Stages of which the last beat proved that no answer was on its way: only these can be stale"


def create_app(settings: Settings | None = None) -> Flask:
    """The Flask app; call it in the process that serves."""
    routes = (detectors, incidents, owners, notifications, silences, backtests, actions, wins, reviews)
    resources = [route.blueprint for route in routes]
    checks = (health.running("consumer"), health.running("notifier"), health.NO_GAPS)
    resources.append(status.blueprint("alerts", ("consumer", "notifier"), checks, _status))
    return make_app("alerts", settings or load(), SCHEMA, (*resources, *pages.BLUEPRINTS), checks, _samples)


def _status(conn: Connection) -> dict[str, Any]:
    now = datetime.now(UTC)
    told = stored_notifications.waiting(conn, now)
    messages = {
        "due": told["due"],
        "oldest_seconds": round(told["oldest"], 1),
        "failed": stored_notifications.failed_since(conn, now - FAILED_WITHIN),
    }
    return status.received(conn) | {
        "notifications": messages,
        "follow_ups": stored_follow_ups.taken(conn),
        "incidents_open": sum(stored_incidents.waiting(conn).values()),
        "decisions_pending": decisions.pending_count(conn),
    }


def _samples(conn: Connection) -> list[Sample]:
    told = stored_notifications.waiting(conn, datetime.now(UTC))
    heard = heartbeats.record(conn)
    age = heard["seconds"]
    open_, waiting = sum(stored_incidents.waiting(conn).values()), decisions.pending_count(conn)
    return [
        *([] if age is None else [("journeyloop_heartbeat_age_seconds", _AGE, {}, age)]),
        ("journeyloop_detectors_stale", "Detectors of stages gone silent", {}, float(heard["stale"])),
        ("journeyloop_stages_sound", _SOUND, {}, float(heard["sound"])),
        ("journeyloop_incidents_open", "Incidents not resolved", {}, float(open_)),
        ("journeyloop_decisions_pending", "Decisions the consumer has not applied yet", {}, float(waiting)),
        ("journeyloop_notifications_due", "Messages that should have gone by now", {}, float(told["due"])),
        ("journeyloop_notifications_oldest_seconds", "How late the oldest of them is", {}, told["oldest"]),
    ]
