"""The map of a shop as `journey.published` carries it."""

from __future__ import annotations

from typing import Any

SHOP: dict[str, Any] = {
    "journey": "shop",
    "revision": 3,
    "name": "Shop",
    "owner": "ana",
    "personas": ["first-time buyer"],
    "segments": ["region", "plan"],
    "stages": [
        {
            "key": "delivery",
            "name": "Delivery",
            "owner": "ben",
            "targets": [{"metric": "nps", "audience": "customer", "score": 40}],
            "touchpoints": [
                {
                    "key": "handover",
                    "name": "Courier hand-over",
                    "moment_of_truth": True,
                    "pain_points": ["late"],
                },
                {"key": "tracking", "name": "Order tracking", "moment_of_truth": False},
            ],
        },
        {
            "key": "returns",
            "name": "Returns",
            "owner": None,
            "targets": [],
            "touchpoints": [{"key": "handover", "name": "Drop-off", "moment_of_truth": False}],
        },
    ],
    "surveys": [
        {
            "survey": "delivery-nps",
            "stage": "delivery",
            "touchpoint": "handover",
            "metric": "nps",
            "audience": "customer",
            "revision": 1,
            "reasons": [
                {"key": "late", "label": {"de": "Zu spät", "en": "Late"}},
                {"key": "damaged", "label": {"de": "Beschädigt"}},
            ],
        },
        {
            "survey": "returns-ces",
            "stage": "returns",
            "touchpoint": "handover",
            "metric": "ces",
            "audience": "customer",
            "revision": 1,
            "reasons": [],
        },
    ],
}
