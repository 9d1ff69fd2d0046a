"""Rows become answers, and each bad one says where and why."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.survey.imports.problems import MappingProblem
from tests.unit.survey.imports.files import NOW, answers, errors, mapping, opened, take

ALL = mapping(
    id="id",
    comment="words",
    answered_at="when",
    respondent="who",
    reasons="why",
    attributes={"region": "area"},
) | {"timezone": "Europe/Berlin"}
HEADER = "id,rating,words,when,who,why,area,other\n"


def test_a_whole_row() -> None:
    (answer,) = answers(HEADER + 'a1, 7 ,"so, so",2026-07-01 12:00,c-1,late; damaged,north,x\n', ALL)
    assert answer.score == 7
    assert answer.comment == "so, so"
    assert answer.reasons == ("damaged", "late")
    assert answer.respondent == "c-1"
    assert answer.attributes == {"region": "north"}
    assert answer.channel == "import"
    assert answer.answered_at == datetime(2026, 7, 1, 10, tzinfo=UTC)


def test_empty_cells_are_nothing() -> None:
    (answer,) = answers(HEADER + "a1,7,,,,,,\n", ALL)
    assert (answer.comment, answer.reasons, answer.respondent, answer.attributes) == (None, (), None, {})
    assert answer.answered_at == NOW


def test_a_time_still_to_come_becomes_now() -> None:
    (answer,) = answers(HEADER + "a1,7,,2030-01-01 00:00,,,,\n", ALL)
    assert answer.answered_at == NOW


@pytest.mark.parametrize("cell", ["7", " 7", "07", "7.0", "7,0", "+7"])
def test_whole_numbers_as_spreadsheets_write_them(cell: str) -> None:
    (answer,) = answers(f'rating\n"{cell}"\n', mapping())
    assert answer.score == 7


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("11", "11 is outside 0-10"),
        ("-1", "-1 is outside 0-10"),
        ("7.5", "'7.5' is not a whole number 0-10"),
        ("good", "'good' is not a whole number 0-10"),
        ("7e0", "'7e0' is not a whole number 0-10"),
        ("٧", "'٧' is not a whole number 0-10"),
    ],
)
def test_scores_that_are_none(cell: str, message: str) -> None:
    assert errors(f"rating\n5\n{cell}\n", mapping()) == [(2, "rating", message)]


def test_a_missing_score() -> None:
    assert errors("rating,x\n,1\n", mapping()) == [(1, "rating", "required: a whole number 0-10")]


def test_all_errors_of_a_row_at_once() -> None:
    text = HEADER + f"a1,11,{'x' * 5001},soon,c-1,late|blue,{'y' * 201},\n"
    found = {column: message for _, column, message in errors(text, ALL)}
    assert set(found) == {"rating", "words", "when", "why", "area"}
    assert "blue" in found["why"]
    assert "soon" in found["when"]


def test_ragged_rows() -> None:
    assert errors("rating,note\n7,a\n7\n7,a,b\n8,c\n", mapping()) == [
        (2, "", "it has 1 cells, the header has 2"),
        (3, "", "it has 3 cells, the header has 2"),
    ]


def test_nul_is_refused_with_its_column() -> None:
    ((row, column, message),) = errors("rating,words\n7,a\0b\n", mapping(comment="words"))
    assert (row, column) == (1, "words")
    assert "NUL" in message


def test_blank_lines_are_no_rows() -> None:
    assert [answer.score for answer in answers("\nrating,note\n\n7,a\n,\n8,b\n\n", mapping())] == [7, 8]


def test_rows_and_lines_are_counted() -> None:
    rows = take('rating,note\n7,"two\nlines"\n11,b\n', mapping())
    assert rows[1].record[:2] == (2, 4)  # type: ignore[union-attr]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found(delimiter: str) -> None:
    text = f"rating{delimiter}area, or so{delimiter}words\n7{delimiter}x{delimiter}y\n".replace(
        "area, or so", "area"
    )
    (answer,) = answers(text, mapping(comment="words"))
    assert answer.comment == "y"


def test_surveys_told_by_a_cell() -> None:
    document = {
        "survey_by": {"column": "kind", "values": {"handover": "s", "invoice": "t"}},
        "columns": {"score": "rating"},
    }
    text = "rating,kind\n10,handover\n5, invoice\n6,invoice\n5,returns\n"
    assert errors(text, document) == [
        (3, "rating", "6 is outside 1-5"),
        (4, "kind", "‘returns’ is not among survey_by’s values"),
    ]


def problem(text: str, document: dict[str, object]) -> dict[str, str]:
    with pytest.raises(MappingProblem) as caught:
        opened(text, document)
    return caught.value.errors


def test_missing_columns_are_all_named_with_a_hint() -> None:
    found = problem("Rating,when\n7,x\n", mapping(comment="words", attributes={"plan": "whem"}))
    assert found == {
        "columns.score": "the file has no column ‘rating’; did you mean ‘Rating’?",
        "columns.comment": "the file has no column ‘words’; it has Rating, when",
        "columns.attributes.plan": "the file has no column ‘whem’; did you mean ‘when’?",
    }


def test_a_column_twice() -> None:
    assert problem("rating,rating\n7,8\n", mapping()) == {"columns.score": "the file has 2 columns ‘rating’"}


def test_local_times_without_a_zone() -> None:
    document = mapping(answered_at="when")
    found = problem("rating,when\n7,2026-07-01 12:00\n", document)
    assert found == {"timezone": "no time zone given, and 2026-07-01 12:00 in row 1 doesn't say its own"}
    assert "timezone" in problem("rating,when\n7,\n", document | {"date_format": "%Y-%m-%d"})


def test_times_with_an_offset_need_no_zone() -> None:
    (answer,) = answers("rating,when\n7,2026-07-01T12:00:00Z\n", mapping(answered_at="when"))
    assert answer.answered_at.hour == 12


def test_values_that_fit_no_file() -> None:
    document = mapping() | {"timezone": "Mars/Phobos", "date_format": "%H", "encoding": "klingon"}
    assert set(problem("rating\n7\n", document)) == {"timezone", "date_format", "encoding"}
