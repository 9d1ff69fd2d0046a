"""Words of the incident page that no message has: states and the timeline. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.alerts.messages.wording import clean

Row = Mapping[str, Any]

STATES = {
    "open": ("▼", "Degraded, open"),
    "acknowledged": ("▼", "Degraded, acknowledged"),
    "resolved": ("●", "Resolved"),
}
_EVENTS = {
    "opened": "Opened",
    "silenced": "Kept back",
    "escalated": "Escalated",
    "acknowledged": "Acknowledged",
    "note": "Note",
    "resolved": "Resolved",
}
_WAYS = {"email": "by e-mail", "webhook": "by webhook", "apprise": "by chat"}


@dataclass(frozen=True)
class Happening:
    """One line of the timeline, newest last."""

    at: datetime
    when: str
    what: str
    detail: str


def timeline(
    events: Iterable[Row], told: Iterable[Row], names: Mapping[str, str], zone: ZoneInfo
) -> list[Happening]:
    """What happened to the incident and who was told, in order of time."""
    found = [_event(event, zone) for event in events] + [_telling(row, names, zone) for row in told]
    return sorted(found, key=lambda happening: happening.at)


def _event(event: Row, zone: ZoneInfo) -> Happening:
    who = f" by {clean(event['who'])}" if event["who"] else ""
    what = _EVENTS.get(event["kind"], clean(event["kind"]))
    return Happening(event["at"], _when(event["at"], zone), f"{what}{who}", event["text"] or "")


def _telling(row: Row, names: Mapping[str, str], zone: ZoneInfo) -> Happening:
    who = clean(names.get(row["owner"], row["owner"])) if row["owner"] else "The fallback address"
    way = _WAYS[row["channel_kind"]]
    at = row["settled_at"] or row["created_at"]
    if row["state"] == "failed":
        return Happening(at, _when(at, zone), f"{who} could not be told {way}", row["detail"] or "")
    if row["state"] in ("silenced", "withdrawn"):
        detail = row["detail"] if row["state"] == "silenced" else "Acknowledged or resolved before it went."
        return Happening(at, _when(at, zone), f"{who} not told {way}", detail or "")
    if row["state"] == "due":
        tries = f"Tried {row['attempts']}\N{MULTIPLICATION SIGN}. " if row["attempts"] else ""
        return Happening(at, _when(at, zone), f"{who} is being told {way}", tries + (row["detail"] or ""))
    told = "reminded" if row["kind"] == "repeated" else "told"
    return Happening(at, _when(at, zone), f"{who} {told} {way}", "")


def _when(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}"
