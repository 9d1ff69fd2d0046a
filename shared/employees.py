"""What of employees' answers may be told (ADR 0024). Pure, and the only place where that is decided.

Employees are few, so what is told of them are **cells**: the answers to one metric at one stage in one calendar month,
else quarter, else year, the finest that has `FLOOR` answers. Nothing is told of less or of parts: no touchpoint, no
survey, no segment, no reason, no day. Two facts make that safe, whatever is asked and however often:

- The cells of one stage and metric never overlap. A quarter is told only where none of its months is, a year only
  where none of its months and quarters is, and what was told once stays: its months are never told apart later. So
  there are no two cells of which one is a part of the other, and nothing can be subtracted.
- A cell does not move by less than FLOOR answers. It is told when nothing more can come in time, `SETTLING` after its
  end. What comes later (an import, answers taken out again) waits until FLOOR came, or FLOOR were taken out.

All of it is a function of entries: sums by month and **edition**, the moment from which they count. So it comes out
the same after a rebuild, and whoever looks at a moment sees what everybody else who looks at it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

FLOOR = 5
# An answer may be seven days old when it comes, and be changed for another one.
SETTLING = timedelta(days=8)
SLOTS = 11
_MINUTE = timedelta(minutes=1)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

Counts = tuple[int, ...]
"""How many gave each score 0…10."""
NOTHING: Counts = (0,) * SLOTS


class Entry(NamedTuple):
    """Answers of one month that count from one edition on.

    came, gone: how many came and how many were taken out again. plus, minus: what they add to the counts and take
    from them; a changed answer moves `plus` and is no answer more.
    """

    month: date
    edition: datetime
    came: int
    plus: Counts
    gone: int = 0
    minus: Counts = NOTHING


@dataclass(frozen=True, slots=True)
class Cell:
    """What is told: the counts of a month, quarter or year; edition: up to which one those who came are in them."""

    first: date
    last: date
    counts: Counts
    edition: datetime

    @property
    def n(self) -> int:
        return sum(self.counts)

    @property
    def name(self) -> str:
        """October 2026, Q3 2026 or 2026."""
        return period_name(self.first, self.last)

    def holds(self, month: date) -> bool:
        return self.first <= month <= self.last


def month_of(day: date) -> date:
    """The first day of the day's month."""
    return day.replace(day=1)


def last_day(month: date, months: int = 1) -> date:
    """The last day of so many months from one on."""
    index = month.year * 12 + month.month - 1 + months
    return date(index // 12, index % 12 + 1, 1) - timedelta(days=1)


def closes(last: date, zone: ZoneInfo) -> datetime:
    """When a period that ends on a day is told: nothing more comes in time. UTC."""
    return datetime.combine(last + timedelta(days=1) + SETTLING, time(), zone).astimezone(UTC)


def edition(month: date, recorded_at: datetime, zone: ZoneInfo) -> datetime:
    """From when on something counts that was recorded of an answer of a month: all that is in time, at once."""
    late = recorded_at.astimezone(UTC).replace(second=0, microsecond=0) + _MINUTE
    return max(closes(last_day(month), zone), late)


def told(entries: Iterable[Entry], until: datetime | None, zone: ZoneInfo) -> list[Cell]:
    """The cells of one stage and metric, oldest first. until: everything recorded before it is in the entries."""
    if until is None:
        return []
    years: dict[int, list[Entry]] = {}
    for entry in entries:
        if entry.edition <= until:
            years.setdefault(entry.month.year, []).append(entry)
    return [cell for year, found in sorted(years.items()) for cell in _Year(year, zone).told(found, until)]


def period_name(first: date, last: date) -> str:
    """October 2026, Q3 2026 or 2026."""
    if (first.year, first.month) == (last.year, last.month):
        return f"{_MONTHS[first.month - 1]} {first.year}"
    return str(first.year) if last.month - first.month == 11 else f"Q{last.month // 3} {first.year}"


@dataclass(slots=True)
class _Covered:
    """A period whose answers are told together, for ever; plus and minus wait until enough are in them."""

    first: date
    months: int
    counts: list[int]
    edition: datetime
    came: int = 0
    gone: int = 0
    plus: list[int] = field(default_factory=lambda: [0] * SLOTS)
    minus: list[int] = field(default_factory=lambda: [0] * SLOTS)

    def take(self, entry: Entry) -> None:
        self.came, self.gone = self.came + entry.came, self.gone + entry.gone
        _add(self.plus, entry.plus)
        _add(self.minus, entry.minus)

    def settle(self, at: datetime) -> None:
        """Tell what waits, where it is FLOOR answers; those that came and those taken out each by themselves."""
        if self.came >= FLOOR:
            _add(self.counts, self.plus)
            self.came, self.plus, self.edition = 0, [0] * SLOTS, at
        if self.gone >= FLOOR:
            _add(self.counts, [-count for count in self.minus])
            self.gone, self.minus = 0, [0] * SLOTS

    def cell(self) -> Cell:
        counts = tuple(max(0, count) for count in self.counts)
        return Cell(self.first, last_day(self.first, self.months), counts, self.edition)


class _Year:
    """The months of a year, edition by edition: which are told by themselves, which together, which not."""

    def __init__(self, year: int, zone: ZoneInfo) -> None:
        self.months = [date(year, month, 1) for month in range(1, 13)]
        self.zone = zone
        self.covered: dict[date, _Covered] = {}
        self.hidden = {month: [0] * SLOTS for month in self.months}

    def told(self, entries: Sequence[Entry], until: datetime) -> Iterator[Cell]:
        by_edition: dict[datetime, list[Entry]] = {}
        for entry in entries:
            by_edition.setdefault(entry.edition, []).append(entry)
        quarters = [(self.months[index : index + 3]) for index in (0, 3, 6, 9)]
        ends = {closes(last_day(months[-1]), self.zone) for months in quarters}
        for at in sorted(ends.union(by_edition)):
            if at <= until:
                self._step(at, by_edition.get(at, []), quarters)
        found = dict.fromkeys(self.covered[month].first for month in self.months if month in self.covered)
        cells = (self.covered[first].cell() for first in found)
        return (cell for cell in cells if cell.n >= FLOOR)

    def _step(self, at: datetime, entries: Sequence[Entry], quarters: Sequence[Sequence[date]]) -> None:
        for entry in entries:
            self._take(entry)
        for covered in self.covered.values():
            covered.settle(at)
        for months in (*([month] for month in self.months), *quarters, self.months):
            self._cover(months, at)

    def _take(self, entry: Entry) -> None:
        if covered := self.covered.get(entry.month):
            covered.take(entry)
        else:
            _add(self.hidden[entry.month], entry.plus)
            _add(self.hidden[entry.month], [-count for count in entry.minus])

    def _cover(self, months: Sequence[date], at: datetime) -> None:
        """Tell these months together from now on, where they are over, none of them is told, and they have FLOOR.

        Months that have too few are at most FLOOR - 1 each: where all are that many, their sum would tell it of each.
        """
        if at < closes(last_day(months[-1]), self.zone) or any(month in self.covered for month in months):
            return
        counts = [sum(column) for column in zip(*(self.hidden[month] for month in months), strict=True)]
        n = sum(max(0, count) for count in counts)
        if n < FLOOR or (len(months) > 1 and n == (FLOOR - 1) * len(months)):
            return
        self.covered |= dict.fromkeys(months, _Covered(months[0], len(months), counts, at))


def _add(sums: list[int], counts: Iterable[int]) -> None:
    for slot, count in enumerate(counts):
        sums[slot] += count
