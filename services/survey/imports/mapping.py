"""Which column means what, checked against the file's header and the surveys it names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any
from uuid import UUID

from services.survey.imports.ids import content_of
from services.survey.imports.problems import MappingProblem
from services.survey.imports.text import check_encoding
from services.survey.imports.times import ParseTime, always_naive, check_format, time_parser, zone

Document = Mapping[str, Any]
OPTIONAL = ("id", "comment", "answered_at", "respondent", "reasons")


@dataclass(frozen=True)
class Plan:
    """A mapping bound to one file's header: where each fact stands in a row. None = not mapped."""

    header: tuple[str, ...]
    survey: str | None
    survey_column: int | None
    survey_values: Mapping[str, str]
    score: int
    id: int | None
    comment: int | None
    answered_at: int | None
    respondent: int | None
    reasons: int | None
    attributes: tuple[tuple[str, int], ...]
    parse_time: ParseTime
    content: Callable[[str, Sequence[str]], UUID] = field(repr=False)


def columns(document: Document) -> dict[str, str]:
    """Every column the mapping names, by its path in the mapping."""
    given = document["columns"]
    found = {f"columns.{name}": given[name] for name in ("score", *OPTIONAL) if given.get(name)}
    found |= {f"columns.attributes.{key}": column for key, column in (given.get("attributes") or {}).items()}
    if document.get("survey_by"):
        found["survey_by.column"] = document["survey_by"]["column"]
    return found


def surveys(document: Document) -> dict[str, str]:
    """Every survey the mapping names, by its path in the mapping."""
    if document.get("survey_by"):
        return {
            f"survey_by.values.{cell}": survey for cell, survey in document["survey_by"]["values"].items()
        }
    return {"survey": document["survey"]}


def check_values(document: Document) -> None:
    """Raises MappingProblem naming `timezone`, `date_format` or `encoding` where no file could make them right."""
    errors: dict[str, str] = {}
    for path, check in (("timezone", zone), ("date_format", check_format), ("encoding", check_encoding)):
        try:
            if document.get(path):
                check(document[path])
        except ValueError as error:
            errors[path] = str(error)
    time_zone, date_format = document.get("timezone"), document.get("date_format")
    if document["columns"].get("answered_at") and not time_zone and always_naive(date_format):
        errors["timezone"] = f"no time zone given, and times written as {date_format} don't say theirs"
    if errors:
        raise MappingProblem(errors)


def check_surveys(document: Document, existing: Collection[str]) -> None:
    """Raises MappingProblem naming every survey of the mapping that is not among the existing ones."""
    errors = {
        path: f"there is no survey ‘{key}’" for path, key in surveys(document).items() if key not in existing
    }
    if errors:
        raise MappingProblem(errors)


def bind(document: Document, header: Sequence[str]) -> Plan:
    """The mapping bound to `header`. Raises MappingProblem naming every column that is missing."""
    errors = _missing_columns(document, header)
    if errors:
        raise MappingProblem(errors)
    at = {path: header.index(name) for path, name in columns(document).items()}
    by = document.get("survey_by")
    return Plan(
        header=tuple(header),
        survey=None if by else document["survey"],
        survey_column=at.get("survey_by.column"),
        survey_values={cell.strip(): survey for cell, survey in by["values"].items()} if by else {},
        score=at["columns.score"],
        **{name: at.get(f"columns.{name}") for name in OPTIONAL},
        attributes=tuple(
            (key, at[f"columns.attributes.{key}"]) for key in document["columns"].get("attributes") or {}
        ),
        parse_time=time_parser(document.get("date_format"), document.get("timezone")),
        content=content_of(header),
    )


def _missing_columns(document: Document, header: Sequence[str]) -> dict[str, str]:
    errors = {}
    for path, name in columns(document).items():
        if header.count(name) > 1:
            errors[path] = f"the file has {header.count(name)} columns ‘{name}’"
        elif name not in header:
            near = get_close_matches(name, header, n=1)
            hint = f"did you mean ‘{near[0]}’?" if near else f"it has {', '.join(header[:30])}"
            errors[path] = f"the file has no column ‘{name}’; {hint}"
    return errors
