"""A survey and a short way from CSV text to answers, for the tests of imports."""

from __future__ import annotations

import io
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from services.survey.answers import Answer
from services.survey.definition import Definition
from services.survey.imports.opening import Opened, open_file
from services.survey.imports.reading import records, skip_lines
from services.survey.imports.rows import Reject, draft, finish

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def definition(survey: str, metric: str = "nps") -> Definition:
    """A live survey with the reasons late and damaged, of a journey with the segment region."""
    return Definition(
        survey=survey,
        journey="shop",
        stage="delivery",
        touchpoint="handover",
        metric=metric,
        audience="customer",
        status="live",
        revision=1,
        journey_revision=1,
        reasons=frozenset({"late", "damaged"}),
        kept={"region": frozenset()},
        document={},
    )


DEFINITIONS = {"s": definition("s"), "t": definition("t", "csat")}


def mapping(**columns: Any) -> dict[str, Any]:
    """A mapping to survey s with `rating` as score."""
    return {"survey": "s", "columns": {"score": "rating"} | columns}


def opened(text: str | bytes, document: dict[str, Any]) -> Opened:
    return open_file(io.BytesIO(text.encode() if isinstance(text, str) else text), document)


def take(text: str | bytes, document: dict[str, Any]) -> list[Answer | Reject]:
    """Every row of a file as an answer or a reject, as the worker would take it in one go."""
    file = opened(text, document)
    seen: Counter[object] = Counter()
    found: list[Answer | Reject] = []
    rest = skip_lines(file.blocks, file.layout.lines)
    for record in records(rest, file.layout.delimiter, (0, file.layout.lines)):
        row = draft(file.plan, record)
        if isinstance(row, Reject):
            found.append(row)
            continue
        seen[row.id] += 1
        found.append(finish(file.plan, row, seen[row.id], DEFINITIONS, NOW))
    return found


def answers(text: str | bytes, document: dict[str, Any]) -> list[Answer]:
    """The answers of a file in which no row is refused."""
    found = take(text, document)
    assert not [one for one in found if isinstance(one, Reject)]
    return [one for one in found if isinstance(one, Answer)]


def errors(text: str | bytes, document: dict[str, Any]) -> list[tuple[int, str, str]]:
    """(row, column, message) of everything refused."""
    return [
        (one.record.row, column, message)
        for one in take(text, document)
        if isinstance(one, Reject)
        for column, message in one.errors.items()
    ]
