"""What a detector remembers of answers: integer sums a day of answered_at and survey revision, in half-units.

Integers add up the same in any order, so a rebuilt baseline equals the live one bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

Revision = tuple[str, int]  # (survey, survey_revision)
Days = dict[int, dict[Revision, list[int]]]  # day → revision → [n, Σ half-units, Σ squared half-units]


class Sum(NamedTuple):
    """Answers added up: how many, Σ half-units, Σ squared half-units, the first and last day (None without answers).

    Enough for every score and its interval: of NPS, promoters = (squares − halves)/2 and passives = 2·halves − squares.
    """

    n: int
    halves: int
    squares: int
    first: int | None
    last: int | None


@dataclass(slots=True)
class DaySums:
    """The sums of one detector; `changed` collects what was added since it was last saved."""

    days: Days = field(default_factory=dict)
    changed: Days = field(default_factory=dict)

    def add(self, day: int, revision: Revision, half: int, sign: int = 1) -> None:
        """Count one answer in, or out with sign −1. day: ordinal of answered_at's date in REPORT_TZ."""
        self.add_counted(day, revision, sign, sign * half, sign * half * half)

    def add_counted(self, day: int, revision: Revision, n: int, halves: int, squares: int) -> None:
        """Count answers in that are added up already."""
        for days in (self.days, self.changed):
            entry = days.setdefault(day, {}).setdefault(revision, [0, 0, 0])
            entry[0] += n
            entry[1] += halves
            entry[2] += squares

    def total(self, first: int, last: int | None = None) -> Sum:
        """Everything from day `first` to `last`, both included."""
        n = halves = squares = 0
        within = sorted(day for day in self.days if day >= first and (last is None or day <= last))
        for day in within:
            for entry in self.days[day].values():
                n, halves, squares = n + entry[0], halves + entry[1], squares + entry[2]
        return Sum(n, halves, squares, within[0] if within else None, within[-1] if within else None)

    def answers(self) -> int:
        """All answers remembered, historic ones too."""
        return sum(entry[0] for revisions in self.days.values() for entry in revisions.values())
