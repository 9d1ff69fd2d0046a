"""A back-test: the detector that runs live, run over stored answers. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.alerts.detection import Answer, Closing, Detector, Opening, State, Sum


@dataclass(slots=True)
class Found:
    """An incident the detector would have raised. Moments are µs since 1970; closed_at is None while open."""

    opened_at: int
    onset: int
    closed_at: int | None
    before: Sum
    since: Sum


@dataclass(slots=True)
class Backtest:
    """learning_until: clock day (ordinal) of the first answer that was judged; None if none was."""

    answers: int = 0
    days: int = 0
    learning_until: int | None = None
    incidents: list[Found] = field(default_factory=list)


def backtest(answers: Iterable[Answer], live_from: int, false_alarms_per_year: float) -> Backtest:
    """Run over `answers`, whose clock is answered_at, in order of (clock, sequence).

    Those before `live_from` (µs since 1970) only train, as historic ones do; the rest are live.
    """
    result, detector, days = Backtest(), Detector(State(false_alarms_per_year)), set()
    for answer in answers:
        change = detector.take(answer._replace(historic=answer.clock < live_from))
        result.answers += 1
        days.add(answer.day)
        if result.learning_until is None and detector.state.clock is not None:
            result.learning_until = answer.clock_day
        _note(result, change)
    result.days = len(days)
    return result


def _note(result: Backtest, change: Opening | Closing | None) -> None:
    if isinstance(change, Opening):
        result.incidents.append(Found(change.at, change.onset, None, change.before, change.since))
    elif isinstance(change, Closing):
        result.incidents[-1].closed_at = change.at
