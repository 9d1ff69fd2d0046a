"""The form of an action, and its effect in words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.alerts.views import action_form, effect_words
from tests.unit.aggregator.maps import SHOP

ZONE = ZoneInfo("Europe/Berlin")
DOCUMENT: dict[str, Any] = {
    "journey": "shop",
    "stage": "delivery",
    "metric": "nps",
    "audience": "customer",
    "title": "Live map",
    "started_on": "2026-03-02",
    "treated": {"segment": {"region": "north"}},
    "control": {"segment": {"region": "south"}},
}
EFFECT: dict[str, Any] = {
    "metric": "nps",
    "design": "against_control",
    "effect": 8.4,
    "low": 3.2,
    "high": 13.6,
    "verdict": "worked",
    "missing": None,
    "about_days_more": None,
    "for_points": None,
}


@pytest.mark.parametrize("control", [{}, {"stages": ["returns"]}, {"segment": {"region": "far south"}}])
def test_a_document_survives_its_form(control: dict[str, Any]) -> None:
    stored = DOCUMENT | {"control": control, "description": "Two\nlines"}
    shown = action_form.values("live-map", stored)
    assert action_form.document(shown | {"description": "Two\r\nlines"}) == stored


@pytest.mark.parametrize("text", ["north", "=north", "region=", "re gion=north"])
def test_what_is_no_segment_is_left_for_the_schema_to_refuse(text: str) -> None:
    assert action_form.segment(text) == {}
    assert action_form.segment(" region = a=b ") == {"region": "a=b"}


def test_keys_are_made_of_titles() -> None:
    assert action_form.key("Märkte, überall!", []) == "markte-uberall"
    assert action_form.key("Live map", ["live-map"]) == "live-map-2"
    assert action_form.key("★", []) == "action"
    assert len(action_form.key("long " * 60, [])) <= 63


def test_a_new_one_asks_what_is_asked_there() -> None:
    made = action_form.blank(SHOP, "shop", "returns", date(2026, 3, 2))
    assert (made["metric"], made["audience"], made["owner"]) == ("ces", "customer", "")
    incident = {
        "id": "7F3K2M9Q",
        "metric": "nps",
        "audience": "customer",
        "onset": datetime(2026, 2, 10, 23, 30, tzinfo=UTC),
        "opened_at": datetime(2026, 2, 12, 9, tzinfo=UTC),
    }
    assert action_form.of_incident(made, incident, ZONE)["before_from"] == "2026-02-13"
    late = incident | {"opened_at": datetime(2026, 2, 28, 9, tzinfo=UTC)}
    assert action_form.of_incident(made, late, ZONE)["before_from"] == "2026-02-11"


def test_those_that_moved_alike_are_chosen_and_said() -> None:
    past = [
        {"stage": "returns", "weeks": 12, "moves": 1.1, "alike": True, "answers": 900},
        {"stage": "checkout", "weeks": 12, "moves": 4.2, "alike": False, "answers": 900},
    ]
    made = action_form.blank(SHOP, "shop", "delivery", date(2026, 3, 2))
    assert action_form.chosen(made, past)["control_stages"] == ["returns"]
    assert action_form.chosen(made | {"control_stages": ["checkout"]}, past)["control_stages"] == ["checkout"]
    for moves, words in ((1.9, "a little more than"), (4.2, "clearly more than"), (7.0, "far more than")):
        stage = {"stage": "returns", "weeks": 12, "moves": moves, "alike": False, "answers": 900}
        unlike = action_form.options(SHOP, made, {}, [stage])["stages"]
        assert unlike == [("returns", "Returns", f"moved differently over 12 weeks, {words} by chance")]
    offered = action_form.options(SHOP, made | {"control_stages": ["gone"]}, {"ben": "Ben"}, past)
    assert offered["stages"] == [
        ("returns", "Returns", "moved alike over 12 weeks"),
        ("gone", "gone", "too few answers to tell whether it moved alike"),
    ]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {},
            [
                "It worked: +8 points against the control (95 % interval +3 to +14, which holds however often it is"
            ],
        ),
        (
            {"verdict": "worse", "effect": -1.0, "low": -1.9, "high": -0.6, "design": "no_control"},
            ["It made it worse: −1 point (95 % interval −2 to −1, which"],
        ),
        (
            {
                "verdict": "no_evidence_yet",
                "low": -4,
                "high": 20.8,
                "about_days_more": 40,
                "for_points": 10.0,
            },
            [
                "No evidence yet: +8 points against the control, but anything from −4 to +21 is possible.",
                "About 40 more days until an effect of 10 points would show.",
            ],
        ),
        (
            {"verdict": "no_evidence_yet", "low": -40, "high": 57},
            [
                "No evidence yet: +8 points against",
                "With so many answers an effect of 10 points would not show within two years; more answers",
            ],
        ),
        (
            {"verdict": "no_evidence_yet", "effect": 0.2, "low": -2, "high": 2.4, "metric": "ces"},
            ["No evidence yet: 0 percentage points", "If it has an effect, it is smaller than anybody would"],
        ),
        (
            {"missing": "days", "effect": None, "about_days_more": 1, "verdict": "no_evidence_yet"},
            ["It takes a week of answers at least.", "About 1 more day."],
        ),
    ],
)
def test_the_effect_in_words(changed: dict[str, Any], said: list[str]) -> None:
    found = effect_words.sentences(EFFECT | changed, date(2026, 3, 2))
    assert len(found) == len(said)
    assert all(one.startswith(begins) for one, begins in zip(found, said, strict=True)), found


def test_every_flag_has_words() -> None:
    flags: list[dict[str, Any]] = [
        {"kind": "no_control"},
        {"kind": "as_they_are"},
        {"kind": "selected_before", "incident": "7F3K"},
        {"kind": "chosen_later", "on": "2026-04-01"},
        {"kind": "wording", "stage": "delivery", "survey": "delivery-nps", "on": "2026-04-01"},
        {"kind": "action", "stage": "delivery", "action": "x", "title": "Other", "on": "2026-04-01"},
        {"kind": "incident_in_control", "stage": "returns", "incident": "7F3K", "on": "2026-04-01"},
        {"kind": "wordings_unknown"},
        {"kind": "mix", "side": "treated", "points": -4.4},
        {"kind": "mix", "side": "control", "points": 4.4},
    ]
    said = [effect_words.flag(one, {"delivery": "Delivery"}) for one in flags]
    assert len(set(said)) == len(flags)
    assert "at Delivery changed on 1 Apr 2026 (delivery-nps)" in said[4]
    assert "makes −4 of the change" in said[8]
