"""What customers wrote since an incident's onset, as its page shows it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.wording import clean

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Comment:
    """One answer with its words. `at` as the survey service writes it; `reasons` by their labels."""

    score: int
    text: str
    where: str
    at: str
    reasons: tuple[str, ...]


def comments(answers: Iterable[Row], journey_map: Row | None) -> list[Comment]:
    """answers: items of /v1/responses, each with a comment."""
    touchpoints: dict[tuple[str, str], str] = {
        (stage["key"], touchpoint["key"]): clean(touchpoint.get("name") or touchpoint["key"])
        for stage in (journey_map or {}).get("stages", [])
        for touchpoint in stage.get("touchpoints", [])
    }
    labels = {
        (survey["survey"], reason["key"]): _label(reason)
        for survey in (journey_map or {}).get("surveys", [])
        for reason in survey.get("reasons", [])
    }
    return [
        Comment(
            score=answer["score"],
            text=answer["comment"].strip(),
            where=touchpoints.get((answer["stage"], answer["touchpoint"])) or answer["touchpoint"],
            at=answer["answered_at"],
            reasons=tuple(labels.get((answer["survey"], key), key) for key in answer["reasons"]),
        )
        for answer in answers
    ]


def _label(reason: Row) -> str:
    """English where there is one, else the first language's."""
    label = reason["label"]
    return clean(label.get("en") or next(iter(label.values()), reason["key"]))
