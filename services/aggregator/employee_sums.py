"""Adding up employees' answers: by month and edition (`shared/employees.py`), never by day, place or segment. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from services.aggregator.periods import Days
from shared import employees
from shared.events import RECORDED, parse_time

Event = tuple[str, dict[str, Any]]


class Place(NamedTuple):
    """A row of `employee_sum`."""

    journey: str
    stage: str
    metric: str
    survey: str
    month: date
    edition: datetime
    score: int


Gains = dict[Place, list[int]]
"""[came, gone, changed] of each row that is touched, also where they are 0: rebuild = live."""


def apart(responses: list[Event]) -> tuple[list[Event], list[Event]]:
    """Customers' events and employees'."""
    employed = [event for event in responses if event[1]["audience"] == "employee"]
    if not employed:
        return responses, employed
    return [event for event in responses if event[1]["audience"] != "employee"], employed


def add_up(events: Iterable[Event], days: Days) -> Gains:
    """What employees' events (kind, data) add: an answer that came, was changed, or was taken out again."""
    gains: Gains = {}
    for kind, data in events:
        before = None if kind == RECORDED else data["previous"]["score"]
        if before is None:
            _row(gains, data, data["score"], days)[0] += 1
        elif data["score"] is None:
            _row(gains, data, before, days)[1] += 1
        else:
            _row(gains, data, before, days)[2] -= 1
            _row(gains, data, data["score"], days)[2] += 1
    return gains


def _row(gains: Gains, data: dict[str, Any], score: int, days: Days) -> list[int]:
    month = employees.month_of(days.of(data["answered_at"]))
    edition = _edition(month, data["recorded_at"][:16], days.zone)
    place = Place(data["journey"], data["stage"], data["metric"], data["survey"], month, edition, score)
    return gains.setdefault(place, [0, 0, 0])


@lru_cache(maxsize=4096)
def _edition(month: date, minute: str, zone: ZoneInfo) -> datetime:
    return employees.edition(month, parse_time(f"{minute}:00Z"), zone)
