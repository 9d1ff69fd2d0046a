"""The web process of alerts: wiring only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Flask

from services.alerts import SCHEMA, metrics, pages
from services.alerts.metrics import FAILED_WITHIN
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
from services.alerts.store import decisions
from services.alerts.store import follow_ups as stored_follow_ups
from services.alerts.store import incidents as stored_incidents
from services.alerts.store import notifications as stored_notifications
from shared.db import Connection
from shared.settings import Settings, load
from shared.web import health, status
from shared.web.app import make_app


def create_app(settings: Settings | None = None) -> Flask:
    """The Flask app; call it in the process that serves."""
    routes = (detectors, incidents, owners, notifications, silences, backtests, actions, wins, reviews)
    resources = [route.blueprint for route in routes]
    checks = (health.running("consumer"), health.running("notifier"), health.NO_GAPS)
    resources.append(status.blueprint("alerts", ("consumer", "notifier"), checks, _status))
    return make_app(
        "alerts", settings or load(), SCHEMA, (*resources, *pages.BLUEPRINTS), checks, metrics.samples
    )


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
