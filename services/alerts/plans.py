"""Whom an announcement goes to, the notifications made of it, and what is planned to follow while nobody acts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from services.alerts import follow_ups, routing, schedule
from services.alerts.channels.addressed import Channel, channels, fallback
from services.alerts.messages.story import (
    ESCALATED,
    HANDED_UP,
    OF_FOLLOW_UPS,
    OPENED,
    OVERDUE,
    REPEATED,
    RESOLVED,
    WIN,
)
from services.alerts.routing import ESCALATION, OWNER, Recipient
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
    """Who is told, at the moment of telling. The end of an incident is told to whom it was escalated, too; a
    win to the people of the stage and to those of the journey."""
    if row["kind"] == ESCALATED:
        return [_told(conn, settings, row["owner"], ESCALATION)]
    if row["kind"] in OF_FOLLOW_UPS and (owner := follow_ups.owner_of(conn, row)) is not None:
        return [_told(conn, settings, owner, ESCALATION if row["kind"] == HANDED_UP else OWNER)]
    known = _known(conn, journey_map, place["stage"])
    if row["kind"] == WIN:
        people = routing.everyone(journey_map, place["stage"], known)
        return [_told(conn, settings, one.owner, one.because) for one in people]
    routed = routing.recipient(journey_map, place["stage"], known)
    found = [_told(conn, settings, routed.owner, routed.because)]
    if row["kind"] == RESOLVED:
        others = set(announcements.escalated_to(conn, row["incident_id"])) - {routed.owner}
        found += [_told(conn, settings, owner, ESCALATION) for owner in sorted(others, key=str)]
    return found


def times(conn: Connection, row: Row, place: Row, to: list[Told], now: datetime) -> list[datetime]:
    """When each of `to` is told, as the merging of messages gives it; nobody else plans for them until the end of the
    transaction."""
    return [
        schedule.plan(
            now, notifications.lock_recipient(conn, one.recipient.owner, place["journey"], row["kind"])
        )
        for one in to
    ]


def write(conn: Connection, row: Row, place: Row, to: list[Told], planned: list[datetime]) -> None:
    """One notification for each channel of whoever is told, at the time planned for each."""
    for one, planned_at in zip(to, planned, strict=True):
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


def following(conn: Connection, row: Row, to: Told, told_at: datetime) -> dict[str, Any]:
    """What follows unless somebody acknowledges, for the message to say: {escalation: {to, at} or null, again_at}; in
    an escalation what came before: {first_told_at}, null where the opening failed for good."""
    if row["kind"] == ESCALATED:
        first_told_at = announcements.opening_sent(conn, row["incident_id"])["sent_at"]
        return {"first_told_at": isoformat(first_told_at) if first_told_at else None}
    again_at = schedule.repeats_at(to.document, told_at)
    if row["kind"] in (OPENED, OVERDUE):
        owner = to.document and to.document.get("escalate_to")
        at = schedule.escalates_at(to.document, told_at)
    else:
        coming = announcements.escalation(conn, row["incident_id"]) or {"owner": None, "due_at": None}
        owner, at = coming["owner"], coming["due_at"]
    document = owners.get(conn, owner) if owner else None
    named = {"to": document["name"] if document else None, "at": isoformat(at)} if at else None
    if row["kind"] == OVERDUE:
        return {"escalation": named}
    return {"escalation": named, "again_at": isoformat(again_at) if again_at else None}


def arm(conn: Connection, row: Row, to: Told, told_at: datetime) -> None:
    """Plan the escalation and the first reminder of an opening, or the next reminder, counted from `told_at`."""
    again_at = schedule.repeats_at(to.document, told_at)
    if row["kind"] == REPEATED and again_at:
        announcements.arm_again(conn, row["id"], again_at)
    if row["kind"] != OPENED or to.document is None:
        return
    first = {"first": to.document["name"]}
    escalates_at = schedule.escalates_at(to.document, told_at)
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
