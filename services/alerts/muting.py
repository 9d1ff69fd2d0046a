"""What keeps a message back: a silence in force, or that nobody needs it any more. Both halves of the notifier ask.

An announcement that a silence mutes stays unrouted until the silence ends, is deleted or does not match any more. The
silences are read under a lock that whoever changes one waits for, so that nothing is muted after its silence was gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.alerts import follow_ups, plans, silencing
from services.alerts.messages.story import ESCALATED, OF_FOLLOW_UPS, OPENED, REPEATED, RESOLVED, STALE
from services.alerts.plans import Told
from services.alerts.store import announcements, heartbeats, incidents, notifications, silences
from shared.db import Connection
from shared.events import isoformat

Row = Mapping[str, Any]
_MUTED = {
    OPENED: "The opening",
    REPEATED: "A reminder",
    ESCALATED: "The escalation",
    STALE: "That no answers come",
}
TELL, WAIT, DROP = "tell", "wait", "drop"


def fate(conn: Connection, row: Row, incident: Row | None, now: datetime) -> str:
    """What becomes of a claimed announcement before any silence is asked: tell it, wait for another, or drop it.

    Reminders end with the acknowledgement, and wait until the opening was sent or has failed for good; an escalation
    waits only until it was tried, because an owner who cannot be reached is what it is for. An opening that a silence
    kept until the incident was over is not told, and neither is the end of an incident whose opening was not, nor that
    no answers came when they come again. Of a case nothing is told that is no longer so; no silence mutes it.
    """
    if row["kind"] in OF_FOLLOW_UPS:
        return TELL if follow_ups.is_wanted(conn, row) else DROP
    if incident is None:
        return DROP if row["silenced_by"] and not _still_stale(conn, row) else TELL
    if row["kind"] in (REPEATED, ESCALATED):
        if incident["state"] != "open":
            return DROP
        opening = announcements.opening_sent(conn, incident["id"])
        return WAIT if opening["untried" if row["kind"] == ESCALATED else "awaited"] else TELL
    if row["kind"] == OPENED:
        return DROP if row["silenced_by"] and incident["state"] == "resolved" else TELL
    return _fate_of_the_end(conn, incident, now) if row["kind"] == RESOLVED else TELL


def held(conn: Connection, row: Row, place: Row, to: list[Told], now: datetime) -> bool:
    """Whether a silence in force keeps the announcement; if so it is held until the silence ends, with a trace."""
    if row["kind"] not in _MUTED:
        return False
    with conn.transaction():
        silence = silencing.muting(silences.in_force(conn, now, lock=True), place, now)
        if silence is None:
            return False
        kept = announcements.hold(conn, row["id"], silence["silence"], silence["ends_at"])
        if kept and row["silenced_by"] != silence["silence"]:
            made = [each for one in to for each in plans.rows(row, place, one, now)]
            for notification in made:
                notifications.add(conn, notification)
            _trace(conn, row, [each["id"] for each in made], silence, now)
    return True


def kept_back(conn: Connection, notification: Row, now: datetime) -> bool:
    """Whether a notification that is due must not go after all; within the transaction that claimed it."""
    if notification["announcement_id"] is None:
        return False
    if notifications.withdraw(conn, notification["id"], now):
        return True
    if notification["kind"] not in _MUTED or notification["attempts"] > 1:
        return False
    row = announcements.read(conn, notification["announcement_id"])
    place = about(conn, row)[1]
    silence = silencing.muting(silences.in_force(conn, now, lock=True), place, now)
    others = silence and notifications.untried(conn, row["id"], notification["id"])
    if silence is None or others is None:
        return False
    announcements.call_back(conn, row["id"])
    announcements.hold(conn, row["id"], silence["silence"], silence["ends_at"])
    _trace(conn, row, [notification["id"], *others], silence, now)
    return True


def about(conn: Connection, row: Row) -> tuple[dict[str, Any] | None, Row]:
    """The incident an announcement tells of, and its place {journey, stage, metric, audience}."""
    incident = incidents.read(conn, row["incident_id"]) if row["incident_id"] else None
    of = row if incident is None else incident
    return incident, {name: of[name] for name in silencing.CRITERIA}


def _still_stale(conn: Connection, row: Row) -> bool:
    key = f"{row['journey']}/{row['stage']}"
    known = heartbeats.stale(conn, [key]).get(key)
    return known is not None and isoformat(known["since"]) == row["facts"]["since"]


def _fate_of_the_end(conn: Connection, incident: Row, now: datetime) -> str:
    opening = announcements.opening(conn, incident["id"])
    if opening is None:
        return TELL
    if opening["routed_at"]:
        return DROP if opening["silenced_by"] else TELL
    if opening["silenced_by"] and announcements.drop(conn, opening["id"], now):
        return DROP
    return WAIT


def _trace(conn: Connection, row: Row, ids: list[Any], silence: Row, now: datetime) -> None:
    """In the delivery log and, for an incident, in its timeline."""
    words = silencing.words(silence)
    for notification in ids:
        notifications.silence(conn, notification, now, words[0].upper() + words[1:])
    if row["incident_id"]:
        incidents.add_event(
            conn, row["incident_id"], "silenced", text=f"{_MUTED[row['kind']]} {words}", at=now
        )
