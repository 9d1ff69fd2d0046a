"""What has to be known about a survey to take an answer to it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.events import SCALES

KEPT_SEGMENT_VALUES = 50
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Definition:
    """A survey as answers see it.

    journey_revision: rises with every change of the survey or its journey; a definition is current while it matches.
    kept: the values already kept of each declared segment key, {key: {value, …}}, at most 50 each.
    document: the survey as it was PUT.
    moment_of_truth: whether its touchpoint is one.
    secret_generation, secret_rotated_at: which of its secrets sign respondents, since when (`signatures.py`).
    """

    survey: str
    journey: str
    stage: str
    touchpoint: str
    metric: str
    audience: str
    status: str
    revision: int
    journey_revision: int
    reasons: frozenset[str]
    kept: dict[str, frozenset[str]]
    document: dict[str, Any] = field(repr=False)
    moment_of_truth: bool = False
    secret_generation: int = 1
    secret_rotated_at: datetime | None = None

    @property
    def scale(self) -> tuple[int, int]:
        """(lowest, highest) score of the metric."""
        return SCALES[self.metric]

    @property
    def key(self) -> str:
        """The event key: journey/stage."""
        return f"{self.journey}/{self.stage}"

    @property
    def origins(self) -> list[str]:
        """The web origins that may show the survey; none named means any."""
        return self.document.get("origins") or []


def segment_values(definition: Definition, attributes: dict[str, Any]) -> dict[str, str]:
    """The declared segments among `attributes`, as text, before rare values become `other`."""
    found = {}
    for key in definition.kept:
        value = attributes.get(key)
        if value is not None:
            text = _text(value)
            if text:
                found[key] = text
    return found


def new_values(definition: Definition, values: dict[str, str]) -> dict[str, str]:
    """Those segment values that are not kept yet though there is room for more."""
    kept = definition.kept
    return {
        key: value
        for key, value in values.items()
        if value not in kept[key] and value != OTHER and len(kept[key]) < KEPT_SEGMENT_VALUES
    }


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()
