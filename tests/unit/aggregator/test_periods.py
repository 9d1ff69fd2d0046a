"""Days in a time zone, windows and their steps."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.aggregator import periods
from services.aggregator.periods import STEPS, Days, Period, window
from shared.events import isoformat

TODAY = date(2026, 11, 22)
ZONES = ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "Australia/Lord_Howe"]
MOMENTS = st.datetimes(datetime(2005, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@given(st.sampled_from(ZONES), st.lists(MOMENTS, min_size=1, max_size=30), st.data())
def test_days_are_those_of_the_zone(zone: str, moments: list[datetime], data: st.DataObject) -> None:
    days = Days(ZoneInfo(zone))
    for moment in moments:
        near = moment + timedelta(minutes=data.draw(st.integers(-90, 90)))
        for one in (moment, near):
            assert days.of(isoformat(one)) == one.astimezone(ZoneInfo(zone)).date()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-22T22:59:59.999999Z", date(2026, 11, 22)),
        ("2026-11-22T23:00:00.000000Z", date(2026, 11, 23)),
        ("2026-07-22T22:00:00Z", date(2026, 7, 23)),
        ("2026-11-22T23:30:00+01:00", date(2026, 11, 22)),
    ],
)
def test_midnight_in_berlin(text: str, day: date) -> None:
    days = Days(ZoneInfo("Europe/Berlin"))
    assert days.of(text) == day
    assert days.of(text) == day


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-22T05:38:58"])
def test_refuses_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"isoformat|offset"):
        Days(ZoneInfo("UTC")).of(text)


def test_forgets_before_it_grows_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(periods, "_HOURS_KEPT", 10)
    days = Days(ZoneInfo("UTC"))
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for hour in range(100):
        assert days.of(isoformat(start + timedelta(hours=hour))) == date(2026, 1, 1 + hour // 24)
    assert len(days._hours) <= 10


def test_today_is_the_zones() -> None:
    now = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert periods.today(ZoneInfo("Europe/Berlin"), now) == TODAY
    assert periods.today(ZoneInfo("UTC"), now) == date(2026, 11, 21)


def test_a_window_is_today_and_the_days_before() -> None:
    assert window("28d", TODAY) == Period(date(2026, 10, 26), TODAY)
    assert window("1d", TODAY) == Period(TODAY, TODAY)
    assert window("730d", TODAY).days == 730
    assert window("28d", TODAY).before() == Period(date(2026, 9, 28), date(2026, 10, 25))


@pytest.mark.parametrize("text", ["", "d", "0d", "28", "-1d", "731d", "028d", "4w", "28d ", "1e1d", "٢d"])
def test_refuses_what_is_no_window(text: str) -> None:
    with pytest.raises(ValueError, match="28d"):
        window(text, TODAY)


def test_weeks_begin_on_monday_and_the_ends_are_cut() -> None:
    assert Period(date(2026, 11, 11), date(2026, 11, 24)).steps("week") == [
        Period(date(2026, 11, 11), date(2026, 11, 15)),
        Period(date(2026, 11, 16), date(2026, 11, 22)),
        Period(date(2026, 11, 23), date(2026, 11, 24)),
    ]


def test_months_know_february() -> None:
    assert Period(date(2028, 1, 31), date(2028, 3, 1)).steps("month") == [
        Period(date(2028, 1, 31), date(2028, 1, 31)),
        Period(date(2028, 2, 1), date(2028, 2, 29)),
        Period(date(2028, 3, 1), date(2028, 3, 1)),
    ]


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(0, 400), st.sampled_from(STEPS))
def test_steps_cover_the_period_without_a_gap(first: date, length: int, step: str) -> None:
    period = Period(first, first + timedelta(days=length))
    steps = period.steps(step)
    assert (steps[0].first, steps[-1].last) == (period.first, period.last)
    assert sum(part.days for part in steps) == period.days
    assert all(a.last + timedelta(days=1) == b.first for a, b in itertools.pairwise(steps))
