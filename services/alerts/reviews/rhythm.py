"""When a review is due: at a weekday and hour of REPORT_TZ. Pure; the clock is an argument."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# How long it waits for scores that do not come, and how often it asks again meanwhile.
PATIENCE, AGAIN = timedelta(hours=1), timedelta(minutes=5)


def next_at(schedule: Mapping[str, Any], now: datetime, zone: ZoneInfo) -> datetime:
    """The next time after `now`, in UTC. An hour that a change of the clocks leaves out is the one after it."""
    here = now.astimezone(zone)
    day = here.date() + timedelta(days=(WEEKDAYS.index(schedule["weekday"]) - here.weekday()) % 7)
    for at in (day, day + timedelta(days=7)):
        found = datetime.combine(at, time(schedule["hour"]), zone).astimezone(UTC)
        if found > now:
            return found
    raise AssertionError("one of two weeks is to come")
