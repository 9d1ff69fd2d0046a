"""The data of the events about journeys: the whole map with its defaults filled in, and its live surveys. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Document = Mapping[str, Any]


def published(journey: str, revision: int, document: Document, surveys: Iterable[Document]) -> dict[str, Any]:
    """The data of journey.published. `surveys`: rows of `survey`; only live ones are named."""
    return {
        "journey": journey,
        "revision": revision,
        "name": document["name"],
        "owner": document.get("owner"),
        "personas": document.get("personas") or [],
        "segments": document.get("segments") or [],
        "stages": [_stage(stage) for stage in document.get("stages") or []],
        "surveys": [_survey(survey) for survey in surveys if survey["status"] == "live"],
    }


def retired(journey: str, revision: int) -> dict[str, Any]:
    """The data of journey.retired."""
    return {"journey": journey, "revision": revision}


def _stage(stage: Document) -> dict[str, Any]:
    return {
        **stage,
        "name": stage.get("name", stage["key"]),
        "owner": stage.get("owner"),
        "targets": [{"audience": "customer", **target} for target in stage.get("targets") or []],
        "touchpoints": [_touchpoint(touchpoint) for touchpoint in stage.get("touchpoints") or []],
    }


def _touchpoint(touchpoint: Document) -> dict[str, Any]:
    return {
        **touchpoint,
        "name": touchpoint.get("name", touchpoint["key"]),
        "moment_of_truth": touchpoint.get("moment_of_truth", False),
    }


def _survey(row: Document) -> dict[str, Any]:
    names = ("survey", "stage", "touchpoint", "metric", "audience", "revision")
    reasons = [{"key": reason["key"], "label": reason.get("label") or {}} for reason in _reasons(row)]
    return {name: row[name] for name in names} | {"reasons": reasons}


def _reasons(row: Document) -> list[dict[str, Any]]:
    return row["document"].get("reasons") or []
