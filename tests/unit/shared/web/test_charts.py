"""What a chart carries: data for the picture, the same as a table, and a CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any
from urllib.parse import unquote

import pytest

from shared.web.charts import Bars, Chart, Level, Line, Mark, Span, room

FIRST, SECOND = date(2025, 11, 12), date(2025, 11, 13)


def chart(**given: Any) -> Chart:
    return Chart(
        "NPS of Delivery", "It fell.", "delivery-nps", [FIRST, SECOND], ["Day", "NPS", "Answers"],
        [[FIRST, 41.26, 17240], [SECOND, None, 0]], -100, 100, **given,
    )  # fmt: skip


def rows(of: Chart) -> list[list[str]]:
    return list(csv.reader(io.StringIO(of.csv)))


def test_the_table_shows_the_newest_first_with_whole_numbers_and_a_dash_for_nothing() -> None:
    assert chart().table == [["Thu 13 Nov 2025", "–", "0"], ["Wed 12 Nov 2025", "41", "17,240"]]


def test_the_csv_holds_the_same_in_a_form_for_machines() -> None:
    assert rows(chart()) == [
        ["Day", "NPS", "Answers"],
        ["2025-11-12", "41.26", "17240"],
        ["2025-11-13", "", "0"],
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1"])
def test_no_spreadsheet_takes_a_name_for_a_formula(text: str) -> None:
    made = Chart("t", "s", "f", [FIRST], ["Day", text], [[FIRST, text]], 0, 1)
    assert [row[1] for row in rows(made)] == [f"'{text}", f"'{text}"]


def test_negative_scores_stay_numbers() -> None:
    made = Chart("t", "s", "f", [FIRST], ["Day", "NPS"], [[FIRST, -12.0]], 0, 1)
    assert rows(made)[1][1] == "-12.0"
    assert made.table[0][1] == "−12"


def test_the_csv_travels_whole_in_its_address() -> None:
    made = Chart("t", "s", "f", [FIRST], ['a "b", #c&d', "é"], [], 0, 1)
    kind, _, text = made.csv_address.partition(",")
    assert kind == "data:text/csv;charset=utf-8"
    assert unquote(text) == made.csv
    assert not set(text) & set('"#& \r\n')


def test_the_picture_gets_days_as_numbers_and_gaps_as_nothing() -> None:
    data = chart(
        lines=[Line("NPS", [41.256, None], [30.0, None], [50.0, None])],
        bars=[Bars("Answers", [3, 0], "worse")],
        spans=[Span("Incident", FIRST, SECOND)],
        marks=[Mark("New wording", SECOND)],
    ).data
    assert data["x"] == [20404, 20405]
    assert data["lines"] == [
        {"kind": "line", "values": [41.26, None], "low": [30.0, None], "high": [50.0, None]}
    ]
    assert data["bars"] == [{"kind": "worse", "values": [3, 0]}]
    assert data["spans"] == [[20404, 20405]]
    assert data["marks"] == [{"kind": "flag", "day": 20405}]


def test_the_legend_names_what_is_drawn_once_each() -> None:
    made = chart(
        lines=[Line("NPS", [1], [0], [2])],
        levels=[Level("Baseline", 40.6, "baseline")],
        spans=[Span("Incident", FIRST, FIRST), Span("Incident", SECOND, SECOND)],
        unfinished=True,
    )
    assert made.keys == [
        ("line", "NPS"), ("band", "95 % interval"), ("baseline", "Baseline 41"), ("span", "Incident"),
        ("hollow", "not over yet"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], (-100, 100)),
        ([None], (-100, 100)),
        ([40, 41], (30.5, 50.5)),
        ([0, 100], (-10, 100)),
        ([98, 100], (80, 100)),
        ([-300, 300], (-100, 100)),
    ],
)
def test_the_scale_has_room_and_stays_within_what_is_possible(
    values: list[float | None], expected: tuple[float, float]
) -> None:
    assert room(values, 20, -100, 100) == pytest.approx(expected)
    low, high = room(values, 20, -100, 100)
    assert high - low >= 20
    assert -100 <= low < high <= 100
