"""As of when, how late and why: judged from what a receiver knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.freshness import Key, Pipe, duration, judge, late_keys

NOW = datetime(2026, 11, 22, 9, 26, tzinfo=UTC)
HEALTHY = Pipe(
    now=NOW,
    beat_at=NOW - timedelta(seconds=40),
    complete_to=NOW - timedelta(seconds=40),
    survey_web_ready=True,
    receiver_at=NOW - timedelta(seconds=1),
    receiver_ready=True,
    keys=(
        Key("shop/delivery", NOW - timedelta(seconds=40)),
        Key("shop/order", NOW - timedelta(seconds=60)),
        Key("fleet/repair", NOW - timedelta(seconds=40)),
    ),
)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def with_key(key: Key) -> Pipe:
    return replace(HEALTHY, keys=(*(one for one in HEALTHY.keys if one.key != key.key), key))


def test_what_works_is_not_late_and_as_of_its_oldest_key() -> None:
    found = judge(HEALTHY)
    assert (found.late, found.why, found.gaps) == (False, None, ())
    assert found.as_of == ago(seconds=60)
    assert found.behind == timedelta(seconds=60)


def test_one_journey_is_judged_by_its_own_stages() -> None:
    assert judge(HEALTHY.within("fleet")).as_of == ago(seconds=40)
    assert judge(HEALTHY.within("shop", "order")).as_of == ago(seconds=60)


def test_a_journey_without_answers_is_as_of_the_last_beat() -> None:
    assert judge(HEALTHY.within("new")).as_of == HEALTHY.complete_to
    assert not judge(HEALTHY.within("new")).late


@pytest.mark.parametrize(
    ("pipe", "says"),
    [
        (replace(HEALTHY, receiver_at=ago(minutes=2), receiver_ready=False), "no sign of life for 2 min"),
        (replace(HEALTHY, receiver_at=None, receiver_ready=False), "has not run yet"),
        (replace(HEALTHY, receiver_ready=False), "waits for the broker"),
        (replace(HEALTHY, beat_at=None, complete_to=None, keys=()), "Nothing has been heard yet"),
        (replace(HEALTHY, beat_at=ago(seconds=200)), "from the relay for 3 min"),
        (with_key(Key("shop/order", ago(seconds=91))), "caught up"),
        (with_key(Key("shop/order", None)), "caught up"),
        (replace(HEALTHY, complete_to=ago(minutes=9), keys=()), "caught up"),
        (with_key(Key("shop/order", ago(hours=2), gap_at=ago(hours=1))), "missing on the way to shop/order"),
    ],
)
def test_it_is_late_and_says_why(pipe: Pipe, says: str) -> None:
    found = judge(pipe)
    assert found.late
    assert found.why is not None
    assert says in found.why


def test_a_beat_may_be_a_minute_and_a_half_old() -> None:
    at = ago(seconds=90)
    assert not judge(replace(HEALTHY, beat_at=at, complete_to=at, keys=())).late


def test_a_key_that_was_never_proven_leaves_the_time_unknown() -> None:
    found = judge(with_key(Key("shop/order", None)))
    assert (found.as_of, found.behind) == (None, None)


def test_a_gap_is_told_beside_the_time_of_the_others() -> None:
    found = judge(with_key(Key("shop/order", ago(hours=2), gap_at=ago(hours=1), after=7)))
    assert found.as_of == ago(seconds=40)
    assert [(one.stage, one.after) for one in found.gaps] == [("order", 7)]
    assert not judge(with_key(Key("shop/order", ago(hours=2), gap_at=ago(hours=1))).within("fleet")).late


def test_each_key_is_late_for_itself() -> None:
    assert late_keys(with_key(Key("shop/order", ago(minutes=3)))) == {
        "shop/delivery": False, "shop/order": True, "fleet/repair": False, "": False,
    }  # fmt: skip
    assert all(late_keys(replace(HEALTHY, receiver_ready=False)).values())


def test_many_gaps_are_counted() -> None:
    keys = tuple(Key(f"shop/s{i}", None, gap_at=NOW) for i in range(5))
    why = judge(replace(HEALTHY, keys=keys)).why
    assert why is not None
    assert "shop/s0, shop/s1, shop/s2 and 2 more" in why


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(59.9, "59 s"), (60, "1 min"), (3599, "59 min"), (7200, "2 h"), (172_799, "47 h"), (172_800, "2 days")],
)  # fmt: skip
def test_a_duration_is_rounded_down(seconds: float, text: str) -> None:
    assert duration(timedelta(seconds=seconds)) == text
