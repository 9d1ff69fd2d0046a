"""The highest revision of a map counts, in whatever order and batches it comes."""

from __future__ import annotations

from typing import Any

from services.aggregator.maps import Map, latest
from shared.events import PUBLISHED, RETIRED


def published(revision: int, journey: str = "shop") -> tuple[str, dict[str, Any]]:
    return PUBLISHED, {"journey": journey, "revision": revision}


def test_keeps_the_highest_revision_of_each_journey() -> None:
    found = latest([published(1), published(4), published(2), published(1, "bank")])
    assert {journey: one.revision for journey, one in found.items()} == {"shop": 4, "bank": 1}


def test_a_retired_journey_keeps_its_last_map() -> None:
    retired = (RETIRED, {"journey": "shop", "revision": 5})
    assert latest([published(4), retired]) == {"shop": Map(5, True, published(4)[1])}
    assert latest([retired, published(4)]) == {"shop": Map(5, True, None)}
