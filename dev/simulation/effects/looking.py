"""Looking at an action every day for a year: the live formulas of services/alerts/effects, compiled as they stand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from types import FunctionType
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from dev.simulation.effects.worlds import DAYS, HISTORY, Drawn, Series, World
from services.alerts import effects
from services.alerts.effects import contrast as contrasts
from services.alerts.effects import sequence
from services.alerts.effects.contrast import contrast
from services.alerts.effects.sequence import half_width
from services.alerts.effects.verdicts import share_known

NEVER = 0
STARTED_ON = date(2026, 1, 5)


class Called(NamedTuple):
    """The first day (1 = the first of the action) on which it was called worked, or worse; 0 for never."""

    worked: int
    worse: int


def look(drawn: Drawn, world: World, level: float = sequence.LEVEL) -> Called:
    """What a year of daily looks says."""
    before = None if world.side_by_side else _before(drawn, world)
    first = HISTORY if before is None else HISTORY - before.days
    treated, control = _from(drawn.treated, first), _from(drawn.control, first)
    start, end = HISTORY - first, DAYS - first
    least = (effects.LEAST_DAYS, float(effects.LEAST_ANSWERS), effects.REVIEW_AFTER.days)
    tuned = sequence.tuned(level)
    return Called(
        *compiled()(
            treated, control, world.control, (drawn.monday - first) % 7, start, end, *least, tuned, level
        )
    )


def every_day(  # type: ignore[no-untyped-def]
    treated, control, controlled, monday, start, end, least_days, least_answers, planned, tuned, level
):
    """(worked, worse), as in Called. The steps of measured() and judge(), a day at a time."""
    worked, worse, seen = 0, 0, np.zeros(2)
    week = np.zeros(2)
    for day in range(start, end):
        seen[0] += treated[0][day]
        seen[1] += control[0][day]
        if day - start < 7:
            week[:] = seen
        days = day - start + 1
        if days < least_days or seen[0] < least_answers or (controlled and seen[1] < least_answers):
            continue
        effect, from_before, from_since, phi, tilt = contrast(treated, control, monday, start, day + 1)
        rarity = 1.0 / seen[0] + (1.0 / seen[1] if controlled else 0.0)
        first_week = 0.0
        if week[0] > 0.0 and (week[1] > 0.0 or not controlled):
            first_week = 1.0 / week[0] + (1.0 / week[1] if controlled else 0.0)
        known = share_known(from_before, from_since, start, days, planned, rarity, first_week)
        half = half_width(phi * (from_before + from_since), known, tuned, level) + tilt
        if effect - half > 0.0 and worked == 0:
            worked = days
        if effect + half < 0.0 and worse == 0:
            worse = days
        if worked > 0 and worse > 0:
            break
    return worked, worse


def _before(drawn: Drawn, world: World) -> effects.Period:
    """As the live rule chooses it, by how many answered on each day."""
    days = [STARTED_ON + timedelta(days=i - HISTORY) for i in range(HISTORY)]
    treated, control = (
        dict(zip(days, one[0].tolist(), strict=False)) for one in (drawn.treated, drawn.control)
    )
    found = effects.before(STARTED_ON, treated, control if world.control else None, None)
    assert found is not None, "a year of history has answers"
    return found


def _from(series: Series, first: int) -> Series:
    return series[0][first:], series[1][first:], series[2][first:]


@cache
def compiled() -> Callable[..., Any]:
    """every_day and all it calls in machine code, without any leave to compute otherwise than written (no fastmath)."""
    steps = {name: _jit(getattr(contrasts, name), {}) for name in ("pooled", "weekdays", "clustering")}
    of_contrast = _jit(contrast, steps)
    parts = {
        "contrast": of_contrast,
        "half_width": _jit(half_width, {}),
        "share_known": _jit(share_known, {}),
    }
    return _jit(every_day, parts)


def _jit(function: Any, calls: dict[str, Any]) -> Callable[..., Any]:
    """The function compiled; what it calls is taken from `calls` rather than from its module."""
    return njit(FunctionType(function.__code__, function.__globals__ | calls, function.__name__))
