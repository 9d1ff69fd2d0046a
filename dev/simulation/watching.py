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
from services.alerts.detection import Closing, Detector, Opening, State, budget, evidence
from services.alerts.detection.baseline import weekday_of
from services.alerts.detection.detector import MICROSECONDS_A_DAY
from services.alerts.detection.state import BETS

Change = Opening | Closing
NEVER = -1


class Priced(NamedTuple):
    """What answers of one day multiply the bets by, by code; `judged`: whether such an answer bets at all."""

    factors: NDArray[np.float64]
    judged: NDArray[np.bool_]


def watch(stage: Stage, false_alarms_per_year: float) -> tuple[Detector, list[Change]]:
    """What the detector says of `stage`, and the detector as it is left."""
    detector, changes = Detector(State(false_alarms_per_year)), []
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
    """Answers [begin, end) of a day, up to the first that opens or closes: where to go on, and what changed."""
    answer = stage.answer(begin, live_day)
    detector.prepare(answer)
    if detector.state.opened is None:  # up to where the baseline is learned anew
        end = min(end, begin + max(detector.patience() - detector.state.taken, 0) + 1)
    priced = _prices(detector, stage.surveys, weekday_of(answer.day))
    stop, won = _bet(detector, stage, answer.clock_day, begin, end, priced)
    _count(detector, answer.day, _entries(stage, live_day, begin, stop))
    detector.state.taken += stop - begin - 1
    if not won:
        detector.state.last_live = int(stage.clocks[stop - 1])
        return stop, None
    last, opened = stage.answer(stop - 1, live_day), detector.state.opened
    detector.state.last_live = last.clock
    return stop, detector.open(last) if opened is None else detector.close(opened, last)


def _prices(detector: Detector, surveys: int, weekday: int) -> Priced:
    found = [detector.factors(revision(code // 3), weekday, code % 3) for code in range(surveys * 3)]
    factors = np.array([one or (1.0,) * BETS for one in found])
    return Priced(factors, np.array([one is not None for one in found]))


def _bet(
    detector: Detector, stage: Stage, clock_day: int, begin: int, end: int, priced: Priced
) -> tuple[int, bool]:
    """Run the compiled step and put what it found into the detector's state: the first answer not taken, and won."""
    state = detector.state
    bets = state if state.opened is None else state.opened
    needed = budget(state.false_alarms_per_year) if state.opened is None else evidence.RECOVERY_DAYS
    won_in_all, case = np.array(bets.evidence), np.array(bets.case)
    healthy_at = np.full(BETS, NEVER)
    clock = NEVER if state.clock is None else state.clock
    begins = state.opened is None and not state.healthy_at
    step = compiled(evidence.bet, evidence.mean_of)
    answers = (stage.clocks, stage.codes, begin, end)
    stop, won, clock, moved = step(
        *answers, *priced, clock, begins, won_in_all, case, healthy_at, needed, evidence.CASE_NEEDED
    )
    bets.evidence, bets.case = won_in_all.tolist(), case.tolist()
    state.clock = None if clock == NEVER else clock
    if state.opened is None:
        state.watched += moved
        known = state.healthy_at or [(NEVER, clock_day)] * BETS
        found = [
            old if moment == NEVER else (moment, clock_day)
            for old, moment in zip(known, healthy_at.tolist(), strict=True)
        ]
        state.healthy_at = [] if (NEVER, clock_day) in found else found
    return stop, won


@cache
def compiled(bet: Callable[..., Any], mean_of: Callable[..., Any]) -> Callable[..., Any]:
    """The step in machine code, without any leave to compute otherwise than written (no fastmath)."""
    return njit(plain_step(njit(bet), njit(mean_of)))


def plain_step(bet: Callable[..., Any], mean_of: Callable[..., Any]) -> Callable[..., Any]:
    """Detector.take for answers [begin, end) of one day, on arrays that it changes: evidence, case, healthy_at."""

    def step(  # type: ignore[no-untyped-def]
        clocks,
        codes,
        begin,
        end,
        factors,
        judged,
        clock,
        begins,
        evidence,
        case,
        healthy_at,
        needed,
        case_needed,
    ):
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
                healthy_at[:] = now
                begins = False
            for k in range(BETS):
                evidence[k], case[k] = bet(evidence[k], case[k], days, factors[code, k])
                if case[k] <= 1.0:
                    healthy_at[k] = now
            if mean_of(evidence) >= needed and mean_of(case) >= case_needed:
                return i + 1, True, clock, moved_in_all
        return end, False, clock, moved_in_all

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
