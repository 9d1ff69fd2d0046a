"""Who is told about an incident: the stage's owner, else the journey's, else FALLBACK_OWNER. Pure."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

# An incident can open before the journey's map arrived (another topic). After this long the fallback is told.
MAP_PATIENCE = timedelta(minutes=1)
STAGE, JOURNEY, FALLBACK = "stage", "journey", "fallback"
OWNER = "owner"  # the case is theirs, whoever's the stage is
ESCALATION = "escalation"  # nobody acknowledged it in time


@dataclass(frozen=True)
class Recipient:
    """`owner` is an owner's key, or None for the address in FALLBACK_OWNER; `because` says what led there."""

    owner: str | None
    because: str


def recipient(journey_map: Mapping[str, Any] | None, stage: str, owners: Container[str]) -> Recipient:
    """The one to tell about `stage`, at the moment of telling.

    `journey_map` is the latest published map (None where unknown); `owners` the keys that can be reached now. An
    owner named in the map but never PUT (or archived) is passed over, as is a stage that left the map.
    """
    if journey_map is None:
        return Recipient(None, FALLBACK)
    named = {STAGE: stage_of(journey_map, stage).get("owner"), JOURNEY: journey_map.get("owner")}
    for because, owner in named.items():
        if owner and owner in owners:
            return Recipient(owner, because)
    return Recipient(None, FALLBACK)


def everyone(journey_map: Mapping[str, Any] | None, stage: str, owners: Container[str]) -> list[Recipient]:
    """Whoever hears of a win of `stage`: the stage's people and the journey's, each once; FALLBACK_OWNER where neither
    can be reached. As for `recipient`."""
    document = journey_map or {}
    named = {JOURNEY: document.get("owner"), STAGE: stage_of(document, stage).get("owner")}
    found = {owner: because for because, owner in named.items() if owner and owner in owners}
    told = [Recipient(owner, because) for owner, because in found.items()]
    return told[::-1] or [Recipient(None, FALLBACK)]


def awaits_map(journey_map: Mapping[str, Any] | None, announced_at: datetime, now: datetime) -> bool:
    """Whether to wait a little longer for the map before the fallback is told."""
    return journey_map is None and now - announced_at < MAP_PATIENCE


def stage_of(journey_map: Mapping[str, Any], stage: str) -> dict[str, Any]:
    """The stage's document in the map; empty where the map has no such stage."""
    return next((item for item in journey_map.get("stages", []) if item.get("key") == stage), {})
