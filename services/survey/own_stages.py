"""Whose stages are whose, as the maps say it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any


def own_stages(journeys: Iterable[Mapping[str, Any]], owners: Collection[str]) -> list[str]:
    """`journey/stage` of the stages that one of `owners` answers for: its own owner, else the journey's.

    journeys: rows {journey, document}.
    """
    return [
        f"{row['journey']}/{stage['key']}"
        for row in journeys
        for stage in row["document"].get("stages") or []
        if (stage.get("owner") or row["document"].get("owner")) in owners
    ]


def place_names(journeys: Iterable[Mapping[str, Any]]) -> dict[tuple[str, ...], str]:
    """The name of each journey (journey,), stage (journey, stage) and touchpoint (journey, stage, touchpoint)."""
    found: dict[tuple[str, ...], str] = {}
    for row in journeys:
        found[(row["journey"],)] = row["document"]["name"]
        for stage in row["document"].get("stages") or []:
            found[row["journey"], stage["key"]] = stage.get("name") or stage["key"]
            for point in stage.get("touchpoints") or []:
                found[row["journey"], stage["key"], point["key"]] = point.get("name") or point["key"]
    return found
