"""Stories for tests of messages: the one in the product's own examples, changed as a test needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.alerts.messages.story import Cause, Ending, Figure, Part, Story

ZONE = ZoneInfo("Europe/Berlin")
CAUSE = Cause(
    parts=(Part("Courier hand-over", -15, True, "region North"), Part("Order tracking", -2)),
    others=-1,
    mix=-1,
    reasons=(("late", 61), ("damaged", 19)),
)
OPENED = Story(
    kind="opened",
    incident="7F3K2M9Q",
    metric="nps",
    audience="customer",
    stage="delivery",
    journey="shop",
    stage_name="Delivery",
    journey_name="Shop",
    addressee="Ana",
    because="stage",
    onset=datetime(2025, 11, 13, 14, tzinfo=ZONE),
    opened_at=datetime(2025, 11, 16, 9, tzinfo=ZONE),
    told_at=datetime(2025, 11, 16, 9, tzinfo=ZONE),
    false_alarms_per_year=0.5,
    link="https://fb.example/incidents/7F3K2M9Q?t=signed",
    before=Figure(41.2, 40.1, 42.4, 17_240),
    since=Figure(22.3, 11.0, 33.0, 240),
    cause=CAUSE,
)
OVER = Ending(
    closed_at=datetime(2025, 11, 25, 14, tzinfo=ZONE),
    by_person=False,
    back=Figure(40.2, 30.0, 50.0, 120),
    lowest=Figure(17.6, 2.0, 33.0, 110),
)


def opened(**changed: Any) -> Story:
    """The opening of an incident of Delivery."""
    return replace(OPENED, **changed)


def resolved(ending: Ending = OVER, **changed: Any) -> Story:
    """Its end, by itself unless `ending` says otherwise."""
    return replace(OPENED, kind="resolved", ending=ending, **changed)
