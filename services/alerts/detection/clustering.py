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
    few busy days among many quiet ones would not show in the first (ADR 0009). Days of even volume give the same twice.
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
    return max(1.0, over_days, over_answers)
