"""What a form of the map shows and reads."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.survey.maps import fields, surgery
from services.survey.schemas.journeys import Journey
from shared.web.problems import field_paths
from tests.unit.survey.maps.documents import WHOLE_JOURNEY, every_place


@given(WHOLE_JOURNEY, st.data())
def test_saving_what_was_shown_changes_nothing(document: dict[str, Any], data: Any) -> None:
    place = data.draw(st.sampled_from(every_place(document)))
    shown = fields.shown(surgery.at(document, place), len(place))
    # As a browser sends it: lines end with CR LF, and the page takes blanks away around a text.
    sent = {name: text.replace("\n", "\r\n").strip() for name, text in shown.items()}
    assert surgery.edit(document, place, fields.read(sent, len(place))) == document


def test_targets_are_numbers_in_either_spelling_and_anything_else_is_kept_for_the_error() -> None:
    typed = {"target_nps_customer": "-12,5", "target_csat_employee": "80", "target_ces_customer": "high"}
    assert fields.read(typed, 1)["targets"] == [
        {"metric": "csat", "audience": "employee", "score": 80},
        {"metric": "nps", "audience": "customer", "score": -12.5},
        {"metric": "ces", "audience": "customer", "score": "high"},
    ]


def test_errors_stand_at_the_inputs_that_hold_them() -> None:
    stage = {
        "key": "a",
        "owner": "No One",
        "targets": [{"metric": "csat", "audience": "customer", "score": -1}],
    }
    point = {"key": "b", "pain_points": ["fine", "x" * 2_001], "name": "n" * 201}
    journey = {"name": "Shop", "stages": [{"key": "z"}, {**stage, "touchpoints": [point]}]}
    errors = field_paths(Journey().validate(journey))
    assert fields.by_input(errors, "stages[1]", stage) == {
        "owner": ["Use 1 to 63 of a-z, 0-9 and -."],
        "": [
            "stages[1].touchpoints[0].name: Length must be between 1 and 200.",
            "stages[1].touchpoints[0].pain_points[1]: Longer than maximum length 2000.",
        ],
    } | {"target_csat_customer": ["A csat score lies between 0 and 100."]}
    assert fields.by_input(errors, "stages[1].touchpoints[0]", point) == {
        "name": ["Length must be between 1 and 200."],
        "pain_points": ["Line 2: Longer than maximum length 2000."],
        "": [
            "stages[1].owner: Use 1 to 63 of a-z, 0-9 and -.",
            "stages[1].targets[0].score: A csat score lies between 0 and 100.",
        ],
    }


def test_a_name_or_a_key_is_asked_for() -> None:
    assert "name" in fields.key_errors({"name": " "}, "")
    assert "key" in fields.key_errors({"name": "配達"}, "")
    assert "key" in fields.key_errors({"name": "Shop"}, "Shop!")
    assert fields.key_errors({"name": "Shop"}, "shop") == {}
