"""One row of a file as one answer, or everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.survey.answers import UTC, Answer, Rejected, read
from services.survey.definition import Definition
from services.survey.imports.ids import mapped_id, occurrence_id
from services.survey.imports.mapping import Plan
from services.survey.imports.problems import CellProblem
from services.survey.imports.reading import Record, cell_of

CHANNEL = "import"
# What a spreadsheet makes of a whole number. The usual cells are looked up, which is much faster.
WHOLE = re.compile(r"([+-]?\d{1,18})(?:[.,]0+)?", re.ASCII)
SCORES = {str(score): score for score in range(11)}


@dataclass(frozen=True, slots=True)
class Draft:
    """A row before its id is final: `id` is the mapped one, or where `by_content` that of the row's content.

    `item` has the form of an answer in a batch, `errors` is {column: message} of what can't even be converted.
    """

    record: Record
    survey: str
    id: UUID
    by_content: bool
    item: dict[str, Any]
    errors: dict[str, str]


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that can't be taken, and why: {column: message}; the column is "" for the row as a whole."""

    record: Record
    errors: dict[str, str]


def messages(row: int, line: int, errors: Mapping[str, str]) -> list[dict[str, Any]]:
    """What is wrong with a row as the API shows it: "row 17, rating: 11 is outside 0-10" in parts."""
    return [
        {"row": row, "line": line, "field": name or None, "message": text} for name, text in errors.items()
    ]


def draft(plan: Plan, record: Record) -> Draft | Reject:
    """The record's cells under the mapping. A Reject where it has the wrong number of cells or no survey."""
    cells = record.cells
    if len(cells) != len(plan.header):
        return Reject(record, {"": f"it has {len(cells)} cells, the header has {len(plan.header)}"})
    survey = plan.survey
    if plan.survey_column is not None:
        cell = cells[plan.survey_column].strip()
        survey = plan.survey_values.get(cell)
        if survey is None:
            return Reject(
                record, {plan.header[plan.survey_column]: f"‘{cell}’ is not among survey_by’s values"}
            )
    assert survey is not None, "the schema lets a mapping have either survey or survey_by"
    errors: dict[str, str] = {}
    item = _item(plan, cells, errors)
    cell = cell_of(cells, plan.id)
    id = mapped_id(survey, cell) if cell else plan.content(survey, cells)
    return Draft(record, survey, id, not cell, item, errors)


def finish(
    plan: Plan,
    row: Draft,
    occurrence: int,
    definitions: Mapping[str, Definition],
    received_at: datetime,
    zone: ZoneInfo = UTC,
) -> Answer | Reject:
    """The row as an answer by the rules of every door. `occurrence`: how often its content has now come, from 1."""
    row.item["id"] = str(occurrence_id(row.id, occurrence) if row.by_content else row.id)
    try:
        answer = read(row.item, definitions[row.survey], received_at, None, zone)
    except Rejected as rejected:
        return Reject(
            row.record, {_column(plan, name): text for name, text in rejected.errors.items()} | row.errors
        )
    return Reject(row.record, row.errors) if row.errors else answer


def _item(plan: Plan, cells: list[str], errors: dict[str, str]) -> dict[str, Any]:
    return {
        "score": SCORES.get(cells[plan.score]) or _score(cells[plan.score].strip()),
        "comment": cell_of(cells, plan.comment) or None,
        "reasons": _reasons(cell_of(cells, plan.reasons)),
        "respondent": cell_of(cells, plan.respondent) or None,
        "attributes": {key: cell for key, column in plan.attributes if (cell := cells[column].strip())},
        "answered_at": _time(plan, cell_of(cells, plan.answered_at), errors),
        "channel": CHANNEL,
    }


def _score(cell: str) -> int | str | None:
    """The whole number a cell holds; other text as it is, for the rules to name it."""
    found = WHOLE.fullmatch(cell)
    return int(found[1]) if found else cell or None


def _reasons(cell: str) -> list[str]:
    return [part for text in cell.replace("|", ";").split(";") if (part := text.strip())] if cell else []


def _time(plan: Plan, cell: str, errors: dict[str, str]) -> str | None:
    if not cell:
        return None
    try:
        return plan.parse_time(cell).isoformat()
    except CellProblem as problem:
        errors[plan.header[plan.answered_at or 0]] = str(problem)
        return None


def _column(plan: Plan, name: str) -> str:
    """The column behind a field of an answer: `reasons[0]` → the one mapped to reasons."""
    if name.startswith("attributes."):
        return plan.header[dict(plan.attributes)[name.removeprefix("attributes.")]]
    column = getattr(plan, name.partition("[")[0], None)
    return plan.header[column] if isinstance(column, int) else ""
