"""φ: answers of one day are alike (who was asked, what happened), so they tell less than as many of other days."""

from __future__ import annotations

from collections.abc import Sequence

DayCount = tuple[int, int, int]  # weekday, n, Σ half-units

LEAST_DAYS = 15
WEEKDAYS = 7
WORTH_OF_A_DAY = 400


def clustering(days: Sequence[DayCount], expected: Sequence[float], variance: float) -> float:
    """φ ≥ 1: how much more days spread around their weekday's `expected` mean than independent answers would.

    The larger of the mean over days (DESIGN §7) and the mean over answers: a day effect weighs on a busy day more, and
    few busy days among many quiet ones would not show in the first. Days of even volume give the same twice. Only what
    is more than chance counts (ADR 0009).
    With fewer than 15 days' worth it cannot be known: then a day is worth 400 answers at most.
    """
    n = sum([count for _, count, _ in days])
    squares = sum([count * count for _, count, _ in days])
    if squares == 0:
        return 1.0
    worth = n * n / squares  # the days, were all as busy as those that count most
    if worth < LEAST_DAYS:
        return max(1.0, squares / n / WORTH_OF_A_DAY)
    counted, by_day, by_answer = 0, 0.0, 0.0
    for weekday, count, halves in days:
        if count > 0:
            off = halves / 2 / count - expected[weekday]
            spread = count * off * off
            counted += 1
            by_day += spread
            by_answer += count * spread
    over_days = by_day / variance / (counted - WEEKDAYS)
    over_answers = by_answer / n / variance * worth / (worth - WEEKDAYS)
    return _beyond_chance(max(over_days, over_answers), worth - WEEKDAYS)


def _beyond_chance(found: float, freedom: float) -> float:
    """φ as `found` from ν degrees of freedom, pulled to 1 by what chance alone makes of it, never below 1.

    Over ν days the mean square of independent answers varies by 2/ν; the positive-part rule of James and Stein (1961)
    keeps 1 − 2/ν/(φ − 1)² of what lies above 1.
    """
    over = found - 1.0
    return 1.0 + max(0.0, over - 2.0 / freedom / over) if over > 0.0 else 1.0
