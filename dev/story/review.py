"""The review of the week before: when it is sent, and what was decided at the one before it."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid5

from dev import simulate
from dev.demo_calls import Demo
from dev.story import weeks

SCHEDULE = {"weekday": "monday", "hour": 8, "to": ["cleo", "ana", "dana"]}
DECISION = "Ask the North depot what the new tours do to the last twenty stops, before customers tell us."


def prepare(demo: Demo) -> None:
    """PUT the schedule, and record last time's decision, once."""
    demo.call("alerts", "PUT", "/v1/reviews/shop/schedule", json=SCHEDULE)
    zero = weeks.monday(demo.anchor)
    decision = {
        "id": str(uuid5(simulate.NAMESPACE, f"{simulate.SEED} {demo.anchor} decision")),
        "week": week(zero - timedelta(weeks=2)),
        "text": DECISION,
        "owner": "ana",
        "due_on": (zero + timedelta(days=3)).isoformat(),
    }
    demo.call("alerts", "POST", "/v1/reviews/shop/decisions", json=decision)


def week(day: date) -> str:
    """The name of a day's week, 2026-W47."""
    year, number, _ = day.isocalendar()
    return f"{year}-W{number:02}"
