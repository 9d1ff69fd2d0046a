"""The maps of journeys as they arrive: the highest revision counts, whatever order and batches they come in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared.events import RETIRED


@dataclass(frozen=True, slots=True)
class Map:
    """One journey: its revision, whether it was retired, and `journey.published`'s data (None: keep what is known)."""

    revision: int
    retired: bool
    document: dict[str, Any] | None


def latest(events: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, Map]:
    """The last word on each journey in a batch of (kind, data). Retiring a journey keeps its last document."""
    maps: dict[str, Map] = {}
    for kind, data in events:
        known = maps.get(data["journey"])
        if known and data["revision"] <= known.revision:
            continue
        retired = kind == RETIRED
        document = (known.document if known else None) if retired else data
        maps[data["journey"]] = Map(data["revision"], retired, document)
    return maps
