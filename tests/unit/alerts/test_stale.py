"""When a stage counts as silent: the rule, and that no outage of ours is ever taken for customers who stay away."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from math import log
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.alerts.stale import Beat, Heard, arrivals, counted, expected, limit, quiet, sound
from tests.unit.alerts.pipe import DAY, START, Pipe, steady

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def heard(last: datetime, **other: object) -> Heard:
    known: dict[str, object] = {
        "first": last - timedelta(days=60),
        "last": last,
        "quiet": timedelta(),
        "answers": 1400,
        "longest": HOUR,
    }
    return Heard(**known | other)  # type: ignore[arg-type]


@pytest.mark.parametrize("a_day", [5, 50, 500])
def test_with_many_answers_the_limit_is_the_silence_of_once_a_year(a_day: int) -> None:
    days = 28 * 50 / a_day * 50  # so many answers that the rate is known
    known = limit(round(a_day * days), days, timedelta())
    assert known / DAY == pytest.approx(log(365 * a_day) / a_day, rel=0.002)


def test_chance_brings_such_a_silence_about_once_a_year() -> None:
    random, a_day, years = Random(5), 20.0, 300
    longest = limit(round(a_day * 28), 28, timedelta()) / DAY
    waits = (random.expovariate(a_day) for _ in range(round(a_day * 365 * years)))
    assert 0.75 < sum(wait > longest for wait in waits) / years < 1.1


def test_few_answers_prove_little() -> None:
    assert limit(1, 1, timedelta()) == timedelta(days=364)
    assert limit(3, 1, timedelta()) > 3 * timedelta(days=log(365 * 3) / 3)


def test_nights_are_known_from_the_longest_wait() -> None:
    assert limit(28 * 500, 28, timedelta(hours=12)) == timedelta(hours=36)


def test_nothing_under_ten_minutes_is_told() -> None:
    assert limit(28 * 50_000, 28, MINUTE / 2) == 10 * MINUTE


def test_a_stage_younger_than_a_week_does_not_know_its_weekends() -> None:
    young = quiet([heard(START, first=START - timedelta(days=5), answers=400)])
    old = quiet([heard(START, first=START - timedelta(days=8), answers=400)])
    assert young is not None
    assert old is not None
    assert young.limit == timedelta(days=7)
    assert old.limit < timedelta(days=1)


def test_a_stage_is_as_silent_as_its_liveliest_survey() -> None:
    rare = heard(START - timedelta(days=20), quiet=timedelta(days=20), answers=2, longest=timedelta(days=9))
    busy = heard(START, quiet=HOUR)
    found = quiet([rare, busy])
    assert found is not None
    assert (found.since, found.counted) == (START, HOUR)
    assert found.limit < DAY
    assert found.answers_a_day == pytest.approx(1402 / 28)


def test_a_new_survey_does_not_make_an_old_stage_impatient() -> None:
    old = heard(START, answers=140, longest=timedelta(hours=63))
    new = heard(START, first=START - HOUR, answers=60, longest=MINUTE)
    found = quiet([old, new])
    assert found is not None
    assert found.limit == 3 * timedelta(hours=63)


def test_a_stage_nobody_ever_answered_is_not_silent() -> None:
    assert quiet([]) is None


def test_how_many_answers_are_missing() -> None:
    assert expected(20, timedelta(days=2)) == 40


def test_waits_are_those_at_the_door_and_known_answers_add_nothing() -> None:
    times = [START, START + HOUR, START + 30 * HOUR, START + 30 * HOUR]
    once = arrivals(None, times)
    assert once == {START.date(): (2, HOUR), date(2026, 3, 3): (2, 29 * HOUR)}
    assert arrivals(times[-1], times) == {}
    assert arrivals(times[1], times) == {date(2026, 3, 3): (2, 29 * HOUR)}


def test_what_makes_a_beat_sound() -> None:
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert sound(at, at, True, 7, 7)
    assert not sound(at, at, True, 8, 7)  # an answer is on its way
    assert not sound(at, at, False, 7, 7)  # nobody could answer
    assert not sound(at, at + 2 * MINUTE, True, 7, 7)  # it waited somewhere


def test_only_time_between_two_sound_beats_counts() -> None:
    first, next_ = Beat(START, True), Beat(START + MINUTE, True)
    assert counted(first, next_) == MINUTE
    assert counted(None, next_) == timedelta()
    assert counted(Beat(START, False), next_) == timedelta()
    assert counted(first, Beat(START + MINUTE, False)) == timedelta()
    assert counted(first, Beat(START + 2 * MINUTE, True)) == timedelta()


PARTS = ("web", "relay", "broker", "database", "consumer", "reader")
OUTAGES = st.lists(
    st.tuples(
        st.sampled_from(PARTS),
        st.integers(8 * 1440, 14 * 1440),  # begins at this minute
        st.integers(1, 3 * 1440),  # and lasts that many
    ),
    max_size=8,
)


@settings(max_examples=10)
@given(OUTAGES, st.integers(0, 2**20), st.booleans())
@example([("web", 8 * 1440, 720)], 1, False)
@example([("relay", 8 * 1440, 720)], 1, False)
@example([("broker", 8 * 1440, 720)], 1, True)
@example([("database", 8 * 1440, 720)], 1, False)
@example([("consumer", 8 * 1440, 720)], 1, True)
@example([("reader", 8 * 1440, 720)], 1, True)
def test_no_outage_is_ever_taken_for_silence(
    outages: list[tuple[str, int, int]], seed: int, beats_first: bool
) -> None:
    pipe = Pipe(outages, beats_first)
    pipe.run(18 * 1440, steady(Random(seed), 18 * 1440, 30))
    assert pipe.stale_at is None


@settings(max_examples=12)
@given(OUTAGES, st.integers(0, 2**20), st.integers(10 * 1440, 12 * 1440))
def test_a_true_silence_is_always_noticed(
    outages: list[tuple[str, int, int]], seed: int, silent_from: int
) -> None:
    """Within the limit, in time that can count: three times the longest wait at the door, its outages included."""
    pipe = Pipe(outages)
    times = [minute for minute in steady(Random(seed), silent_from, 30) if minute < silent_from]
    pipe.run(45 * 1440, times)
    waits = [later - earlier for earlier, later in zip(pipe.door, pipe.door[1:], strict=False)]
    bound = max(3 * max(waits), 7 * 1440 if pipe.door[-1] - pipe.door[0] < 7 * 1440 else 0, 10)
    rare = limit(len(pipe.door), (pipe.door[-1] - pipe.door[0]) / 1440, timedelta()) / MINUTE
    lost = 2 * sum(length + 5 for _, _, length in outages)
    assert pipe.stale_at is not None
    assert pipe.stale_at - pipe.door[-1] <= max(bound, rare) + lost + 5
