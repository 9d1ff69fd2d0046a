"""What the page of wins says: what got better, by how much, since when, and who is thanked. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.alerts.messages.cause import cause
from services.alerts.messages.story import MIX
from services.alerts.messages.win import thanks_in_words
from services.alerts.reviews.weeks import Week
from services.alerts.views import places

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """One win. headline: Delivery NPS up 12; before, since: figures as the API gives them; thanks: (sentence, address
    of the action's page); mix: only because others answer; week: whose review tells of it."""

    id: str
    headline: str
    what: str
    journey: str
    stage: str
    metric: str
    since_when: datetime
    found_at: datetime
    before: Row
    since: Row
    thanks: tuple[tuple[str, str], ...]
    mix: bool
    week: str


def line(win: Row, maps: places.Names, now: datetime, zone: ZoneInfo) -> Line:
    """A win as services.alerts.winning.documents gives it."""
    told, rise = win["cause"] or {}, win["rise"]
    unit = "" if win["metric"] == "nps" else " points"
    by = f" {rise}{unit}" if rise and rise > 0 else ""
    name = f"{places.stage_name(win['journey'], win['stage'], maps)} {win['metric'].upper()}"
    said = [*thanks_in_words(win["actions"], win["metric"], now.astimezone(zone))]
    addresses = [f"/actions/{one['action']}" for one in win["actions"]]
    found = cause(told) if told else None
    return Line(
        id=win["id"],
        headline=f"{name} up{by}",
        what=places.words({name: win[name] for name in ("journey", "stage")}, maps),
        journey=win["journey"],
        stage=win["stage"],
        metric=win["metric"],
        since_when=win["onset"].astimezone(zone),
        found_at=win["found_at"].astimezone(zone),
        before=_figures(told, win, "before"),
        since=_figures(told, win, "since"),
        thanks=tuple(zip(said, addresses, strict=True)),
        mix=found is not None and found.kind == MIX,
        week=str(Week.of(win["found_at"].astimezone(zone).date())),
    )


def _figures(told: Row, win: Row, name: str) -> Row:
    """As it was told; else as it was kept when the win was found."""
    found = told.get(name)
    return found if found and found.get("score") is not None else win[name]
