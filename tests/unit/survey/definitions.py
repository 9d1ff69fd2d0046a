"""A survey's definition for unit tests."""

from __future__ import annotations

from typing import Any

from services.survey.definition import Definition

DOCUMENT: dict[str, Any] = {"question": {"en": "How was it?"}}


def definition(**changes: Any) -> Definition:
    """The live survey delivery-nps with the reasons late and damaged and the segment key plan."""
    values: dict[str, Any] = {
        "survey": "delivery-nps",
        "journey": "shop",
        "stage": "delivery",
        "touchpoint": "handover",
        "metric": "nps",
        "audience": "customer",
        "status": "live",
        "revision": 1,
        "journey_revision": 1,
        "reasons": frozenset(("late", "damaged")),
        "kept": {"plan": frozenset(("pro",))},
        "document": DOCUMENT,
    }
    return Definition(**{**values, **changes})
