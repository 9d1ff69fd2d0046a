"""What a file's columns are taken for, and the mapping that a form says."""

from __future__ import annotations

from services.survey.admin import import_form
from services.survey.imports.reading import Record
from services.survey.schemas.imports import Mapping

HEADER = ["Review ID", "Overall rating", "Review text", "Date", "Plan", "Survey"]
ROWS = [
    Record(1, 2, ["a", "7", "fine", "22/11/2025 10:00", "pro", "x"]),
    Record(2, 3, ["b", "8", "", "01/02/2026 11:30", "free", "y"]),
    Record(3, 4, ["too", "short"]),
]


def test_columns_are_proposed_by_their_names_and_times_by_their_looks() -> None:
    found = import_form.proposed(HEADER, ROWS, ["only"], ["region", "plan"], "Europe/Berlin")
    assert found["columns.score"] == "Overall rating"
    assert found["columns.comment"] == "Review text"
    assert found["columns.answered_at"] == "Date"
    assert found["columns.id"] == "Review ID"
    assert found["columns.respondent"] == ""
    assert (found["attributes[0].key"], found["attributes[0].column"]) == ("plan", "Plan")
    assert found["date_format"] == "%d/%m/%Y %H:%M"
    assert (found["survey"], found["timezone"]) == ("only", "Europe/Berlin")


def test_times_in_seconds_are_not_taken_for_anything_else() -> None:
    rows = [Record(1, 2, ["7", "1700000000"])]
    assert import_form.proposed(["score", "time"], rows, [], [], "UTC")["date_format"] == "unix"
    rows = [Record(1, 2, ["7", "2026-11-22T10:00:00Z"])]
    assert import_form.proposed(["score", "time"], rows, [], [], "UTC")["date_format"] == import_form.ISO


def test_the_form_says_a_mapping() -> None:
    given = import_form.proposed(HEADER, ROWS, ["only"], ["plan"], "Europe/Berlin")
    assert Mapping().load(import_form.mapping(given)) == {
        "survey": "only",
        "columns": {
            "score": "Overall rating",
            "comment": "Review text",
            "answered_at": "Date",
            "id": "Review ID",
            "attributes": {"plan": "Plan"},
        },
        "date_format": "%d/%m/%Y %H:%M",
        "timezone": "Europe/Berlin",
    }
    other = given | {"date_format": "other", "other_format": "%d-%b-%Y"}
    assert import_form.mapping(other)["date_format"] == "%d-%b-%Y"


def test_a_column_tells_the_survey_value_by_value() -> None:
    given = {
        "mode": "by",
        "survey": "ignored",
        "survey_by.column": "Survey",
        "columns.score": "Overall rating",
    }
    given = import_form.with_values(given, HEADER, ROWS, ["x"])
    assert [given["values[0].cell"], given["values[0].survey"]] == ["x", "x"]
    assert [given["values[1].cell"], given["values[1].survey"]] == ["y", ""]
    chosen = import_form.with_values(given | {"values[1].survey": "delivery-nps"}, HEADER, ROWS, ["x"])
    assert import_form.mapping(chosen)["survey_by"] == {
        "column": "Survey",
        "values": {"x": "x", "y": "delivery-nps"},
    }
    assert import_form.renames(chosen)["survey_by.values.y"] == "values[1].survey"


def test_an_empty_form_names_what_is_missing() -> None:
    one, by = {"mode": "one"}, {"mode": "by"}
    assert "score" in Mapping().validate(import_form.mapping(one))["columns"]
    assert list(import_form.missing(one)) == ["survey"]
    assert set(Mapping().validate(import_form.mapping(by))["survey_by"]) == {"column", "values"}
    assert import_form.missing(by) == {}
    assert import_form.missing(one | {"survey": "x"}) == {}
