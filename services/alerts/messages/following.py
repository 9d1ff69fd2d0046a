"""What comes next while nobody acknowledges an incident, what came before, and the words for both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.events import parse_time
from shared.wording import clean

FALLBACK = "the fallback address"
_A_WEEK = timedelta(days=6)


@dataclass(frozen=True)
class Following:
    """Times are aware and in REPORT_TZ; None is what there is not.

    goes_to, goes_at: who is told next, and when; again_at: the next reminder; both unless somebody acknowledges.
    first, first_told_at: who was to be told first, and when that was; without a time nobody could. silence,
    silence_why: the one that kept the opening back, and its reason. acknowledged_by: who did.
    """

    goes_to: str = FALLBACK
    goes_at: datetime | None = None
    again_at: datetime | None = None
    first: str | None = None
    first_told_at: datetime | None = None
    silence: str | None = None
    silence_why: str | None = None
    acknowledged_by: str | None = None


NOTHING = Following()


def following(incident: Mapping[str, Any], facts: Mapping[str, Any], zone: ZoneInfo) -> Following:
    """Of the facts of an announcement; nothing comes next once the incident is acknowledged."""
    open_ = incident["state"] == "open"
    escalation = facts.get("escalation") or {}
    return Following(
        goes_to=clean(escalation.get("to") or FALLBACK),
        goes_at=_time(escalation.get("at"), zone) if open_ else None,
        again_at=_time(facts.get("again_at"), zone) if open_ else None,
        first=clean(facts["first"]) if facts.get("first") else None,
        first_told_at=_time(facts.get("first_told_at"), zone),
        silence=facts.get("silence"),
        silence_why=clean(facts["silence_why"]).rstrip(".") if facts.get("silence_why") else None,
        acknowledged_by=None
        if open_ or not incident["acknowledged_by"]
        else clean(incident["acknowledged_by"]),
    )


def next_steps(coming: Following, told_at: datetime) -> str:
    """One sentence, or nothing: Not acknowledged by Tue 08:40: goes to Ben."""
    if coming.acknowledged_by:
        return f"Acknowledged by {coming.acknowledged_by}."
    if coming.goes_at:
        return f"Not acknowledged by {clock(coming.goes_at, told_at)}: goes to {coming.goes_to}."
    return ""


def clock(at: datetime, seen_from: datetime) -> str:
    """Tue 08:40 within the next days, Tue 24 Nov, 08:40 beyond."""
    if at - seen_from < _A_WEEK:
        return f"{at:%a %H:%M}"
    year = f" {at.year}" if at.year != seen_from.year else ""
    return f"{at:%a} {at.day} {at:%b}{year}, {at:%H:%M}"


def _time(text: str | None, zone: ZoneInfo) -> datetime | None:
    return parse_time(text).astimezone(zone) if text else None
