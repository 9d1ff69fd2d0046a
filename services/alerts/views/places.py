"""Places and kinds of messages in words: Shop · Delivery · NPS · customers. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.reserved import CHECK
from shared.wording import clean

METRICS = {"nps": "NPS", "csat": "CSAT", "ces": "CES"}
AUDIENCES = {"customer": "customers", "employee": "employees"}
EVERYTHING = "Everything"

Names = Mapping[str, Mapping[str, Any]]  # the map of each journey, by its key


def in_use(maps: Names) -> list[Mapping[str, Any]]:
    """The maps by the names of their journeys, each with its key in `journey`; without that of journeyloop check."""
    known = [{**document, "journey": key} for key, document in maps.items() if key != CHECK]
    return sorted(known, key=lambda one: (journey_name(one["journey"], maps).lower(), one["journey"]))


def words(place: Mapping[str, Any], maps: Names) -> str:
    """What a silence or message is about; what it does not name is left out, and nothing at all is everything."""
    found = [journey_name(place["journey"], maps)] if place.get("journey") else []
    if place.get("stage"):
        found.append(stage_name(place.get("journey"), place["stage"], maps))
    return (
        " · ".join([*found, *filter(None, [part(place.get("metric"), place.get("audience"))])]) or EVERYTHING
    )


def part(metric: str | None, audience: str | None) -> str:
    """NPS of customers, NPS, customers, or nothing."""
    named = [
        METRICS.get(metric, metric) if metric else None,
        AUDIENCES.get(audience, audience) if audience else None,
    ]
    return " of ".join(filter(None, named))


def journey_name(journey: str, maps: Names) -> str:
    """Its name on the map, else its key."""
    return clean(maps.get(journey, {}).get("name") or journey)


def stage_name(journey: str | None, stage: str, maps: Names) -> str:
    """Its name on the journey's map, else its key."""
    stages = maps.get(journey or "", {}).get("stages", [])
    return clean(next((one.get("name") or stage for one in stages if one.get("key") == stage), stage))
