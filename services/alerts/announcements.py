"""The first half of the notifier: an announcement gets its facts and its owner, and becomes notifications."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from services.alerts import routing, schedule, why
from services.alerts.channels.addressed import Channel, channels, fallback
from services.alerts.messages.story import OPENED, RESOLVED
from services.alerts.routing import Recipient
from services.alerts.store import incidents, owners, stories
from services.alerts.store import notifications as store
from shared.db import Connection
from shared.settings import Settings

# How long a message waits for the aggregator to count the answer that opened the incident.
PATIENCE = timedelta(minutes=1)
ASK_AGAIN = timedelta(milliseconds=300)
_IDS = uuid5(NAMESPACE_URL, "https://journeyloop/notifications")


def step(conn: Connection, settings: Settings, clock: Callable[[], datetime]) -> bool:
    """Route the announcement longest due; False where none is."""
    announcement = store.claim_announcement(conn, clock(), schedule.LEASE)
    if announcement is None:
        return False
    incident = incidents.read(conn, announcement["incident_id"])
    assert incident is not None, "an announcement refers to its incident"
    facts = _facts(conn, settings, announcement["kind"], incident, clock())
    now, announced_at = clock(), announcement["created_at"]
    journey_map = stories.journey_map(conn, incident["journey"])
    early = None in facts.values() and now - announced_at < PATIENCE
    if early or routing.awaits_map(journey_map, announced_at, now):
        store.postpone(conn, announcement["id"], now + ASK_AGAIN)
        return True
    with conn.transaction():
        if store.route(conn, announcement["id"], now, facts):
            _plan(conn, settings, announcement, incident, journey_map, now)
            if facts.get("changes"):
                stories.keep_cause(conn, incident["id"], facts["changes"])
    return True


def _facts(
    conn: Connection, settings: Settings, kind: str, incident: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """What the message of this kind needs from elsewhere; None is what cannot be had now."""
    if kind == OPENED:
        return {"changes": why.changes(settings, incident, now)}
    if kind == RESOLVED:
        return {
            "days": why.days(settings, incident, now),
            "note": stories.closing_note(conn, incident["id"]) or "",
        }
    return {}


def _plan(
    conn: Connection,
    settings: Settings,
    announcement: Mapping[str, Any],
    incident: Mapping[str, Any],
    journey_map: dict[str, Any] | None,
    now: datetime,
) -> None:
    """Write one notification for each channel of whoever is to be told."""
    recipient, ways = _recipient(conn, settings, journey_map, incident["stage"])
    planned_at = schedule.plan(now, store.lock_recipient(conn, recipient.owner, incident["journey"]))
    for way in ways:
        name = f"{incident['id']}/{announcement['kind']}/{recipient.owner}/{way.kind}/{way.number}"
        store.add(
            conn,
            {
                "id": uuid5(_IDS, name),
                "announcement_id": announcement["id"],
                "incident_id": incident["id"],
                "kind": announcement["kind"],
                "journey": incident["journey"],
                "owner": recipient.owner,
                "because": recipient.because,
                "channel_kind": way.kind,
                "channel_number": way.number,
                "planned_at": planned_at,
            },
        )


def _recipient(
    conn: Connection, settings: Settings, journey_map: dict[str, Any] | None, stage: str
) -> tuple[Recipient, list[Channel]]:
    named = [(journey_map or {}).get("owner"), routing.stage_of(journey_map or {}, stage).get("owner")]
    known = owners.reachable(conn, [owner for owner in named if owner])
    recipient = routing.recipient(journey_map, stage, known)
    document = owners.get(conn, recipient.owner) if recipient.owner else None
    return recipient, channels(document) if document else [fallback(settings.fallback_owner)]
