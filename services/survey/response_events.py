"""The data of the events about answers (docs/events.md). Nothing personal is in them. Pure.

`sequence` and `recorded_at` are the relay's to put in.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from services.survey.answers import Answer
from services.survey.channels import channel_told, language_told
from services.survey.definition import Definition
from shared.events import isoformat


def recorded(
    definition: Definition, answer: Answer, answer_id: UUID, segments: dict[str, str], historic: bool
) -> dict[str, Any]:
    """The data of response.recorded for a new answer."""
    return {
        "answer_id": str(answer_id),
        "survey": definition.survey,
        "survey_revision": definition.revision,
        "journey": definition.journey,
        "stage": definition.stage,
        "touchpoint": definition.touchpoint,
        "metric": definition.metric,
        "audience": definition.audience,
        "score": answer.score,
        "reasons": list(answer.reasons),
        "segments": segments,
        "channel": channel_told(answer.channel),
        "lang": language_told(answer.lang),
        "answered_at": isoformat(answer.answered_at),
        "historic": historic,
    }


def amended(definition: Definition, stored: dict[str, Any], score: int, reasons: list[str]) -> dict[str, Any]:
    """The data of response.amended: the original's place, segments, revision and times, and what it was before."""
    return _later(definition, stored, score, reasons)


def voided(definition: Definition, stored: dict[str, Any]) -> dict[str, Any]:
    """The data of response.voided: the original's, without a score, and what it was before."""
    return _later(definition, stored, None, [])


def _later(
    definition: Definition, stored: dict[str, Any], score: int | None, reasons: list[str]
) -> dict[str, Any]:
    answered_at: datetime = stored["answered_at"]
    return {
        "answer_id": str(stored["answer_id"]),
        "survey": definition.survey,
        "survey_revision": stored["survey_revision"],
        "journey": definition.journey,
        "stage": definition.stage,
        "touchpoint": definition.touchpoint,
        "metric": definition.metric,
        "audience": definition.audience,
        "score": score,
        "reasons": reasons,
        "segments": stored["segments"],
        "channel": channel_told(stored["channel"]),
        "lang": language_told(stored["lang"]),
        "answered_at": isoformat(answered_at),
        "historic": stored["historic"],
        "previous": {"score": stored["score"], "reasons": stored["reasons"]},
    }
