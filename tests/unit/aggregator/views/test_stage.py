"""What the page of a stage chooses to show."""

from __future__ import annotations

from typing import Any

import pytest

from services.aggregator.views import stage as view


def test_customers_and_what_most_answered_come_first() -> None:
    among = view.measured(
        [("ces", "customer"), ("nps", "employee")], {("nps", "customer"): 90, ("nps", "employee"): 900}
    )
    assert among == [("nps", "customer"), ("ces", "customer"), ("nps", "employee")]
    assert view.chosen(among, None, None) == ("nps", "customer")
    assert view.chosen(among, None, "employee") == ("nps", "employee")
    assert view.chosen(among, "csat", None) == ("csat", "customer")
    assert view.chosen([], None, None) == ("nps", "customer")


@pytest.mark.parametrize(
    ("asked", "audience", "days", "n", "expected"),
    [
        (None, "customer", 28, 280, "day"),
        (None, "customer", 28, 279, "week"),
        (None, "customer", 7, 3, "day"),
        ("day", "customer", 365, 3, "day"),
        ("day", "employee", 28, 9000, "month"),
    ],
)
def test_few_answers_are_shown_by_the_week(
    asked: str | None, audience: str, days: int, n: int, expected: str
) -> None:
    assert view.step_of(asked, audience, days, n) == expected


def answer(n: int, before: int, change: float | None = -19.0) -> dict[str, Any]:
    reading = {"score": 22.0, "low": -120.0, "high": 130.0}
    return {
        "since": reading | {"n": n}, "before": reading | {"n": before}, "change": change, "beyond_noise": True
    }  # fmt: skip


def test_few_answers_have_no_change_worth_telling_and_miss_no_target() -> None:
    found = view.headline(answer(240, 17_240), "nps", 40)
    assert (found.change, found.below_target, found.low, found.high) == (-19, True, -100, 100)
    for few in (
        view.headline(answer(29, 17_240), "nps", 40),
        view.headline(answer(29, 0), "nps", 40),
    ):
        assert (few.change, few.below_target) == (None, False)


def test_switches_change_one_thing_and_keep_the_others() -> None:
    among = [("nps", "customer"), ("csat", "customer")]
    links = view.switches("/p", among, ("csat", "customer"), "90d", "week", "week")
    assert links["measured"][0] == (
        "/p?metric=nps&audience=customer&window=90d&step=week", "NPS of customers", False
    )  # fmt: skip
    assert ("/p?metric=csat&audience=customer&window=28d&step=week", "28 days", False) in links["window"]
    assert [name for _, name, here in links["step"] if here] == ["By week"]
    assert view.switches("/p", among, ("nps", "employee"), "28d", "month", None)["step"] == []
