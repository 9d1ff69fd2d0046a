"""Synthetic answers in the survey log, as if they had been accepted: what back-tests read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from services import survey
from services.alerts.detection import Answer
from shared import outbox
from shared.db import connect
from shared.events import AMENDED, RECORDED, RESPONSES, VOIDED, isoformat, response_type
from shared.outbox import OutboxRow
from shared.settings import Settings

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NPS = (3, 7, 10)  # a score worth 0, 1, 2 half-units


def store(settings: Settings, made: Iterable[Answer], stage: str = "delivery", stamped: bool = True) -> None:
    """Accept NPS answers of shop/<stage>, in the order given."""
    _append(settings, [_row(RECORDED, answer, stage, NPS[answer.half]) for answer in made], stamped)


def amend(settings: Settings, made: Iterable[Answer], score: int) -> None:
    """All of them now say `score`."""
    _append(settings, [_row(AMENDED, answer, "delivery", score) for answer in made], True)


def void(settings: Settings, made: Iterable[Answer]) -> None:
    """They were spam."""
    _append(settings, [_row(VOIDED, answer, "delivery", None) for answer in made], True)


def _row(kind: str, answer: Answer, stage: str, score: int | None) -> OutboxRow:
    answered_at = isoformat(EPOCH + timedelta(microseconds=answer.clock))
    survey_key, revision = answer.revision
    data: dict[str, Any] = {
        "survey": survey_key,
        "survey_revision": revision,
        "journey": "shop",
        "stage": stage,
    }
    data |= {"metric": "nps", "audience": "customer", "score": score, "answered_at": answered_at}
    if kind != RECORDED:
        data["previous"] = {"score": NPS[answer.half], "reasons": []}
    return OutboxRow(RESPONSES, f"shop/{stage}", response_type(kind), data, True, datetime.now(UTC))


def _append(settings: Settings, rows: list[OutboxRow], stamped: bool) -> None:
    with connect(settings, survey.SCHEMA) as conn, conn.transaction():
        outbox.append(conn, rows)
        if stamped:
            outbox.stamp(conn, len(rows))
