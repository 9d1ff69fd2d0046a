"""The detector of one stage, metric and audience, answer by answer. DESIGN §7 line by line; pure and deterministic."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from services.alerts.detection.baseline import ENOUGH_ANSWERS, learn, weekday_of
from services.alerts.detection.evidence import (
    CASE_NEEDED,
    DROPS,
    RECOVERY_DAYS,
    RECOVERY_STEP,
    bet,
    budget,
    clamp,
    factor_down,
    factor_up,
    mean_of,
    proven,
    stake_down,
    stake_up,
)
from services.alerts.detection.state import BETS, Opened, State
from services.alerts.detection.sums import DaySums, Revision, Sum

MICROSECONDS_A_DAY = 86_400e6
RENEWALS = 4  # a baseline is learned anew at the latest after a quarter of its own answers

Factors = tuple[float, ...]


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


@dataclass(slots=True)
class Detector:
    """State and sums of one detector; `take` feeds it an answer. The factors of a baseline are kept while it stands."""

    state: State
    sums: DaySums = field(default_factory=DaySums)
    _factors: dict[tuple[Revision, int, int, bool], Factors | None] = field(default_factory=dict)

    def take(self, answer: Answer) -> Opening | Closing | None:
        """Bet on a recorded answer, then learn from it. Historic answers only train."""
        if answer.historic:
            self.state.retrain = True
            self.sums.add(answer.day, answer.revision, answer.half)
            return None
        self.prepare(answer)
        self.sums.add(answer.day, answer.revision, answer.half)
        factors = self.factors(answer.revision, weekday_of(answer.day), answer.half)
        if factors is None:
            return None
        days = self._forward(answer)
        if self.state.opened is not None:
            return self._recover(self.state.opened, factors, days, answer)
        return self._watch(factors, days, answer)

    def correct(self, day: int, revision: Revision, previous: int, half: int | None) -> None:
        """An amendment (or, with `half` None, a void) changes day sums, never evidence."""
        self.sums.add(day, revision, previous, -1)
        if half is not None:
            self.sums.add(day, revision, half)

    def prepare(self, answer: Answer) -> None:
        """Before a live answer: go-live and, while no incident is open, the baseline of a new clock day; sooner
        where so many answers come in a day that they would soon outnumber what the baseline knows."""
        state = self.state
        if state.live_from is None:
            state.live_from = answer.clock_day
        state.last_live = answer.clock
        new_day = state.learned_on is None or answer.clock_day > state.learned_on
        if state.opened is None and (new_day or state.retrain or state.taken >= self.patience()):
            state.baseline = learn(self.sums, answer.clock_day, state.healthy, state.live_from)
            state.learned_on, state.retrain, state.taken = answer.clock_day, False, 0
            self._factors.clear()
        state.taken += 1

    def patience(self) -> int:
        """How many live answers a baseline serves, within one clock day."""
        learned = self.state.baseline
        return max(ENOUGH_ANSWERS if learned is None else learned.n, ENOUGH_ANSWERS) // RENEWALS

    def _forward(self, answer: Answer) -> float:
        """D: how far this answer moves the clock, in days; 1 day for the first that bets."""
        state = self.state
        if state.clock is None:
            state.clock = answer.clock
            return 1.0
        if answer.clock <= state.clock:
            return 0.0
        moved, state.clock = answer.clock - state.clock, answer.clock
        if state.opened is None:
            state.watched += moved
        return moved / MICROSECONDS_A_DAY

    def _watch(self, factors: Factors, days: float, answer: Answer) -> Opening | None:
        if not self.state.healthy_at:  # each case was 1 when this answer came
            self.state.healthy_at = [(answer.clock, answer.clock_day)] * BETS
        evidence, case, healthy_at = self.state.evidence, self.state.case, self.state.healthy_at
        for k in range(BETS):
            evidence[k], case[k] = bet(evidence[k], case[k], days, factors[k])
            if case[k] <= 1.0:
                healthy_at[k] = (answer.clock, answer.clock_day)
        needed = budget(self.state.false_alarms_per_year)
        return self.open(answer) if proven(evidence, case, needed, CASE_NEEDED) else None

    def open(self, answer: Answer) -> Opening:
        """Open an incident at `answer`, which the bets have won and the sums hold."""
        state, baseline = self.state, self.state.baseline
        assert baseline is not None
        winning = max(range(BETS), key=lambda k: state.case[k])
        onset, onset_day = state.healthy_at[winning]
        state.opened = Opened(answer.sequence, onset, onset_day)
        before = Sum(baseline.n, baseline.halves, baseline.squares, baseline.first, baseline.last)
        since = self.sums.total(onset_day)
        return Opening(
            answer.sequence,
            answer.clock,
            onset,
            onset_day,
            mean_of(state.evidence),
            budget(state.false_alarms_per_year),
            state.false_alarms_per_year,
            before,
            since,
        )

    def _recover(self, opened: Opened, factors: Factors, days: float, answer: Answer) -> Closing | None:
        for k in range(BETS):
            opened.evidence[k], opened.case[k] = bet(opened.evidence[k], opened.case[k], days, factors[k])
        won = proven(opened.evidence, opened.case, RECOVERY_DAYS, CASE_NEEDED)
        return self.close(opened, answer) if won else None

    def close(self, opened: Opened, answer: Answer) -> Closing:
        """Close the open incident at `answer`, which showed that the stage recovered."""
        self.state.close(answer.clock_day)
        return Closing(opened.sequence, answer.sequence, answer.clock)

    def factors(self, revision: Revision, weekday: int, half: int) -> Factors | None:
        """What such an answer multiplies each bet by, now; None where it only trains."""
        up = self.state.opened is not None
        if not (up or self.state.enabled):
            return None
        case = (revision, weekday, half, up)
        if case not in self._factors:
            self._factors[case] = self._price(*case)
        return self._factors[case]

    def _price(self, revision: Revision, weekday: int, half: int, up: bool) -> Factors | None:
        learned = self.state.baseline
        if learned is None or not learned.bets(revision):
            return None
        null, unit = learned.null(weekday, revision), half / 2
        root = learned.discount(weekday, revision)
        if not up:
            stakes = [stake_down(drop, learned.variance, null) for drop in DROPS]
            return tuple(factor_down(stake, null, unit, root) for stake in stakes)
        low = clamp(null - RECOVERY_STEP)
        stakes = [stake_up(drop / 2, learned.variance, low) for drop in DROPS]
        return tuple(factor_up(stake, low, unit, root) for stake in stakes)
