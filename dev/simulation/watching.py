"""The live detector over a synthetic stage: its own methods day by day, its own scalar step compiled within a day.

What is compiled is `evidence.bet` and `evidence.mean_of` as they stand; a test shows that `watch` and `Detector.take`
over the same answers end in the same state, bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dev.simulation.stages import Stage, revision
from services.alerts.detection import Change, Detector, State, budget, evidence
from services.alerts.detection.baseline import weekday_of
from services.alerts.detection.detector import MICROSECONDS_A_DAY
from services.alerts.detection.state import BETS

NEVER = -1
NOTHING, CHANGED, ROSE = 0, 1, 2
NO_BETS = (1.0,) * BETS


class Priced(NamedTuple):
    """What answers of one day multiply the bets by, by code; `judged`: whether such an answer bets at all; `looking`:
    whether any of them bets on a rise."""

    factors: NDArray[np.float64]
    judged: NDArray[np.bool_]
    rising: NDArray[np.float64]
    looking: bool


def watch(
    stage: Stage, false_alarms_per_year: float, false_wins_per_year: float | None = None
) -> tuple[Detector, list[Change]]:
    """What the detector says of `stage`, and the detector as it is left."""
    detector, changes = Detector(State(false_alarms_per_year, false_wins_per_year=false_wins_per_year)), []
    for day, entries in enumerate(stage.history.tolist()):
        _count(detector, stage.day(day - len(stage.history)), entries)
    for live_day in range(stage.live_days):
        begin, end = stage.starts[live_day], stage.starts[live_day + 1]
        while begin < end:
            begin, change = _stretch(detector, stage, live_day, begin, end)
            if change is not None:
                changes.append(change)
    return detector, changes


def _stretch(
    detector: Detector, stage: Stage, live_day: int, begin: int, end: int
) -> tuple[int, Change | None]:
    """Answers [begin, end) of a day, up to the first that opens, closes or wins: where to go on, and what changed."""
    answer = stage.answer(begin, live_day)
    detector.prepare(answer)
    if detector.state.opened is None:  # up to where the baseline is learned anew
        end = min(end, begin + max(detector.patience() - detector.state.taken, 0) + 1)
    priced = _prices(detector, stage.surveys, weekday_of(answer.day))
    stop, said = _bet(detector, stage, answer.clock_day, begin, end, priced)
    _count(detector, answer.day, _entries(stage, live_day, begin, stop))
    detector.state.taken += stop - begin - 1
    if said == NOTHING:
        detector.state.last_live = int(stage.clocks[stop - 1])
        return stop, None
    last, opened = stage.answer(stop - 1, live_day), detector.state.opened
    detector.state.last_live = last.clock
    if said == ROSE:
        return stop, detector.win(last)
    return stop, detector.open(last) if opened is None else detector.close(opened, last)


def _prices(detector: Detector, surveys: int, weekday: int) -> Priced:
    found = [detector.prices(revision(code // 3), weekday, code % 3) for code in range(surveys * 3)]
    bets = [NO_BETS if one is None else one.bets for one in found]
    rising = [None if one is None else one.rising for one in found]
    judged = np.array([one is not None for one in found])
    looking = any(one is not None for one in rising)
    return Priced(np.array(bets), judged, np.array([one or NO_BETS for one in rising]), looking)


def _bet(
    detector: Detector, stage: Stage, clock_day: int, begin: int, end: int, priced: Priced
) -> tuple[int, int]:
    """Run the compiled step and put what it found into the detector's state: the first answer not taken, and what
    was won."""
    state, rising = detector.state, detector.state.rising
    bets = state if state.opened is None else state.opened
    needed = budget(state.false_alarms_per_year) if state.opened is None else evidence.RECOVERY_DAYS
    falls = _Bets(np.array(bets.evidence), np.array(bets.case), np.full(BETS, NEVER), needed)
    rate = state.false_wins_per_year
    rises = _Bets(
        np.array(rising.evidence), np.array(rising.case), np.full(BETS, NEVER), budget(rate) if rate else 0.0
    )
    clock = NEVER if state.clock is None else state.clock
    begins = state.opened is None and not state.healthy_at, not rising.usual_at
    step = compiled(evidence.bet, evidence.mean_of)
    answers = (stage.clocks, stage.codes, begin, end)
    stop, said, clock, moved = step(
        answers, tuple(priced), clock, *begins, tuple(falls), tuple(rises), evidence.CASE_NEEDED
    )
    bets.evidence, bets.case = falls.evidence.tolist(), falls.case.tolist()
    state.clock = None if clock == NEVER else clock
    if state.opened is None:
        state.watched += moved
        state.healthy_at = _last_at(state.healthy_at, falls, clock_day)
        rising.evidence, rising.case = rises.evidence.tolist(), rises.case.tolist()
        rising.usual_at = _last_at(rising.usual_at, rises, clock_day)
    return stop, said


class _Bets(NamedTuple):
    evidence: NDArray[np.float64]
    case: NDArray[np.float64]
    healthy_at: NDArray[np.int64]
    needed: float


def _last_at(known: list[tuple[int, int]], bets: _Bets, clock_day: int) -> list[tuple[int, int]]:
    """When each case was last at most 1, with what the step found; empty before anything bet."""
    found = [
        old if moment == NEVER else (moment, clock_day)
        for old, moment in zip(known or [(NEVER, clock_day)] * BETS, bets.healthy_at.tolist(), strict=True)
    ]
    return [] if (NEVER, clock_day) in found else found


@cache
def compiled(bet: Callable[..., Any], mean_of: Callable[..., Any]) -> Callable[..., Any]:
    """The step in machine code, without any leave to compute otherwise than written (no fastmath)."""
    return njit(plain_step(njit(plain_won(njit(bet), njit(mean_of)))))


def plain_won(bet: Callable[..., Any], mean_of: Callable[..., Any]) -> Callable[..., Any]:
    """One answer's bets, on arrays that it changes: evidence, case and healthy_at. Whether they have won."""

    def won(evidence, case, healthy_at, needed, days, factors, now, case_needed):  # type: ignore[no-untyped-def]
        bet(evidence, case, days, factors)
        for k in range(BETS):
            if case[k] <= 1.0:
                healthy_at[k] = now
        return mean_of(evidence) >= needed and mean_of(case) >= case_needed

    return won


