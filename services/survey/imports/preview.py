"""The dry run: the first rows as they would be taken, and what is wrong with those looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.survey.answers import UTC, Answer
from services.survey.definition import Definition
from services.survey.imports.opening import Opened
from services.survey.imports.rows import Reject, draft, finish, messages
from shared.events import isoformat

SHOWN_ROWS = 20
SHOWN_ERRORS = 100


def preview(
    opened: Opened, definitions: Mapping[str, Definition], now: datetime, zone: ZoneInfo = UTC
) -> dict[str, Any]:
    """{rows: the first 20 as mapped, checked: how many rows were looked at, rejected, errors: the first 100}."""
    seen: Counter[object] = Counter()
    shown: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    for record in opened.first:
        row = draft(opened.plan, record)
        if isinstance(row, Reject):
            rejects.append(row)
            continue
        seen[row.id] += 1
        answer = finish(opened.plan, row, seen[row.id], definitions, now, zone)
        if isinstance(answer, Reject):
            rejects.append(answer)
        elif record.row <= SHOWN_ROWS:
            shown.append(_shown(record.row, row.survey, answer))
    errors = [text for one in rejects for text in messages(one.record.row, one.record.line, one.errors)]
    return {
        "rows": shown,
        "checked": len(opened.first),
        "rejected": len(rejects),
        "errors": errors[:SHOWN_ERRORS],
    }


def _shown(row: int, survey: str, answer: Answer) -> dict[str, Any]:
    return {
        "row": row,
        "survey": survey,
        "id": str(answer.id),
        "score": answer.score,
        "comment": answer.comment,
        "reasons": list(answer.reasons),
        "respondent": answer.respondent,
        "attributes": answer.attributes,
        "answered_at": isoformat(answer.answered_at),
    }
