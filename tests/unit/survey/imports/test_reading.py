"""Reading goes on at any row as if it had never stopped."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.survey.imports.problems import FileProblem
from services.survey.imports.reading import batches, records, skip_lines

CELL = st.sampled_from(["", "a", "b\nc", "\r\n", 'q"', "é", ","])
TABLE = st.lists(st.tuples(CELL, CELL), max_size=20)


def blocks(text: str, size: int) -> Iterator[str]:
    """`text` in blocks of `size` lines."""
    lines = io.StringIO(text, newline="\n").readlines()
    return ("".join(lines[i : i + size]) for i in range(0, len(lines), size))


@given(TABLE, st.integers(1, 5))
def test_going_on_after_each_row_gives_the_rest(table: list[tuple[str, str]], size: int) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(table)
    text = buffer.getvalue()
    whole = list(records(blocks(text, size), ",", (0, 0)))
    for number, stop in enumerate(whole, 1):
        rest = skip_lines(blocks(text, size), stop.line)
        assert list(records(rest, ",", (stop.row, stop.line))) == whole[number:]


def test_a_quote_that_is_never_closed_is_named() -> None:
    rows = records(['1\n2\n"', "x" * 200_000], ",", (0, 0))
    with pytest.raises(FileProblem, match=r"row 3: .*never be closed"):
        list(rows)


def test_rows_before_a_problem_are_not_lost() -> None:
    found = batches(records(['1\n2\n3\n"', "x" * 200_000], ",", (0, 0)), 2)
    assert [[record.cells for record in batch] for batch in (next(found), next(found))] == [
        [["1"], ["2"]],
        [["3"]],
    ]
    with pytest.raises(FileProblem):
        next(found)