def plain_step(won: Callable[..., Any]) -> Callable[..., Any]:
    """Detector.take for answers [begin, end) of one day. `falls`: the bets on a drop (or on its end), `rises`: those on
    a rise, each (evidence, case, healthy_at, needed)."""

    def step(answers, priced, clock, begins, rises_begin, falls, rises, case_needed):  # type: ignore[no-untyped-def]
        clocks, codes, begin, end = answers
        factors, judged, rising, looking = priced
        moved_in_all = 0
        for i in range(begin, end):
            code, now = codes[i], clocks[i]
            if not judged[code]:
                continue
            days = 0.0
            if clock == NEVER:
                days, clock = 1.0, now
            elif now > clock:
                days = (now - clock) / MICROSECONDS_A_DAY
                moved_in_all += now - clock
                clock = now
            if begins:
                falls[2][:] = now
                begins = False
            if won(falls[0], falls[1], falls[2], falls[3], days, factors[code], now, case_needed):
                return i + 1, CHANGED, clock, moved_in_all
            if not looking:
                continue
            if rises_begin:
                rises[2][:] = now
                rises_begin = False
            if won(rises[0], rises[1], rises[2], rises[3], days, rising[code], now, case_needed):
                return i + 1, ROSE, clock, moved_in_all
        return end, NOTHING, clock, moved_in_all

    return step


def _entries(stage: Stage, live_day: int, begin: int, stop: int) -> list[list[int]]:
    """Answers [begin, stop) of a live day, by survey and half-units."""
    if (begin, stop) == (stage.starts[live_day], stage.starts[live_day + 1]):
        day: list[list[int]] = stage.counts[len(stage.history) + live_day].tolist()
        return day
    counted = np.bincount(stage.codes[begin:stop], minlength=stage.surveys * 3)
    part: list[list[int]] = counted.reshape(-1, 3).tolist()
    return part


def _count(detector: Detector, day: int, entries: list[list[int]]) -> None:
    """Add answers by survey and half-units to the day's sums."""
    for survey, (detractors, passives, promoters) in enumerate(entries):
        n = detractors + passives + promoters
        if n:
            detector.sums.add_counted(
                day, revision(survey), n, passives + 2 * promoters, passives + 4 * promoters
            )
