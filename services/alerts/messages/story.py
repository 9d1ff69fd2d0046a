"""The facts of one message, gathered before anything is worded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.alerts.messages.following import NOTHING, Following

TOUCHPOINT, SEGMENT, MIX = "touchpoint", "segment", "mix"
OPENED, RESOLVED, TEST = "opened", "resolved", "test"
# Told while nobody acknowledges: again to the owner, and once to whoever is next.
REPEATED, ESCALATED = "repeated", "escalated"
STALE = "stale"
# A stage clearly got better: no incident, nothing to acknowledge.
WIN = "win"
# About one customer's case: it is yours now; it is past its due time; the same, to whoever is next.
ASSIGNED, OVERDUE, HANDED_UP = "follow_up_assigned", "follow_up_overdue", "follow_up_escalated"
OF_FOLLOW_UPS = (ASSIGNED, OVERDUE, HANDED_UP)


@dataclass(frozen=True)
class Elsewhere:
    """Where the reader silences the stage (None: no silence mutes this), and sees how they are told."""

    silence: str | None
    settings: str


@dataclass(frozen=True)
class Figure:
    """A score in points of its metric with its 95 % interval and the answers it rests on."""

    score: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Part:
    """What one touchpoint, or one segment value, adds to the change, in whole points; `mostly` names the segment that
    carries a touchpoint's part."""

    name: str
    points: int
    moment_of_truth: bool = False
    mostly: str | None = None


@dataclass(frozen=True)
class Grown:
    """The group (segment value or touchpoint) that came to be a larger part of the answers; shares 0…1."""

    name: str
    share_before: float
    share: float


@dataclass(frozen=True)
class Cause:
    """Where the change comes from. Σ parts + others + mix is the change shown in the headline.

    parts: beyond noise only; others: what is within noise together; mix: not a real change.
    kind: touchpoint, segment (then parts are its values, at all touchpoints) or mix where it is one thing, else None.
    grown: whose growth the mix is, where it is all there is. reasons: (label, times given).
    """

    parts: tuple[Part, ...]
    others: int
    mix: int
    kind: str | None = None
    grown: Grown | None = None
    reasons: tuple[tuple[str, int], ...] = ()

    @property
    def change(self) -> int:
        return sum(part.points for part in self.parts) + self.others + self.mix


@dataclass(frozen=True)
class Ending:
    """How an incident ended: what the score is back at, its lowest stretch, and what a person said was done.

    replaced: a map ended it, because none of its questions is asked any more.
    """

    closed_at: datetime
    by_person: bool
    outcome: str | None = None
    note: str | None = None
    back: Figure | None = None
    lowest: Figure | None = None
    replaced: bool = False


@dataclass(frozen=True)
class Story:
    """One message's facts. Times are aware and in REPORT_TZ; names are clean, single-line text.

    before and since are None only where nothing at all could be learnt; cause is None where the aggregator had not
    caught up when the message had to go; measurement (what measurement.judged found) where the survey service was away.
    because is routing's stage, journey, fallback or escalation. resolved_at: where it is over when this is told.
    """

    kind: str
    incident: str
    metric: str
    audience: str
    stage: str
    journey: str
    stage_name: str
    journey_name: str
    addressee: str | None
    because: str
    onset: datetime
    opened_at: datetime
    told_at: datetime
    false_alarms_per_year: float
    link: str
    before: Figure | None = None
    since: Figure | None = None
    cause: Cause | None = None
    measurement: Mapping[str, Any] | None = None
    ending: Ending | None = None
    following: Following = NOTHING
    resolved_at: datetime | None = None
    elsewhere: Elsewhere | None = None
