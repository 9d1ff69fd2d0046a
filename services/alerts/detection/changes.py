"""What goes into a detector and what it says: answers in, openings, closings and wins out."""

from __future__ import annotations

from typing import NamedTuple

from services.alerts.detection.sums import Revision, Sum


class Answer(NamedTuple):
    """One answer. clock: µs since 1970; clock_day, day (of answered_at): ordinals in REPORT_TZ; half: 0, 1, 2."""

    sequence: int
    clock: int
    clock_day: int
    day: int
    revision: Revision
    half: int
    historic: bool


class Opening(NamedTuple):
    """The stage is degraded: what an incident says of it. evidence: mean(R) in days, against the budget A in days."""

    sequence: int
    at: int
    onset: int
    onset_day: int
    evidence: float
    budget: float
    false_alarms_per_year: float
    before: Sum
    since: Sum


class Closing(NamedTuple):
    """The stage recovered; `opening` is the sequence of the answer that opened the incident."""

    opening: int
    sequence: int
    at: int


class Win(NamedTuple):
    """The stage really got better: as Opening, upwards. `before` is what the stage was known as."""

    sequence: int
    at: int
    onset: int
    onset_day: int
    evidence: float
    budget: float
    false_wins_per_year: float
    before: Sum
    since: Sum


Change = Opening | Closing | Win
