"""What pages read of the measures that stages have of their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.aggregator import inside_card
from services.aggregator.periods import Period
from services.aggregator.store import measures
from services.aggregator.store.scores import Where
from services.aggregator.views import inside
from shared.db import Connection

Read = list[tuple[dict[str, Any], dict[date, float]]]
"""Measures as scorecards have them, each with its values by day."""


def read(conn: Connection, where: Where, period: Period) -> Read:
    """The measures of a stage over a window."""
    journey, stage = where.journey or "", where.stage or ""
    rows = measures.readings(conn, journey, period.before(), period, stage)
    return [
        (inside_card.reading(row), measures.values(conn, (journey, stage, row["measure"]), period))
        for row in rows
    ]


def against(
    where: Where,
    found: Read,
    since: Mapping[str, Any],
    target: float | None,
    detector: Mapping[str, Any] | None,
) -> inside.Stage:
    """A stage's measures against the one score that is shown (since: of the window) and its detector."""
    shown = {"metric": where.metric, "audience": where.audience, "target": target}
    score = shown | {name: since[name] for name in ("score", "n")}
    stage = {"stage": where.stage, "scores": [score], "measures": [one for one, _ in found]}
    return inside.stage(stage, {where.metric or ""} if inside.is_degraded(detector) else ())
