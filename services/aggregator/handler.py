"""Kafka in: one batch of events becomes a few changed rows."""

from __future__ import annotations

from functools import partial

from services.aggregator import SCHEMA, employee_sums
from services.aggregator.buckets import add_up
from services.aggregator.maps import latest
from services.aggregator.periods import Days
from services.aggregator.store import buckets, employees, journeys
from shared import consumer, db, events
from shared.batch import Batch
from shared.db import Connection
from shared.settings import Settings, SettingsError

GROUP = "aggregator"
TOPICS = (events.RESPONSES, events.JOURNEYS, events.HEARTBEAT)


def apply(conn: Connection, batch: Batch, days: Days) -> None:
    """Add the batch to the buckets, in the caller's transaction; `batch` holds only events not applied before.

    Events of a journey whose map has not come yet count all the same. Employees' answers are kept by themselves.
    """
    if batch.journeys:
        journeys.save(conn, latest(batch.journeys))
    customers, employed = employee_sums.apart(batch.responses)
    buckets.add(conn, add_up(customers, days))
    employees.add(conn, employee_sums.add_up(employed, days))


def require_zone(conn: Connection, settings: Settings) -> None:
    """Raise SettingsError where REPORT_TZ is not the zone of the stored days; the first call fixes it."""
    zone = buckets.fix_report_zone(conn, settings.report_tz.key)
    if zone != settings.report_tz.key:
        raise SettingsError(f"REPORT_TZ is {settings.report_tz.key}, but the stored days are days in {zone}")


def run(settings: Settings) -> None:
    """Consume until asked to stop. Raises SettingsError where REPORT_TZ is not the zone of the stored days."""
    with db.connect(settings, SCHEMA) as conn:
        db.require_current(conn, SCHEMA)
        require_zone(conn, settings)
    consumer.run(settings, SCHEMA, GROUP, TOPICS, partial(apply, days=Days(settings.report_tz)))
