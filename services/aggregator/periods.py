"""Days and windows. A day is a calendar day of `answered_at` in REPORT_TZ; a window is whole days, ends included."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from shared.events import parse_time

DEFAULT_WINDOW = "28d"
LONGEST_WINDOW = 730
LONGEST_PERIOD = 3660
STEPS = ("day", "week", "month")

_HOURS_KEPT = 100_000
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.last - self.first).days + 1

    def before(self) -> Period:
        """The period of the same length that ends the day before this one begins."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    def steps(self, step: str) -> list[Period]:
        """The period cut into days, weeks (from Monday) or calendar months; the outermost ones may be cut short."""
        cut: list[Period] = []
        first = self.first
        while first <= self.last:
            last = min(_end_of(step, first), self.last)
            cut.append(Period(first, last))
            first = last + timedelta(days=1)
        return cut


class Days:
    """The day of an event's time text in one time zone, remembered by the hour: this runs for each event."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._hours: dict[str, date] = {}

    def of(self, text: str) -> date:
        """The day of an ISO 8601 time. Raises ValueError where the text is not one or has no offset."""
        return self._hours.get(text[:13]) or self._work_out(text)

    def _work_out(self, text: str) -> date:
        moment = parse_time(text)
        start = moment.replace(minute=0, second=0, microsecond=0)
        first = start.astimezone(self.zone).date()
        last = (start + _HOUR - timedelta(microseconds=1)).astimezone(self.zone).date()
        # The first 13 characters name an hour of UTC only where the text ends in Z. An hour in which a new day
        # begins (zones with half and quarter hours) can't be remembered as one day.
        if text[-1] == "Z" and first == last:
            self._remember(text[:13], first)
        return moment.astimezone(self.zone).date()

    def _remember(self, hour: str, day: date) -> None:
        if len(self._hours) >= _HOURS_KEPT:
            self._hours.clear()
        self._hours[hour] = day


def today(zone: ZoneInfo, now: datetime | None = None) -> date:
    """The current day in `zone`; `now` (aware) stands in for the clock."""
    return (now or datetime.now(UTC)).astimezone(zone).date()


def window(text: str, today: date) -> Period:
    """The window that `28d` names: today so far and the 27 days before. Raises ValueError; 1 to 730 days."""
    match = re.fullmatch(r"([1-9][0-9]{0,3})d", text, re.ASCII)
    if not match or int(match[1]) > LONGEST_WINDOW:
        raise ValueError(f"a window is a number of days from 1d to {LONGEST_WINDOW}d, such as 28d")
    return Period(today - timedelta(days=int(match[1]) - 1), today)


def _end_of(step: str, day: date) -> date:
    if step == "week":
        return day + timedelta(days=6 - day.weekday())
    if step == "month":
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return day
