"""A back-test: the detector that runs live, run over stored answers, and the common rules beside it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from services.alerts.detection import FALSE_WINS_PER_YEAR, Answer, Closing, Detector, Opening, State, Sum
from services.alerts.detection.common_rules import Alarm, rules
from services.alerts.detection.sums import DaySums, Revision


class Correction(NamedTuple):
    """An amendment, or with `half` None a void, of an answer of `day` that was worth `previous` half-units."""

    day: int
    revision: Revision
    previous: int
    half: int | None


@dataclass(slots=True)
class Found:
    """An incident the detector would have raised. Moments are µs since 1970, days ordinals; None while open."""

    opened_at: int
    onset: int
    onset_day: int
    before: Sum
    since: Sum
    closed_at: int | None = None
    closed_day: int | None = None

    def covers(self, day: int) -> bool:
        """Whether `day` lies between the onset and the end."""
        return self.onset_day <= day and (self.closed_day is None or day <= self.closed_day)

    def overlaps(self, other: Found) -> bool:
        """Whether both tell of the same time."""
        return self.covers(other.onset_day) or other.covers(self.onset_day)


@dataclass(slots=True)
class Backtest:
    """answers, days: all that were given, those that only trained too.

    learning_until: clock day (ordinal) of the first answer that was judged; None if none was. rules: the alarms of
    each common rule from the first live day on.
    """

    false_alarms_per_year: float
    answers: int = 0
    days: int = 0
    learning_until: int | None = None
    incidents: list[Found] = field(default_factory=list)
    rules: dict[str, list[Alarm]] = field(default_factory=dict)


@dataclass(slots=True)
class _Run:
    """One detector on its way through the entries."""

    detector: Detector
    live_from: int | None
    result: Backtest

    def take(self, entry: Answer | Correction) -> None:
        if isinstance(entry, Correction):
            self.detector.correct(*entry)
            return
        historic = self.live_from is not None and entry.clock < self.live_from
        change = self.detector.take(entry._replace(historic=historic))
        if self.result.learning_until is None and self.detector.state.clock is not None:
            self.result.learning_until = entry.clock_day
        if isinstance(change, Opening):
            found = Found(change.at, change.onset, change.onset_day, change.before, change.since)
            self.result.incidents.append(found)
        elif isinstance(change, Closing):
            last = self.result.incidents[-1]
            last.closed_at, last.closed_day = change.at, entry.clock_day

    def end(self) -> Backtest:
        days = list(_by_day(self.detector.sums))
        live_from = self.detector.state.live_from
        self.result.answers, self.result.days = sum(n for _, n, _ in days), len(days)
        self.result.rules = rules(days if live_from is not None else [], live_from)
        return self.result


def backtest(
    entries: Iterable[Answer | Correction], live_from: int | None, false_alarms_per_year: float
) -> Backtest:
    """Run over `entries`, whose clock is answered_at, in order of (clock, sequence).

    Answers before `live_from` (µs since 1970) only train, as historic ones do; the rest are live, all with None.
    Corrections change day sums and never evidence: the bet on an answer is the one on its first score.
    """
    return backtests(entries, live_from, [false_alarms_per_year])[0]


def backtests(
    entries: Iterable[Answer | Correction], live_from: int | None, rates: Sequence[float]
) -> list[Backtest]:
    """As `backtest`, with several budgets in one go: one result a rate of false alarms a year."""
    # Wins are found too, as live, because a win makes a new normal; they are not told of.
    wins = FALSE_WINS_PER_YEAR
    runs = [
        _Run(Detector(State(rate, false_wins_per_year=wins)), live_from, Backtest(rate)) for rate in rates
    ]
    for entry in entries:
        for one in runs:
            one.take(entry)
    return [one.end() for one in runs]


def _by_day(sums: DaySums) -> Iterable[tuple[int, int, int]]:
    """(day, answers, Σ half-units) of each day with answers that stand, in order."""
    for day, revisions in sorted(sums.days.items()):
        n = sum(entry[0] for entry in revisions.values())
        if n:
            yield day, n, sum(entry[1] for entry in revisions.values())
