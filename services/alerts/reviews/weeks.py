"""Weeks as reviews count them: from Monday to Sunday, named as ISO 8601 does (2026-W47). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_NAME = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
_YEARS = range(1990, 2990)


@dataclass(frozen=True, order=True)
class Week:
    """Seven days from a Monday."""

    monday: date

    @classmethod
    def named(cls, name: str) -> Week:
        """The week of a name such as 2026-W47. Raises ValueError."""
        found = _NAME.fullmatch(name)
        if found is None or int(found[1]) not in _YEARS:
            raise ValueError(f"{name!r} names no week")
        return cls(date.fromisocalendar(int(found[1]), int(found[2]), 1))

    @classmethod
    def of(cls, day: date) -> Week:
        """The week a day lies in."""
        return cls(day - timedelta(days=day.weekday()))

    @classmethod
    def last_whole(cls, today: date) -> Week:
        """The last one that is over."""
        return cls.of(today).before(1)

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def number(self) -> int:
        return self.monday.isocalendar().week

    def before(self, weeks: int) -> Week:
        """The week so many weeks earlier."""
        return Week(self.monday - timedelta(weeks=weeks))

    def is_over(self, today: date) -> bool:
        return self.sunday < today

    def __str__(self) -> str:
        year, number, _ = self.monday.isocalendar()
        return f"{year}-W{number:02}"
