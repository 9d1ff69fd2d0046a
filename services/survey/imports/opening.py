"""A file as it comes in, with everything checked that its beginning can tell."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import IO, NamedTuple

from services.survey.imports.mapping import Document, Plan, bind, check_values, columns
from services.survey.imports.problems import CellProblem, MappingProblem
from services.survey.imports.reading import Layout, Record, cell_of, layout, records, skip_lines
from services.survey.imports.text import blocks
from services.survey.imports.times import NaiveTime

LOOKED_AT = 1000


class Opened(NamedTuple):
    """A file with a mapping that fits it. `blocks` is its whole text, header included, to be read once."""

    layout: Layout
    plan: Plan
    first: list[Record]
    blocks: Iterator[str]


def open_file(stream: IO[bytes], document: Document) -> Opened:
    """Bind the mapping to the file in `stream`; its first 1 000 rows come along.

    Raises FileProblem (empty, undecodable, no CSV) or MappingProblem (missing columns, no time zone for local times).
    """
    check_values(document)
    text = blocks(stream, document.get("encoding"))
    start, second = next(text), next(text, "")
    found = layout(start, columns(document).values())
    plan = bind(document, found.header)
    rows = records(skip_lines([start], found.lines), found.delimiter, (0, found.lines))
    first = list(islice(rows, LOOKED_AT))
    if second and len(first) < LOOKED_AT:
        del first[-1:]  # its last cell may go on in the second block
    _check_zone(plan, first)
    return Opened(found, plan, first, chain([start, second] if second else [start], text))


def _check_zone(plan: Plan, first: list[Record]) -> None:
    for record in first:
        cell = cell_of(record.cells, plan.answered_at) if len(record.cells) == len(plan.header) else ""
        try:
            if cell:
                plan.parse_time(cell)
        except NaiveTime as problem:
            message = f"no time zone given, and {cell} in row {record.row} doesn't say its own"
            raise MappingProblem({"timezone": message}) from problem
        except CellProblem:
            continue
