"""What pages say about silences: which hold now, come and are past, and what each keeps back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.alerts import silencing
from services.alerts.silencing import IN_FORCE, OVER, PLANNED
from services.alerts.views import places
from shared.wording import clean

Row = Mapping[str, Any]
STATES = {
    IN_FORCE: ("▬", "Silenced now", "plain"),
    PLANNED: ("◔", "Planned", "plain"),
    OVER: ("–", "Over", "plain"),
}
_INCIDENT_STATES = {"open": "still open", "acknowledged": "acknowledged", "resolved": "resolved"}


@dataclass(frozen=True)
class Line:
    """One silence; `kept` is how many messages it keeps back now."""

    silence: str
    what: str
    state: str
    mark: tuple[str, str, str]
    starts_at: datetime
    ends_at: datetime
    why: str
    by: str
    kept: int
    journey: str | None


@dataclass(frozen=True)
class Muted:
    """An incident that a silence would have kept back, or does."""

    incident: str
    what: str
    opened_at: datetime
    state: str


def line(row: Row, maps: places.Names, now: datetime) -> Line:
    """A silence as the store has it."""
    document, state = row["document"], silencing.state(row, now)
    return Line(
        silence=row["silence"],
        what=places.words(document, maps),
        state=state,
        mark=STATES[state],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        why=clean(document["why"]),
        by=clean(row["updated_by"] or ""),
        kept=row["kept"],
        journey=document.get("journey"),
    )


def sorted_out(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """Now (what ends first on top), coming (what begins first on top) and past (what ended last on top)."""
    found = list(lines)
    by_end = sorted(found, key=lambda one: (one.ends_at, one.silence))
    return {
        IN_FORCE: [one for one in by_end if one.state == IN_FORCE],
        PLANNED: sorted(
            (one for one in found if one.state == PLANNED), key=lambda one: (one.starts_at, one.silence)
        ),
        OVER: [one for one in reversed(by_end) if one.state == OVER],
    }


def muted(rows: Iterable[Row], maps: places.Names) -> list[Muted]:
    """Incidents {incident, journey, stage, metric, audience, state, opened_at} in words."""
    return [
        Muted(row["incident"], places.words(row, maps), row["opened_at"], _INCIDENT_STATES[row["state"]])
        for row in rows
    ]


def outlook(found: Mapping[str, Any]) -> str:
    """In the last 90 days it would have kept back 3 incidents."""
    count, days = len(found["would_have_matched"]), silencing.LOOK_BACK.days
    if not count:
        return f"In the last {days} days no incident opened that it would have kept back."
    return f"In the last {days} days it would have kept back {count} incident{'' if count == 1 else 's'}:"
