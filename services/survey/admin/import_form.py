"""The mapping of an import as a form: what is proposed for a file, and the mapping that was chosen. Pure.

Inputs are named like the paths of a mapping's errors (`columns.score`), the rest is in `RENAME` and `renames`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.survey.imports.problems import CellProblem
from services.survey.imports.reading import Record, cell_of
from services.survey.imports.times import UNIX, UNIX_MS, time_parser

Values = dict[str, Any]

ATTRIBUTES, MOST_VALUES = 5, 50
ISO, OTHER = "", "other"
FORMATS = {
    ISO: "2026-11-22 14:05, or ISO 8601",
    "%d/%m/%Y": "22/11/2026",
    "%d/%m/%Y %H:%M": "22/11/2026 14:05",
    "%m/%d/%Y": "11/22/2026",
    "%m/%d/%Y %H:%M": "11/22/2026 14:05",
    "%d.%m.%Y": "22.11.2026",
    "%d.%m.%Y %H:%M": "22.11.2026 14:05",
    "%Y/%m/%d": "2026/11/22",
    UNIX: "seconds since 1970",
    UNIX_MS: "milliseconds since 1970",
    OTHER: "another format",
}
FIELDS = {
    "score": "Score",
    "answered_at": "Answered at",
    "comment": "Comment",
    "reasons": "Reasons",
    "respondent": "Respondent",
    "id": "Id of the answer",
}
# Words in the names of columns as exports have them; the first column that has one is proposed.
_WORDS = {
    "score": "score|rating|nps|csat|ces|note|stars|points|bewertung|nota|puntuacion",
    "answered_at": "answered|created|submitted|timestamp|datetime|date|time|when|datum|fecha|data",
    "respondent": "respondent|customer|user|email|client|kunde",
    "id": "id|uuid",
    "comment": "comment|text|feedback|message|review|verbatim|words|kommentar|comentario",
    "reasons": "reasons?|tags?|why",
}


def proposed(
    header: Sequence[str], first: Sequence[Record], surveys: Sequence[str], segments: Iterable[str], zone: str
) -> Values:
    """What the form of a new file begins with."""
    found: Values = {"mode": "one", "survey": surveys[0] if len(surveys) == 1 else "", "timezone": zone}
    taken: set[str] = set()
    for name, words in _WORDS.items():
        column = _like(header, words, taken)
        found[f"columns.{name}"] = column
        taken.add(column)
    plain = {column.lower(): column for column in header if column not in taken}
    declared = [key for key in segments if key.lower() in plain][:ATTRIBUTES]
    for index in range(ATTRIBUTES):
        key = declared[index] if index < len(declared) else ""
        found[f"attributes[{index}].key"] = key
        found[f"attributes[{index}].column"] = plain[key.lower()] if key else ""
    when = found["columns.answered_at"]
    cells = _cells(header, first, when)[:50] if when else []
    return found | {"date_format": _format_of(cells), "other_format": "", "survey_by.column": ""}


def mapping(given: Values) -> dict[str, Any]:
    """The mapping that the form says, for the rules of mappings."""
    columns: dict[str, Any] = {name: column for name in FIELDS if (column := given.get(f"columns.{name}"))}
    attributes = {
        given[f"attributes[{i}].key"]: given[f"attributes[{i}].column"]
        for i in range(ATTRIBUTES)
        if given.get(f"attributes[{i}].key") and given.get(f"attributes[{i}].column")
    }
    if attributes:
        columns["attributes"] = attributes
    found: dict[str, Any] = {"columns": columns}
    if given.get("mode") == "by":
        found["survey_by"] = {"column": given.get("survey_by.column", ""), "values": dict(_pairs(given))}
    elif given.get("survey"):
        found["survey"] = given["survey"]
    date_format = given.get("date_format")
    found |= (
        {"date_format": given.get("other_format")} if date_format == OTHER else {"date_format": date_format}
    )
    found |= {"timezone": given.get("timezone")}
    return {name: value for name, value in found.items() if value or name == "columns"}


def said(path: str, text: str) -> str:
    """What is wrong at a path of the mapping, in words for a form."""
    if path.startswith("columns.score") and "required" in text:
        return "Choose the column that holds the score."
    return _SAID.get(path, text) if "Length" in text or "Name either" in text else text


_SAID = {
    "survey": "Choose the survey that the rows answer.",
    "survey_by.column": "Choose the column that names the survey.",
    "survey_by.values": "Choose a survey for at least one value of the column.",
    "date_format": "Write the format, such as %d/%m/%Y.",
}


def missing(given: Values) -> dict[str, list[str]]:
    """What the rules of mappings only see once the rest is right: that no survey was chosen."""
    is_named = given.get("mode") == "by" or given.get("survey")
    return {} if is_named else {"survey": [_SAID["survey"]]}


def renames(given: Values) -> dict[str, str]:
    """{path of a mapping's error: the input that holds it} beyond those that are called alike."""
    found = {f"survey_by.values.{given[f'values[{i}].cell']}": f"values[{i}].survey" for i in _rows(given)}
    for i in range(ATTRIBUTES):
        if key := given.get(f"attributes[{i}].key"):
            found[f"columns.attributes.{key}"] = f"attributes[{i}].column"
            found[f"columns.attributes.{key}.key"] = f"attributes[{i}].key"
    by = {"survey": "survey_by.column"} if given.get("mode") == "by" else {}
    other = {"date_format": "other_format"} if given.get("date_format") == OTHER else {}
    return found | by | other | {"survey_by.values": "survey_by.column", "columns": "columns.score"}


def with_values(
    given: Values, header: Sequence[str], first: Sequence[Record], surveys: Sequence[str]
) -> Values:
    """The form with a row for each value of the column that names the survey; choices made are kept."""
    column = given.get("survey_by.column", "")
    cells = list(dict.fromkeys(cell for cell in _cells(header, first, column) if cell))[:MOST_VALUES]
    chosen = dict(_pairs(given))
    kept = {name: value for name, value in given.items() if not name.startswith("values[")}
    for index, cell in enumerate(cells):
        alike = cell if cell in surveys else ""
        kept |= {f"values[{index}].cell": cell, f"values[{index}].survey": chosen.get(cell, alike)}
    return kept | {"value_rows": str(len(cells))}


def _pairs(given: Values) -> Iterable[tuple[str, str]]:
    """(cell, survey) of the rows for which a survey was chosen."""
    for index in _rows(given):
        if given.get(f"values[{index}].survey"):
            yield given[f"values[{index}].cell"], given[f"values[{index}].survey"]


def _rows(given: Values) -> list[int]:
    text = str(given.get("value_rows", ""))
    count = min(int(text), MOST_VALUES) if re.fullmatch(r"\d{1,3}", text, re.ASCII) else 0
    return [index for index in range(count) if f"values[{index}].cell" in given]


def _like(header: Sequence[str], words: str, taken: set[str]) -> str:
    pattern = re.compile(rf"(^|[^a-z])({words})([^a-z]|$)")
    free = [column for column in header if column and column not in taken]
    return next((column for column in free if pattern.search(column.lower())), "")


def _cells(header: Sequence[str], first: Sequence[Record], column: str) -> list[str]:
    if column not in header:
        return []
    at = list(header).index(column)
    cells = (cell_of(record.cells, at) for record in first if len(record.cells) == len(header))
    return [cell for cell in cells if cell]


def _format_of(cells: Sequence[str]) -> str:
    """The first format that every one of these cells is written in; ISO where none is."""
    return next((key for key in FORMATS if key != OTHER and cells and _fits(key, cells)), ISO)


def _fits(date_format: str, cells: Sequence[str]) -> bool:
    parse = time_parser(date_format or None, "UTC")
    try:
        return all(2000 <= parse(cell).year <= 2100 for cell in cells)
    except CellProblem:
        return False


def labels(given: Mapping[str, Any]) -> dict[str, str]:
    """What the summary of errors calls the inputs."""
    found = {f"columns.{name}": label for name, label in FIELDS.items()}
    found |= {"survey": "Survey", "survey_by.column": "Column of the survey", "timezone": "Time zone"}
    found |= {"date_format": "Date format", "other_format": "Date format"}
    return found | {f"values[{i}].survey": str(given[f"values[{i}].cell"]) for i in _rows(dict(given))}
