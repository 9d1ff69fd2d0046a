"""Blocks of text as CSV rows, with the place of each, so that reading can go on at any row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import NamedTuple

from services.survey.imports.problems import FileProblem

DELIMITERS = ",;\t|"


class Record(NamedTuple):
    """One row: `row` counts rows below the header from 1, `line` is the last line of the file it takes up."""

    row: int
    line: int
    cells: list[str]


@dataclass(frozen=True)
class Layout:
    """How a file is laid out: its delimiter, its column names, and the number of lines up to its first row."""

    delimiter: str
    header: tuple[str, ...]
    lines: int


def layout(start: str, wanted: Iterable[str]) -> Layout:
    """The layout of a file that begins with `start`: the delimiter under which most `wanted` columns are there.

    Raises FileProblem where not even a header can be read.
    """
    names = set(wanted)
    found = [_layout(start, delimiter) for delimiter in DELIMITERS]
    return max(found, key=lambda one: (len(names.intersection(one.header)), len(one.header)))


def records(blocks: Iterable[str], delimiter: str, after: tuple[int, int]) -> Iterator[Record]:
    """Rows of `blocks` that hold anything. `after` = (row, line) of what lies before the first block given.

    Raises FileProblem naming the row at which the file stops being CSV.
    """
    row, before = after
    reader = csv.reader(_lines(blocks), delimiter=delimiter)
    try:
        for cells in reader:
            if any(cells):
                row += 1
                yield Record(row, before + reader.line_num, cells)
    except csv.Error as error:
        raise FileProblem(f"row {row + 1}: {_explain(error)}") from error


def batches(rows: Iterable[Record], size: int) -> Iterator[list[Record]]:
    """`rows` in lists of `size`; those before a FileProblem come before it."""
    batch: list[Record] = []
    try:
        for record in rows:
            batch.append(record)
            if len(batch) == size:
                yield batch
                batch = []
    except FileProblem:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def skip_lines(blocks: Iterable[str], count: int) -> Iterator[str]:
    """`blocks` without their first `count` lines."""
    rest = iter(blocks)
    for block in rest:
        lines = block.count("\n")
        if count < lines or not block.endswith("\n"):
            kept = "".join(islice(_lines([block]), count, None))
            return chain([kept], rest)
        count -= lines
    return iter(())


def _layout(start: str, delimiter: str) -> Layout:
    reader = csv.reader(_lines([start]), delimiter=delimiter)
    try:
        header = next((cells for cells in reader if any(cells)), [])
    except csv.Error as error:
        raise FileProblem(f"the header row can't be read: {_explain(error)}") from error
    return Layout(delimiter, tuple(name.strip() for name in header), reader.line_num)


def _lines(blocks: Iterable[str]) -> Iterator[str]:
    for block in blocks:
        yield from io.StringIO(block, newline="\n")


def _explain(error: csv.Error) -> str:
    if "field larger" in str(error):
        return 'a cell is longer than 131,072 characters: a quote (") that opens here may never be closed'
    return str(error)


def cell_of(cells: Sequence[str], column: int | None) -> str:
    """The cell of an optional column without the blanks around it; empty where the mapping has none."""
    return cells[column].strip() if column is not None else ""
