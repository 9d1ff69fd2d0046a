"""Which silence mutes what, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.alerts.silencing import matches, muting, state

T0 = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLACE = {"journey": "shop", "stage": "delivery", "metric": "nps", "audience": "customer"}


def silence(key: str = "freeze", hours: int = 4, **named: Any) -> dict[str, Any]:
    return {"silence": key, "document": named, "starts_at": T0, "ends_at": T0 + hours * HOUR}


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ({}, True),
        ({"journey": "shop"}, True),
        ({"journey": "shop", "stage": None}, True),
        ({"stage": "delivery"}, True),
        (PLACE, True),
        ({"journey": "club"}, False),
        ({"journey": "shop", "stage": "returns"}, False),
        ({"metric": "csat"}, False),
        ({"journey": "shop", "stage": "delivery", "audience": "employee"}, False),
    ],
)
def test_a_silence_matches_by_all_it_names(named: dict[str, Any], found: bool) -> None:
    assert matches(named, PLACE) is found


def test_a_silence_of_one_metric_is_none_of_the_stage() -> None:
    stage = PLACE | {"metric": None, "audience": None}
    assert matches({"journey": "shop", "stage": "delivery"}, stage)
    assert not matches({"stage": "delivery", "metric": "nps"}, stage)


def test_it_begins_with_from_and_is_over_at_to() -> None:
    one = silence()
    moments = [T0 - timedelta(microseconds=1), T0, T0 + 4 * HOUR - timedelta(microseconds=1), T0 + 4 * HOUR]
    assert [state(one, at) for at in moments] == ["planned", "in_force", "in_force", "over"]
    assert [muting([one], PLACE, at) is one for at in moments] == [False, True, True, False]


def test_of_several_the_one_that_ends_last_mutes() -> None:
    short, long, other = silence("a", 2), silence("b", 6), silence("c", 9, stage="returns")
    assert muting([long, short, other], PLACE, T0) is long
    assert muting([short, other], PLACE, T0 + 3 * HOUR) is None
