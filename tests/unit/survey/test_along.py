"""One customer along the map: whose answers, in which order, and how a case stands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from services.survey.admin.along_view import said, shown
from services.survey.along import along, count, shared_by

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
STAGES = [
    {"key": "order", "touchpoints": [{"key": "basket", "name": "Basket"}]},
    {"key": "delivery", "name": "Delivery"},
]
MAPS = [
    {"journey": "hotel", "document": {"name": "Hotel"}},
    {"journey": "shop", "document": {"name": "Shop", "stages": STAGES}},
]


def answer(stage: str, **changes: Any) -> dict[str, Any]:
    place = {
        "journey": "shop",
        "stage": stage,
        "touchpoint": "basket",
        "survey": "basket-nps",
        "metric": "nps",
    }
    words = {
        "score": 3,
        "comment": None,
        "reasons": ["late"],
        "segments": {"plan": "pro"},
        "lang": "en",
        "channel": None,
    }
    found = (
        place
        | words
        | {"answered_at": AT, "verified": True, "historic": False, "audience": "customer", "counted": True}
    )
    return found | changes


def case(**changes: Any) -> dict[str, Any]:
    place = {"id": "x", "journey": "shop", "stage": "delivery", "touchpoint": "door", "survey": "basket-nps"}
    return (
        place
        | {"state": "open", "outcome": None, "overdue": False, "opened_at": AT, "owner": "ana"}
        | changes
    )


def test_every_stage_of_the_map_in_its_order_and_what_left_it_last() -> None:
    answers = [
        answer("gone"),
        answer("order"),
        answer("order", audience="employee"),
        answer("order", counted=False),
    ]
    (shop,) = along(MAPS, answers, [case()], {"shop", "hotel"})
    assert [
        (stage["stage"], len(stage["answers"]), len(stage["follow_ups"])) for stage in shop["stages"]
    ] == [
        ("order", 1, 0),
        ("delivery", 0, 1),
        ("gone", 1, 0),
    ]
    assert count([shop]) == 2
    assert shop["stages"][0]["answers"][0]["touchpoint_name"] == "Basket"
    assert along(MAPS, answers, [case()], {"hotel"}) == []


def test_a_journey_is_shared_by_who_owns_a_stage_of_it() -> None:
    assert shared_by(MAPS, ["shop/delivery", "elsewhere/x"]) == {"shop"}


def test_what_the_page_says() -> None:
    journeys = along(MAPS, [answer("order", verified=False)], [], {"shop"})
    survey = {"survey": "basket-nps", "document": {"reasons": [{"key": "late", "label": {"en": "Late"}}]}}
    found = shown({"journeys": journeys}, [survey])
    (seen,) = found["journeys"][0]["stages"][0]["answers"]
    assert (seen["scale"], seen["reason_names"], seen["facts"]) == (
        "NPS 0–10",
        ["Late"],
        ["plan: pro", "not verified"],
    )
    assert (found["answers"], found["unverified"], found["first"], found["nothing"]) == (1, 1, AT, False)
    assert shown({"journeys": []}, [])["nothing"]


def test_how_a_case_stands() -> None:
    assert said(case()) == "Open"
    assert said(case(state="contacted", overdue=True)) == "Contacted, overdue"
    assert said(case(state="resolved", outcome="not_solved")) == "Resolved: not solved"
