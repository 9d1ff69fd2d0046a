"""The first half of the notifier: an announcement gets its facts and its owner, and becomes notifications."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from services.alerts import follow_ups, muting, plans, routing, schedule, telling_wins, why
from services.alerts.messages.story import ESCALATED, OPENED, OVERDUE, REPEATED, RESOLVED, WIN
from services.alerts.muting import DROP, TELL
from services.alerts.plans import Told
from services.alerts.store import announcements as store
from services.alerts.store import incidents, stories
from shared.db import Connection
from shared.settings import Settings

Row = Mapping[str, Any]
# How long a message waits for the aggregator to count the answer that opened the incident.
PATIENCE = timedelta(minutes=1)
ASK_AGAIN = timedelta(milliseconds=300)
_AWAITED = (OPENED, RESOLVED, WIN)  # the others have the cause that the opening found


def step(conn: Connection, settings: Settings, clock: Callable[[], datetime]) -> bool:
    """Settle the announcement longest due, hold it, or come back to it; False where none is due."""
    row = store.claim(conn, clock(), schedule.LEASE)
    if row is None:
        return False
    incident, place = muting.about(conn, row)
    fate = muting.fate(conn, row, incident, clock())
    if fate == DROP:
        store.drop(conn, row["id"], clock())
    elif fate != TELL or not _told(conn, settings, row, incident, place, clock):
        store.postpone(conn, row["id"], clock() + ASK_AGAIN)
    return True


def _told(
    conn: Connection,
    settings: Settings,
    row: Row,
    incident: Row | None,
    place: Row,
    clock: Callable[[], datetime],
) -> bool:
    """Make notifications of it, or have a silence hold it; False where it is too early for either."""
    journey_map = stories.journey_map(conn, place["journey"])
    if routing.awaits_map(journey_map, row["due_at"], clock()):
        return False
    to = plans.told(conn, settings, row, place, journey_map)
    if muting.held(conn, row, place, to, clock()):
        return True
    asked = _asked(settings, row["kind"], incident, clock()) if incident else {}
    if row["kind"] == WIN:
        waits = clock() - row["due_at"] < PATIENCE
        asked = telling_wins.asked(conn, settings, row, clock(), waits=waits)
    now = clock()
    if None in asked.values() and row["kind"] in _AWAITED and now - row["due_at"] < PATIENCE:
        return False
    facts = (row["facts"] or {}) | asked | _measured(settings, row["kind"], incident, now)
    with conn.transaction():
        planned = plans.times(conn, row, place, to, now)
        facts |= _own(conn, row, incident, to[0], planned[0])
        if store.route(conn, row, now, facts):
            plans.write(conn, row, place, to, planned)
            _settle(conn, row, incident, to[0], planned[0], facts)
    return True


def _asked(settings: Settings, kind: str, incident: Row, now: datetime) -> dict[str, Any]:
    """What the message needs from the aggregator; None is what cannot be had now."""
    if kind == RESOLVED:
        return {"days": why.days(settings, incident, now)}
    return {"changes": why.changes(settings, incident, now)}


def _measured(settings: Settings, kind: str, incident: Row | None, now: datetime) -> dict[str, Any]:
    """What moved about the asking. No message waits for it; the page asks again."""
    if incident is None or kind == RESOLVED:
        return {}
    return {"measurement": why.measurement(settings, incident, now)}


def _own(conn: Connection, row: Row, incident: Row | None, to: Told, told_at: datetime) -> dict[str, Any]:
    """What this service knows itself: who follows, what a person noted, which silence kept the opening back."""
    if row["kind"] == OVERDUE:
        return plans.following(conn, row, to, told_at)
    if incident is None:
        return {}
    if row["kind"] == RESOLVED:
        return {"note": stories.closing_note(conn, incident["id"]) or ""}
    kept_by = row["silenced_by"] if row["kind"] == OPENED else None
    return plans.following(conn, row, to, told_at) | {"silence": kept_by}


def _settle(
    conn: Connection, row: Row, incident: Row | None, to: Told, told_at: datetime, facts: Row
) -> None:
    """What telling it means for the incident, and what is planned to follow."""
    if row["kind"] == OVERDUE:
        follow_ups.arm(conn, row, to.document, told_at)
    if row["kind"] == WIN:
        telling_wins.settle(conn, row, facts)
    if incident is None:
        return
    if facts.get("changes"):
        stories.keep_cause(conn, incident["id"], facts["changes"])
    if facts.get("measurement"):
        stories.keep_measurement(conn, incident["id"], facts["measurement"])
    if row["kind"] in (OPENED, REPEATED) and incident["state"] == "open":
        plans.arm(conn, row, to, told_at)
    if row["kind"] == ESCALATED:
        name = to.document["name"] if to.document else "the fallback address"
        incidents.add_event(conn, incident["id"], "escalated", text=f"to {name}", at=told_at)
