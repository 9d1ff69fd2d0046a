"""What an action is compared with: from its document to the questions for the other services. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.alerts import effects

Row = Mapping[str, Any]
Asking = tuple[str, str, dict[str, Any]]  # service, path, query
# What decides what is compared: changing it after the answers came is choosing by what they say.
COMPARED = (
    "journey",
    "stage",
    "touchpoint",
    "metric",
    "audience",
    "started_on",
    "review_on",
    "before_from",
    "incident",
    "treated",
    "control",
)


def started_on(document: Row) -> date:
    return date.fromisoformat(document["started_on"])


def review_on(document: Row) -> date:
    """The day it is planned to be judged on, eight weeks after it started where it does not say."""
    given = document.get("review_on")
    return date.fromisoformat(given) if given else started_on(document) + effects.REVIEW_AFTER


def part_of(document: Row) -> dict[str, Any]:
    """What of a document decides what is compared."""
    return {name: document.get(name) for name in COMPARED}


def stages(document: Row) -> list[str]:
    """The treated stage and those of the control."""
    return [document["stage"], *(document.get("control") or {}).get("stages", [])]


def questions(document: Row, incident: Row | None, today: date, zone: ZoneInfo) -> dict[str, Asking]:
    """What to ask, by name; nothing before it started, and nothing of employees, who are not counted by day."""
    if started_on(document) > today or document["audience"] == "employee":
        return {}
    first = _reach(document, incident, zone)
    place = {name: document[name] for name in ("journey", "metric", "audience")}
    days = {"from": first.isoformat(), "to": last(document, today).isoformat(), "step": "day"}
    here = {"stage": document["stage"], "touchpoint": document.get("touchpoint")}
    found: dict[str, Asking] = {"parts": _series(place | here | days, "touchpoint")}
    named = segment(document.get("treated"))
    if named:
        found["segments"] = _series(place | here | days, f"segment:{named[0]}")
    if (document.get("control") or {}).get("stages"):
        found["stages"] = _series(place | days, "stage")
    for stage in stages(document):
        found[f"wordings {stage}"] = ("survey", "/v1/wordings", place | {"stage": stage})
    return found


def suggestion_question(document: Row, today: date) -> Asking | None:
    """What to ask to find stages that could be a control; None of employees, who are not counted by day."""
    if document["audience"] == "employee":
        return None
    first, end = started_on(document) - effects.REACH, started_on(document) - timedelta(days=1)
    place = {name: document[name] for name in ("journey", "metric", "audience")}
    if first > today:
        first, end = today - effects.REACH, today
    return _series(place | {"from": first.isoformat(), "to": end.isoformat(), "step": "day"}, "stage")


def needed(asked: Iterable[str]) -> list[str]:
    """Those without whose answer nothing can be measured."""
    return [name for name in asked if name in ("parts", "segments", "stages")]


def since(document: Row, incident: Row | None, zone: ZoneInfo) -> date | None:
    """Where the comparison begins, where the action or its incident says so."""
    if document.get("before_from"):
        return date.fromisoformat(document["before_from"])
    if incident is None:
        return None
    onset, opened = _day(incident["onset"], zone), _day(incident["opened_at"], zone)
    start = started_on(document)
    return effects.within_incident(start, onset, opened) if opened <= start else None


def _reach(document: Row, incident: Row | None, zone: ZoneInfo) -> date:
    return since(document, incident, zone) or started_on(document) - effects.REACH


def last(document: Row, today: date) -> date:
    """The last day that counts: today, or a year after it started."""
    return min(today, started_on(document) + effects.LONGEST)


def _series(query: dict[str, Any], by: str) -> Asking:
    return (
        "aggregator",
        "/v1/scores/series",
        {name: value for name, value in query.items() if value} | {"by": by},
    )


def segment(side: Row | None) -> tuple[str, str] | None:
    """The key and value that a side names; None for everybody."""
    given = (side or {}).get("segment") or {}
    return next(iter(given.items()), None)


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
