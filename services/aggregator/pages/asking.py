"""What the pages of journeys ask the other services: states, owners; and how they say that scores are late."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from services.aggregator import fresh
from services.aggregator.views.states import Watching, by_place
from shared.freshness import Freshness
from shared.lateness import Banner, banners
from shared.web import neighbours
from shared.web.neighbours import Asked
from shared.web.state import settings

MOST = 500


def begin(journey: str | None = None) -> Callable[[], dict[str, Asked]]:
    """Ask for the detectors of a journey, or of all, and the owners; what is returned waits for the answers."""
    return neighbours.begin(
        {
            "detectors": ("alerts", "/v1/detectors", {"journey": journey, "limit": MOST}),
            "owners": ("alerts", "/v1/owners", {"limit": MOST}),
        }
    )


def watching(asked: Asked) -> Watching:
    """The states that alerts told. More detectors than one answer holds are asked for once more."""
    if asked.found is None:
        return Watching(None, now())
    items, more = asked.found["items"], asked.found["next"]
    if more:
        rest = neighbours.ask("alerts", "/v1/detectors", {"limit": MOST, "cursor": more}).found
        items, more = items + (rest["items"] if rest else []), rest is None or rest["next"]
    return Watching(by_place(items), now(), complete=not more)


def names_of(owners: Asked) -> dict[str, str]:
    """The names of the owners, as far as alerts told them."""
    found = owners.found["items"] if owners.found else []
    return {one["owner"]: one["name"] for one in found}


def late(found: Freshness, names: Mapping[tuple[str, str], str]) -> list[Banner]:
    """The banners where scores are late; names: of stages."""
    return banners(fresh.document(found), now(), names)


def now() -> datetime:
    """In REPORT_TZ."""
    return datetime.now(settings().report_tz)


def stage_names(document: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """The names of a map's stages, by (journey, stage)."""
    journey = document["journey"]
    return {(journey, one["key"]): one.get("name") or one["key"] for one in document["stages"]}


def unreachable(owners: Asked) -> list[str]:
    """What is said of owners whom no message reaches."""
    if not owners.found:
        return []
    told = [*owners.found["items"], {"owner": None, **owners.found.get("fallback", {})}]
    return [one["unreachable"]["in_words"] for one in told if one.get("unreachable")]
