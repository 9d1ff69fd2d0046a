"""The measures that the house looked at meanwhile: both green, whatever customers said."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from dev import simulate
from dev.demo_calls import Demo

DAYS = 120
DOOR = ("delivery", "minutes-at-the-door")
REFUND = ("returns", "handle-time")
MEASURES: dict[tuple[str, str], dict[str, Any]] = {
    DOOR: {"name": "Minutes at the door", "unit": "min", "direction": "down", "target": 4.0},
    REFUND: {"name": "Handle time of a refund", "unit": "min", "direction": "down", "target": 6.0},
}


def measure(demo: Demo) -> None:
    """PUT the measures and their values up to yesterday; sent again they change nothing."""
    for (stage, key), document in MEASURES.items():
        path = f"/v1/measures/shop/{stage}/{key}"
        demo.call("aggregator", "PUT", path, json=document)
        demo.call("aggregator", "POST", f"{path}/values", json=values(demo.anchor, (stage, key)))


def values(anchor: date, which: tuple[str, str]) -> list[dict[str, Any]]:
    """A value a day. Couriers get faster, which is what makes the target, and not the customers, happy."""
    random = Random(f"{simulate.SEED}-{which[1]}-{anchor}")
    found = []
    for ago in range(DAYS, 0, -1):
        usual = 2.4 + 0.9 * ago / DAYS if which == DOOR else 5.1
        day = anchor - timedelta(days=ago)
        found.append({"day": day.isoformat(), "value": round(usual + random.gauss(0, 0.12), 2)})
    return found
