"""Which stages and touchpoints a map has, and whether a survey's place is one of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Document = Mapping[str, Any]
Place = tuple[str, str]


def places(journey: Document) -> dict[str, set[str]]:
    """{stage key: {touchpoint key, …}} of a journey's document."""
    return {
        stage["key"]: {touchpoint["key"] for touchpoint in stage.get("touchpoints") or []}
        for stage in journey.get("stages") or []
    }


def is_moment_of_truth(journey: Document, stage: str, touchpoint: str) -> bool:
    """Whether the map calls the touchpoint a moment of truth."""
    return any(
        point["key"] == touchpoint and bool(point.get("moment_of_truth"))
        for one in journey.get("stages") or []
        if one["key"] == stage
        for point in one.get("touchpoints") or []
    )


def displaced(journey: Document, surveys: Iterable[Document]) -> list[Document]:
    """Those surveys whose stage or touchpoint the map lacks."""
    known = places(journey)
    return [survey for survey in surveys if survey["touchpoint"] not in known.get(survey["stage"], ())]


def answered(count: int | None, noun: str) -> str:
    """1 response, 1,204 responses; None: those of employees, who are not counted."""
    if count is None:
        return f"employees’ {noun}s"
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def used_text(stage: str, touchpoint: str, count: int | None, status: str, survey: str) -> str:
    """What stands on a touchpoint that is to leave the map: its responses, and the survey that uses it."""
    place = f"Touchpoint ‘{touchpoint}’ of stage ‘{stage}’"
    return f"{place} has {answered(count, 'response')} and the {status} survey ‘{survey}’."


def place_errors(journey: Document, survey: Document) -> dict[str, list[str]]:
    """What is wrong with a survey's stage or touchpoint, by field; empty where its place exists."""
    known = places(journey)
    stage, touchpoint = survey["stage"], survey["touchpoint"]
    if stage not in known:
        return {"stage": [f"The journey has no stage ‘{stage}’. It has: {_list(known)}."]}
    if touchpoint not in known[stage]:
        return {
            "touchpoint": [
                f"Stage ‘{stage}’ has no touchpoint ‘{touchpoint}’. It has: {_list(known[stage])}."
            ]
        }
    return {}


def _list(keys: Iterable[str]) -> str:
    return ", ".join(sorted(keys)) or "none"
