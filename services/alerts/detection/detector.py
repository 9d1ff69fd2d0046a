"""The detector of one stage, metric and audience, answer by answer. DESIGN §7 line by line; pure and deterministic."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from services.alerts.detection.baseline import ENOUGH_ANSWERS, Baseline, learn, weekday_of
from services.alerts.detection.changes import Answer, Change, Closing, Opening, Win
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
from services.alerts.detection.state import BETS, Opened, Rising, State
from services.alerts.detection.sums import DaySums, Revision, Sum

MICROSECONDS_A_DAY = 86_400e6
# Four whole weeks, so that weekdays and how days differ are known again (docs/wins.md); nobody is blind meanwhile.
NEW_NORMAL_DAYS = 28
RENEWALS = 4  # a baseline is learned anew at the latest after a quarter of its own answers

Factors = tuple[float, ...]


class Prices(NamedTuple):
    """What an answer multiplies the bets by: those on a drop (while an incident is open, those on its end), and those
    on a rise, None where nothing bets on one."""

    bets: Factors
    rising: Factors | None


@dataclass(slots=True)
class Detector:
    """State and sums of one detector; `take` feeds it an answer. The factors of a baseline are kept while it stands."""

    state: State
    sums: DaySums = field(default_factory=DaySums)
    _prices: dict[tuple[Revision, int, int, bool], Prices | None] = field(default_factory=dict)

    def take(self, answer: Answer) -> Change | None:
        """Bet on a recorded answer, then learn from it. Historic answers only train."""
        if answer.historic:
            self.state.retrain = True
            self.sums.add(answer.day, answer.revision, answer.half)
            return None
        self.prepare(answer)
        self.sums.add(answer.day, answer.revision, answer.half)
        prices = self.prices(answer.revision, weekday_of(answer.day), answer.half)
        if prices is None:
            return None
        days = self._forward(answer)
        if self.state.opened is not None:
            return self._recover(self.state.opened, prices.bets, days, answer)
        opening = self._watch(prices.bets, days, answer)
        if opening is not None or prices.rising is None:
            return opening
        return self._rise(self.state.rising, prices.rising, days, answer)

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
            state.baseline = self._learn(answer.clock_day, state.live_from)
            state.learned_on, state.retrain, state.taken = answer.clock_day, False, 0
            self._prices.clear()
        state.taken += 1

    def _learn(self, today: int, live_from: int) -> Baseline:
        """After a win the reference stays what it was until enough is known of what came since: a win blinds nobody."""
        if self.state.risen is not None:
            since = learn(self.sums, today, self.state.since_win, live_from)
            if not since.learning and since.days >= NEW_NORMAL_DAYS:
                self.state.settle()
                return since
        return learn(self.sums, today, self.state.usual, live_from)

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
        evidence, case = self.state.evidence, self.state.case
        bet(evidence, case, days, factors)
        _note(self.state.healthy_at, case, answer)
        needed = budget(self.state.false_alarms_per_year)
        return self.open(answer) if proven(evidence, case, needed, CASE_NEEDED) else None

    def _rise(self, rising: Rising, factors: Factors, days: float, answer: Answer) -> Win | None:
        if not rising.usual_at:
            rising.usual_at = [(answer.clock, answer.clock_day)] * BETS
        bet(rising.evidence, rising.case, days, factors)
        _note(rising.usual_at, rising.case, answer)
        needed = budget(self.state.false_wins_per_year or 0.0)
        return self.win(answer) if proven(rising.evidence, rising.case, needed, CASE_NEEDED) else None

    def open(self, answer: Answer) -> Opening:
        """Open an incident at `answer`, which the bets have won and the sums hold."""
        state, baseline = self.state, self.state.baseline
        assert baseline is not None
        onset, onset_day = state.healthy_at[_strongest(state.case)]
        state.opened, state.rising = Opened(answer.sequence, onset, onset_day), Rising()
        return Opening(
            answer.sequence,
            answer.clock,
            onset,
            onset_day,
            mean_of(state.evidence),
            budget(state.false_alarms_per_year),
            state.false_alarms_per_year,
            _known(baseline),
            self.sums.total(onset_day),
        )

    def win(self, answer: Answer) -> Win:
        """Find a win at `answer`, which the bets on a rise have won and the sums hold."""
        state, baseline, rising = self.state, self.state.baseline, self.state.rising
        assert baseline is not None
        assert state.false_wins_per_year is not None
        onset, onset_day = rising.usual_at[_strongest(rising.case)]
        state.won(answer.sequence, onset_day, answer.clock_day)
        return Win(
            answer.sequence,
            answer.clock,
            onset,
            onset_day,
            mean_of(rising.evidence),
            budget(state.false_wins_per_year),
            state.false_wins_per_year,
            _known(baseline),
            self.sums.total(onset_day),
        )

    def _recover(self, opened: Opened, factors: Factors, days: float, answer: Answer) -> Closing | None:
        bet(opened.evidence, opened.case, days, factors)
        won = proven(opened.evidence, opened.case, RECOVERY_DAYS, CASE_NEEDED)
        return self.close(opened, answer) if won else None

    def close(self, opened: Opened, answer: Answer) -> Closing:
        """Close the open incident at `answer`, which showed that the stage recovered."""
        self.state.close(answer.clock_day)
        return Closing(opened.sequence, answer.sequence, answer.clock)

    def prices(self, revision: Revision, weekday: int, half: int) -> Prices | None:
        """What such an answer multiplies each bet by, now; None where it only trains."""
        recovering = self.state.opened is not None
        if not (recovering or self.state.enabled):
            return None
        case = (revision, weekday, half, recovering)
        if case not in self._prices:
            self._prices[case] = self._price(*case)
        return self._prices[case]

    def _price(self, revision: Revision, weekday: int, half: int, recovering: bool) -> Prices | None:
        learned = self.state.baseline
        if learned is None or not learned.bets(revision):
            return None
        null, unit = learned.null(weekday, revision), half / 2
        root = learned.discount(weekday, revision)
        if recovering:
            low = clamp(null - RECOVERY_STEP)
            stakes = [stake_up(drop / 2, learned.variance, low) for drop in DROPS]
            return Prices(tuple(factor_up(stake, low, unit, root) for stake in stakes), None)
        stakes = [stake_down(drop, learned.variance, null) for drop in DROPS]
        falling = tuple(factor_down(stake, null, unit, root) for stake in stakes)
        if self.state.false_wins_per_year is None or self.state.risen is not None:
            return Prices(falling, None)
        high = learned.null_above(weekday, revision)
        stakes = [stake_up(rise, learned.variance, high) for rise in DROPS]
        return Prices(falling, tuple(factor_up(stake, high, unit, root) for stake in stakes))


def _note(healthy_at: list[tuple[int, int]], case: list[float], answer: Answer) -> None:
    """Remember of each bet when its case was last at most 1."""
    for k in range(BETS):
        if case[k] <= 1.0:
            healthy_at[k] = (answer.clock, answer.clock_day)


def _strongest(case: list[float]) -> int:
    return max(range(BETS), key=lambda k: case[k])


def _known(baseline: Baseline) -> Sum:
    return Sum(baseline.n, baseline.halves, baseline.squares, baseline.first, baseline.last)
