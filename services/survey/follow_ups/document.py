"""A case as it is told over HTTP: what anybody may know of it, and what only those who work it may. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.events import isoformat

_NAMES = (
    "revision", "journey", "stage", "touchpoint", "survey", "metric", "audience", "score", "state", "owner", "taken_by",
    "opened_by", "outcome", "cause",
)  # fmt: skip
_TIMES = ("taken_at", "opened_at", "due_at", "contacted_at", "resolved_at")
_ANSWER = ("answer_id", "survey", "score", "comment", "reasons", "segments", "lang", "channel")
# Of the history, what anybody may read: not what people wrote.
_PERSONAL = ("note",)

Row = Mapping[str, Any]


def is_overdue(case: Row, now: datetime) -> bool:
    """Whether its time is over and it is not resolved."""
    return case["state"] != "resolved" and bool(case["due_at"] < now)


def item(case: Row, now: datetime) -> dict[str, Any]:
    """A case without anything personal (schema Case)."""
    found = {"id": str(case["id"])} | {name: case[name] for name in _NAMES}
    found |= {name: _time(case[name]) for name in _TIMES}
    return found | {"overdue": is_overdue(case, now)}


def history(events: Sequence[Row], *, personal: bool) -> list[dict[str, Any]]:
    """What became of a case, oldest first; without what people wrote where `personal` is False."""
    return [
        {
            "number": event["number"],
            "at": isoformat(event["at"]),
            "by": event["by"],
            "kind": event["kind"],
            "detail": {
                name: value for name, value in event["detail"].items() if personal or name not in _PERSONAL
            },
        }
        for event in events
    ]


def answer(row: Row | None) -> dict[str, Any] | None:
    """The answer behind a case; None where it was erased."""
    if row is None:
        return None
    found = {name: row[name] for name in _ANSWER} | {"answer_id": str(row["answer_id"])}
    found |= {name: isoformat(row[name]) for name in ("answered_at", "received_at")}
    return found | {"voided": row["voided_at"] is not None}


def contact(row: Row | None) -> dict[str, Any] | None:
    """Where the customer may be reached; None where they left nothing."""
    return None if row is None else {**row, "consented_at": isoformat(row["consented_at"])}


def etag(case: Row) -> str:
    """The validator of a case: rises with every change."""
    return f'"{case["revision"]}"'


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else isoformat(moment)
