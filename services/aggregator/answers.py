"""Scores as JSON: the shape every answer of the aggregator shares. Numbers are never rounded here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from services.aggregator.changes import Change
from services.aggregator.periods import Period
from shared import scoring
from shared.scoring import Score

LEVELS = ("journey", "stage", "touchpoint", "survey")
EMPTY = (0,) * scoring.SLOTS


def reading(score: Score) -> dict[str, Any]:
    """One score with everything it rests on: score, low, high and mean are null where n is 0."""
    return {
        "score": score.score,
        "n": score.n,
        "low": score.low,
        "high": score.high,
        "level": score.level,
        "mean": score.mean,
        "histogram": list(score.histogram),
        "formula": score.formula,
        "small_sample": score.small_sample,
    }


def window(period: Period) -> dict[str, str]:
    """A period as {from, to}: dates, both included."""
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}


def movement(change: Change) -> dict[str, Any]:
    """A change in points with its interval; all null where one of the two periods has no answers."""
    return {
        "points": change.change,
        "low": change.low,
        "high": change.high,
        "beyond_noise": change.beyond_noise,
    }


def scope(group: Mapping[str, str], segment: str | None = None) -> dict[str, Any]:
    """Where a score belongs: {journey, stage?, touchpoint?, survey?, segment? {key: value}}."""
    found: dict[str, Any] = {name: group[name] for name in LEVELS if name in group}
    if segment:
        found["segment"] = {segment: group["segment_value"]}
    return found


def columns(by: str | None, given: Iterable[str]) -> tuple[str, ...]:
    """What to group by: down to the level asked for, or the deepest one a filter fixes. `given`: the filters used."""
    wanted = [LEVELS.index(name) for name in (by, *given) if name in LEVELS]
    return LEVELS[: max(wanted, default=0) + 1]


def points_of(
    metric: str, found: Mapping[Any, tuple[int, ...]], period: Period, step: str, level: float
) -> list[dict[str, Any]]:
    """A series: one score a step of the period, also where nobody answered. `found`: first day of a step → counts.

    Weeks and months are keyed by their first calendar day, which the period may cut off.
    """
    return [
        window(part) | reading(scoring.score(metric, found.get(_start(part, step), EMPTY), level))
        for part in period.steps(step)
    ]


def _start(part: Period, step: str) -> Any:
    if step == "week":
        return part.first.fromordinal(part.first.toordinal() - part.first.weekday())
    return part.first.replace(day=1) if step == "month" else part.first
