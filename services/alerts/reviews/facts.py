"""What a review is made from, gathered before anything is judged. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.alerts import routing
from services.alerts.reviews.weeks import Week
from shared.wording import clean

Row = Mapping[str, Any]
WEEK = timedelta(days=7)
EMPLOYEE = "employee"
"""Whose answers are never told by the week: employees' have periods of their own, the same for everybody."""


@dataclass(frozen=True)
class About:
    """Which review: of a journey with its map, and as seen at `now`."""

    journey: str
    journey_map: Row
    week: Week
    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.week.monday, time(), self.zone)

    @property
    def ends(self) -> datetime:
        return datetime.combine(self.week.sunday + timedelta(days=1), time(), self.zone)

    @property
    def held(self) -> datetime:
        """As of when what is open is told: now, or, of an older week, the end of the one after it."""
        return min(self.now, self.ends + WEEK)

    @property
    def last(self) -> date | None:
        """The last whole day of the week so far; None while there is none."""
        found = min(self.week.sunday, self.today - timedelta(days=1))
        return found if found >= self.week.monday else None

    @property
    def name(self) -> str:
        return clean(self.journey_map.get("name") or self.journey)

    def stage_name(self, stage: str) -> str:
        """Its name on the map, else its key."""
        return clean(routing.stage_of(self.journey_map, stage).get("name") or stage)


@dataclass(frozen=True)
class Facts:
    """answers: of other services, by the names of questions(); failed: why one did not come. incidents: of customers,
    that were not over when the 26 weeks before began; actions: stored ones with their effect as last measured; wins: as
    GET /v1/wins has them, of the same weeks; owners: names by key."""

    about: About
    answers: Mapping[str, Any] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    incidents: Sequence[Row] = ()
    follow_ups: Sequence[Row] = ()
    actions: Sequence[tuple[Row, Row | None]] = ()
    wins: Sequence[Row] = ()
    owners: Mapping[str, str] = field(default_factory=dict)

    def owner_name(self, owner: str | None) -> str | None:
        """The owner's name, archived or not; their key where there never was one."""
        return clean(self.owners.get(owner, owner)) if owner else None
