"""What happened to an incident, who was told and what people did, in order of time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.events import parse_time
from shared.wording import clean

Row = Mapping[str, Any]

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
    found = [_event(event, zone) for event in events]
    found += [line for row in told for line in _tellings(row, names, zone)]
    return sorted(found, key=lambda happening: happening.at)


def _event(event: Row, zone: ZoneInfo) -> Happening:
    who = f" by {clean(event['who'])}" if event["who"] else ""
    what = _EVENTS.get(event["kind"], clean(event["kind"]))
    return Happening(event["at"], when(event["at"], zone), f"{what}{who}", event["text"] or "")


def _tellings(row: Row, names: Mapping[str, str], zone: ZoneInfo) -> Iterator[Happening]:
    """Each time it left, and how it goes where it did not, or is to leave again."""
    who = clean(names.get(row["owner"], row["owner"])) if row["owner"] else "The fallback address"
    way, sent_at = _WAYS[row["channel_kind"]], row["sent_at"]
    told = "reminded" if row["kind"] == "repeated" else "told"
    for number, at in enumerate(sent_at):
        what = f"Sent again to {who} {way}" if number else f"{who} {told} {way}"
        yield Happening(at, when(at, zone), what, "")
    if row["state"] != "sent" or not sent_at:
        at, what, detail = _going(row)
        yield Happening(at, when(at, zone), f"{who} {what} {way}", detail)


def _going(row: Row) -> tuple[datetime, str, str]:
    """Of a message that did not go, or is to go again: when, how it goes, and why."""
    at, detail = row["settled_at"] or row["created_at"], row["detail"] or ""
    again = " again" if row["sent_at"] else ""
    if row["state"] == "failed":
        return at, f"could not be told{again}", detail
    if row["state"] == "silenced":
        return at, "not told", detail
    if row["state"] == "withdrawn":
        return at, "not told", "Acknowledged or resolved before it went."
    if row["state"] == "sent":
        return at, "told", ""
    if again:
        return row["due_at"], "is being told again", ""
    tries = f"Tried {row['attempts']}\N{MULTIPLICATION SIGN}. " if row["attempts"] else ""
    return at, "is being told", tries + detail


def counted_after(changes: Row | None, end: datetime | None) -> bool:
    """Whether the figures are of a whole incident: nobody asked for them before it was over."""
    at = changes and changes.get("computed_at")
    return bool(at and end and parse_time(at) > end)


def counted(changes: Row | None, zone: ZoneInfo) -> str | None:
    """When the figures that were told were counted; None where they are those of the opening."""
    at = changes and changes.get("computed_at")
    return when(parse_time(at), zone) if at else None


def when(at: datetime, zone: ZoneInfo) -> str:
    """Mon 24 Nov 2026, 18:00 CET."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}"
