"""The event about a case: the whole of it as it is now, and nothing personal. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.events import isoformat

_NAMES = (
    "revision", "journey", "stage", "touchpoint", "survey", "metric", "audience", "score", "state", "owner", "outcome",
    "cause",
)  # fmt: skip
_TIMES = ("opened_at", "due_at", "taken_at", "contacted_at", "resolved_at")


def changed(case: Mapping[str, Any]) -> dict[str, Any]:
    """The data of follow_up.changed. `case`: a row of store.follow_ups."""
    found = {"id": str(case["id"])} | {name: case[name] for name in _NAMES}
    return found | {name: _time(case[name]) for name in _TIMES}


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else isoformat(moment)
