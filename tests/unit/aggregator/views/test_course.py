"""What the days of a stage say."""

from __future__ import annotations

from datetime import date, timedelta

from services.aggregator.periods import Period
from services.aggregator.views import course

LAST = date(2026, 11, 22)
SINCE = Period(LAST - timedelta(days=6), LAST)


def nps(promoters: int, detractors: int) -> tuple[int, ...]:
    return (detractors, *[0] * 9, promoters)


def test_periods_hold_their_own_days() -> None:
    days = {LAST - timedelta(days=back): nps(1, back) for back in range(20)}
    pair = course.pair(days, SINCE.before(), SINCE)
    assert (sum(pair.since), sum(pair.before)) == (7 + sum(range(7)), 7 + sum(range(7, 14)))


def test_weeks_end_today_and_need_enough_answers() -> None:
    days = {LAST: nps(5, 0), LAST - timedelta(days=6): nps(0, 5), LAST - timedelta(days=7): nps(4, 0)}
    assert course.weekly("nps", days, LAST, 3) == (None, None, 0.0)
    assert course.weekly("nps", days, LAST + timedelta(days=1), 3) == (None, -100 / 9, 100.0)


def test_days_that_differ_make_a_change_less_certain() -> None:
    steady = {LAST - timedelta(days=back): nps(50, 50) for back in range(56)}
    wild = {day: nps(90, 10) if i % 2 else nps(10, 90) for i, day in enumerate(steady)}
    window = Period(LAST - timedelta(days=27), LAST)
    assert course.squared_error("nps", steady, window.before(), window) == 0
    assert course.squared_error("nps", wild, window.before(), window) > 100


def test_reaches_back_for_both_periods_and_the_weeks() -> None:
    assert course.reach(LAST, SINCE.before()).days == 84
    assert course.reach(LAST, Period(LAST - timedelta(days=400), LAST)).days == 401
