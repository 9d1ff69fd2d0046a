from __future__ import annotations

import csv
import io

import pytest

from services.survey.imports.rejects import harmless, rejects_csv


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+SUM(A1)", "-2+3", "@cmd", "\tx", "\rx", "\n=1", "=HYPERLINK(1)", "\uff1d1+1", "\uff20cmd"],
)
def test_formulas_are_defused(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-1", "+7", "-1.5", "7", "a=b", "", "c-1"])
def test_what_is_no_formula_stays(cell: str) -> None:
    assert harmless(cell) == cell


def test_the_file() -> None:
    rejects = [
        (["11", "=A1"], {"rating": "11 is outside 0-10"}),
        (["1"], {"": "it has 1 cells, the header has 2"}),
    ]
    rows = list(csv.reader(io.StringIO("".join(rejects_csv(["rating", "note"], rejects)))))
    assert rows == [
        ["reason", "rating", "note"],
        ["rating: 11 is outside 0-10", "11", "'=A1"],
        ["it has 1 cells, the header has 2", "1"],
    ]
