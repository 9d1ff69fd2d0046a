"""Values of measures: what is taken, what is refused, and what it would change."""

from __future__ import annotations

from datetime import date
from time import process_time
from typing import Any

import pytest

from services.aggregator.measure_values import MOST, Change, Wrong, change, of_csv, of_json

TODAY = date(2026, 11, 24)
FIRST, SECOND = date(2026, 11, 20), date(2026, 11, 21)


def test_a_table_with_or_without_its_heading() -> None:
    expected = {FIRST: 4.5, SECOND: 1200.0}
    assert of_csv("day,value\n2026-11-20,4.5\n2026-11-21,1200\n", TODAY) == expected
    assert of_csv("2026-11-20,4.5\r\n\r\n2026-11-21, 1.2e3 ", TODAY) == expected
    assert of_csv("\ufeffDay;Value\n2026-11-20;4,5\n2026-11-21;1200", TODAY) == expected
    assert of_csv("2026-11-20\t4.5\n2026-11-21\t1200", TODAY) == expected


def test_an_empty_cell_takes_the_value_out() -> None:
    assert of_csv("2026-11-20,\n2026-11-21,0", TODAY) == {FIRST: None, SECOND: 0.0}
    assert of_json([{"day": "2026-11-20", "value": None}], TODAY) == {FIRST: None}


def test_a_long_row_of_digits_is_refused_at_once() -> None:
    began = process_time()
    for end in ("x", ".x", "e", "e1x"):
        with pytest.raises(Wrong):
            of_csv(f"2026-11-20,{'1' * 100_000}{end}", TODAY)
    assert process_time() - began < 1


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        ("2026-11-25,4", {"line 1": ["2026-11-25 has not come yet."]}),
        ("2026-11-20,4\n2026-11-20,5", {"line 2": ["2026-11-20 is there twice."]}),
        ("20.11.2026,4", {"line 1": ["Write a day, 2026-11-24."]}),
        ("2026-02-30,4", {"line 1": ["Write a day, 2026-11-24."]}),
        ("2026-11-20,four", {"line 1": ["Write a number, 4.5."]}),
        ("2026-11-20,1e999", {"line 1": ["Write a number, 4.5."]}),
        ("2026-11-20,nan", {"line 1": ["Write a number, 4.5."]}),
        ("2026-11-20,4,5", {"line 1": ["Give a day and a value: 2026-11-24,4.5."]}),
        ("x,y\n2026-11-20", {
            "line 1": ["Write a day, 2026-11-24.", "Write a number, 4.5."],
            "line 2": ["Give a day and a value: 2026-11-24,4.5."],
        }),
    ],
)  # fmt: skip
def test_every_wrong_line_is_named(text: str, errors: dict[str, list[str]]) -> None:
    with pytest.raises(Wrong) as refused:
        of_csv(text, TODAY)
    assert refused.value.errors == errors


@pytest.mark.parametrize(
    ("items", "paths"),
    [
        ({"day": "2026-11-20"}, {"body"}),
        ([{"day": "2026-11-20", "value": True}], {"[0].value"}),
        ([{"day": "2026-11-20", "value": "4"}], {"[0].value"}),
        ([{"day": "2026-11-20", "value": 10**400}], {"[0].value"}),
        ([{"day": 20261120, "value": 4}, 7, {"day": "2026-11-21"}], {"[0].day", "[1]", "[2]"}),
        ([{"day": "2026-11-20", "value": 4, "unit": "min"}], {"[0]"}),
        ([{"day": "2026-11-20", "value": 4}] * (MOST + 1), {"body"}),
    ],
)
def test_every_wrong_item_is_named(items: Any, paths: set[str]) -> None:
    with pytest.raises(Wrong) as refused:
        of_json(items, TODAY)
    assert set(refused.value.errors) == paths


def test_what_is_given_again_changes_nothing() -> None:
    given: dict[date, float | None] = {FIRST: 4.5, SECOND: 5.0}
    assert change({}, given) == Change(2, 0, 0, 0)
    assert change({FIRST: 4.5, SECOND: 5.0}, given) == Change(0, 0, 0, 2)
    assert change({FIRST: 4.0, TODAY: 9.0}, {FIRST: 4.5, SECOND: None, TODAY: None}) == Change(0, 1, 1, 1)
