"""Whom an announcement goes to, the notifications made of it, and what is planned to follow while nobody acts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from services.alerts import routing, schedule
from services.alerts.channels.addressed import Channel, channels, fallback
from services.alerts.messages.story import ESCALATED, OPENED, REPEATED, RESOLVED
from services.alerts.routing import ESCALATION, Recipient
from services.alerts.store import announcements, notifications, owners
from shared.db import Connection
from shared.events import isoformat
from shared.settings import Settings

Row = Mapping[str, Any]
_IDS = uuid5(NAMESPACE_URL, "https://journeyloop/notifications")


@dataclass(frozen=True)
class Told:
    """Somebody to tell: `document` is the owner's, None for FALLBACK_OWNER."""

    recipient: Recipient
    document: dict[str, Any] | None
    ways: list[Channel]


def told(conn: Connection, settings: Settings, row: Row, place: Row, journey_map: Row | None) -> list[Told]:
    """Who is told, at the moment of telling. The end of an incident is told to whom it was escalated, too."""
    if row["kind"] == ESCALATED:
        return [_told(conn, settings, row["owner"], ESCALATION)]
    routed = routing.recipient(journey_map, place["stage"], _known(conn, journey_map, place["stage"]))
    found = [_told(conn, settings, routed.owner, routed.because)]
    if row["kind"] == RESOLVED:
        others = set(announcements.escalated_to(conn, row["incident_id"])) - {routed.owner}
        found += [_told(conn, settings, owner, ESCALATION) for owner in sorted(others, key=str)]
    return found


def write(conn: Connection, row: Row, place: Row, to: list[Told], now: datetime) -> None:
    """One notification for each channel of whoever is told, each owner's at the time the merging of messages gives."""
    for one in to:
        planned_at = schedule.plan(
            now, notifications.lock_recipient(conn, one.recipient.owner, place["journey"])
        )
        for notification in rows(row, place, one, planned_at):
            notifications.add(conn, notification)


def rows(row: Row, place: Row, to: Told, planned_at: datetime) -> Iterator[dict[str, Any]]:
    """The notifications of one owner. Their ids are made from what they are, so that they are the same again."""
    name = f"{row['name']}/{row['number']}" if row["number"] else row["name"]
    for way in to.ways:
        yield {
            "id": uuid5(_IDS, f"{name}/{to.recipient.owner}/{way.kind}/{way.number}"),
            "announcement_id": row["id"],
            "incident_id": row["incident_id"],
            "kind": row["kind"],
            "journey": place["journey"],
            "owner": to.recipient.owner,
            "because": to.recipient.because,
            "channel_kind": way.kind,
            "channel_number": way.number,
            "planned_at": planned_at,
        }


def following(conn: Connection, row: Row, to: Told, now: datetime) -> dict[str, Any]:
    """What follows unless somebody acknowledges, for the message to say: {escalation: {to, at} or null, again_at}."""
    if row["kind"] == ESCALATED:
        return {}
    again_at = schedule.repeats_at(to.document, now)
    if row["kind"] == OPENED:
        owner, at = to.document and to.document.get("escalate_to"), schedule.escalates_at(to.document, now)
    else:
        coming = announcements.escalation(conn, row["incident_id"]) or {"owner": None, "due_at": None}
        owner, at = coming["owner"], coming["due_at"]
    document = owners.get(conn, owner) if owner else None
    named = {"to": document["name"] if document else None, "at": isoformat(at)} if at else None
    return {"escalation": named, "again_at": isoformat(again_at) if again_at else None}


def arm(conn: Connection, row: Row, to: Told, now: datetime) -> None:
    """Plan the escalation and the first reminder of an opening, or the next reminder."""
    again_at = schedule.repeats_at(to.document, now)
    if row["kind"] == REPEATED and again_at:
        announcements.arm_again(conn, row["id"], again_at)
    if row["kind"] != OPENED or to.document is None:
        return
    first = {"first": to.document["name"], "first_told_at": isoformat(now)}
    escalates_at = schedule.escalates_at(to.document, now)
    if escalates_at:
        owner = to.document["escalate_to"]
        announcements.plan(conn, row["incident_id"], ESCALATED, escalates_at, owner, first)
    if again_at:
        announcements.plan(conn, row["incident_id"], REPEATED, again_at, None, first)


def _known(conn: Connection, journey_map: Row | None, stage: str) -> set[str]:
    document = dict(journey_map or {})
    named = [document.get("owner"), routing.stage_of(document, stage).get("owner")]
    return owners.reachable(conn, [owner for owner in named if owner])


def _told(conn: Connection, settings: Settings, owner: str | None, because: str) -> Told:
    """An owner who cannot be reached (archived, never PUT) leaves it to the fallback."""
    document = owners.get(conn, owner) if owner else None
    if document is None:
        return Told(Recipient(None, because), None, [fallback(settings.fallback_owner)])
    return Told(Recipient(owner, because), document, channels(document))
