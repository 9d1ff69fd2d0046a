"""Everything a detector carries from one answer to the next, besides its day sums, and its exact JSON form.

Floats survive JSON by repr; moments are integer microseconds since 1970, days are ordinals.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from services.alerts.detection.baseline import Baseline, baseline_of

BETS = 4


@dataclass(slots=True)
class Opened:
    """The open incident of a detector: where it began, and the evidence for recovery so far."""

    sequence: int
    onset: int
    onset_day: int
    evidence: list[float] = field(default_factory=lambda: [0.0] * BETS)
    case: list[float] = field(default_factory=lambda: [1.0] * BETS)


@dataclass(slots=True)
class Rising:
    """The bets on a rise, and for each of them the moment and day its case was last at most 1; empty until one bet."""

    evidence: list[float] = field(default_factory=lambda: [0.0] * BETS)
    case: list[float] = field(default_factory=lambda: [1.0] * BETS)
    usual_at: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class State:
    """One detector. `clock` is the latest clock time of an answer that bet; `watched` the clock time it watched for.

    `taken` counts live answers since the baseline was learned. `healthy_at` holds, for each bet, the moment and day its
    case was last at most 1; it is empty until an answer bets after the evidence began. `left_out` lists incidents kept
    out of the baseline as (opening sequence, first day, last day), and the days a win took, by its sequence. `restart`
    is the first day a new normal allows.

    `false_wins_per_year` is None while nobody looks for wins. `risen`: the first day after a win, until enough answers
    came since to be the new normal; meanwhile the days before the win are the reference, and nothing bets on a rise.
    """

    false_alarms_per_year: float
    own_rate: bool = False
    enabled: bool = True
    live_from: int | None = None
    last_live: int | None = None
    clock: int | None = None
    watched: int = 0
    retrain: bool = True
    learned_on: int | None = None
    taken: int = 0
    baseline: Baseline | None = None
    evidence: list[float] = field(default_factory=lambda: [0.0] * BETS)
    case: list[float] = field(default_factory=lambda: [1.0] * BETS)
    healthy_at: list[tuple[int, int]] = field(default_factory=list)
    opened: Opened | None = None
    left_out: list[tuple[int, int, int]] = field(default_factory=list)
    restart: int | None = None
    false_wins_per_year: float | None = None
    rising: Rising = field(default_factory=Rising)
    risen: int | None = None

    def healthy(self, days: list[int]) -> list[int]:
        """Those of `days` whose answers may train the baseline."""
        if self.restart is not None:
            days = [day for day in days if day >= self.restart]
        for _, first, last in self.left_out:
            days = [day for day in days if not first <= day <= last]
        return days

    def usual(self, days: list[int]) -> list[int]:
        """Those of `days` that train the baseline now: healthy, and before the last win while that is the reference."""
        days = self.healthy(days)
        return days if self.risen is None else [day for day in days if day < self.risen]

    def since_win(self, days: list[int]) -> list[int]:
        """The healthy ones of `days` since the last win."""
        return [day for day in self.healthy(days) if self.risen is None or day >= self.risen]

    def won(self, sequence: int, first: int, day: int) -> None:
        """A win on clock day `day`, with its onset on day `first`. Its own days teach nothing: what proved it was
        chosen for being high. What comes after it is the new normal, once there is enough of it."""
        self.left_out.append((sequence, first, day))
        self.risen, self.rising, self.retrain = day + 1, Rising(), True

    def settle(self) -> None:
        """The days since the win are the normal from now on."""
        if self.risen is not None:
            self.restart = max(self.risen, self.restart or self.risen)
            self.risen, self.rising = None, Rising()

    def close(self, day: int) -> None:
        """End the open incident on clock day `day`: its days stay out of the baseline, the evidence starts again."""
        if self.opened is None:
            return
        self.left_out.append((self.opened.sequence, self.opened.onset_day, day))
        self.opened = None
        self.reset()

    def reset(self) -> None:
        """Start the evidence again, and learn anew at the next live answer.

        Every case is 1 now, so what comes later began no earlier: when it was at most 1 before tells nothing any more.
        """
        self.evidence, self.case, self.healthy_at = [0.0] * BETS, [1.0] * BETS, []
        self.rising, self.retrain = Rising(), True

    @property
    def status(self) -> str:
        """learning, ok or degraded."""
        if self.opened is not None:
            return "degraded"
        return "learning" if self.baseline is None or self.baseline.learning else "ok"


def to_json(state: State) -> dict[str, Any]:
    """The state as plain JSON values; `from_json` gives the same state back, bit for bit."""
    document: dict[str, Any] = {name: getattr(state, name) for name in State.__dataclass_fields__}
    document["rising"] = {name: getattr(state.rising, name) for name in Rising.__dataclass_fields__}
    if state.opened is not None:
        document["opened"] = {name: getattr(state.opened, name) for name in Opened.__dataclass_fields__}
    if state.baseline is not None:
        document["baseline"] = state.baseline.document
    return document


def from_json(document: dict[str, Any]) -> State:
    """The State that `to_json` wrote; before there were wins it wrote nothing of them. Raises TypeError where a later
    version wrote it."""
    known = dict(document)
    known["baseline"] = None if document["baseline"] is None else baseline_of(document["baseline"])
    known["opened"] = None if document["opened"] is None else Opened(**document["opened"])
    known["healthy_at"] = [(moment, day) for moment, day in document["healthy_at"]]
    known["left_out"] = [(sequence, first, last) for sequence, first, last in document["left_out"]]
    known["rising"] = _rising(document["rising"]) if "rising" in document else Rising()
    return State(**known)


def _rising(document: dict[str, Any]) -> Rising:
    usual_at = [(moment, day) for moment, day in document["usual_at"]]
    return Rising(document["evidence"], document["case"], usual_at)
