"""Did only the mix move? What moved shares of touchpoints alone make of a change. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

from services.alerts.effects.measured import Days
from services.alerts.effects.periods import Period
from shared import scoring

# Below a point nobody would be misled; within three standard errors of the shares it may be chance.
LEAST_POINTS, ERRORS = 1.0, 3.0


def moved(metric: str, parts: Mapping[str, Days], before: Period, since: Period) -> float | None:
    """The points that moved shares alone make, each part scoring as it did before; None where that is little or chance.

    parts: the days of each touchpoint. A part without answers before counts as the whole: what is new there is no mix.
    """
    was = {part: _pool(days, before) for part, days in parts.items()}
    now = {part: _pool(days, since) for part, days in parts.items()}
    n_was, n_now = (sum(map(sum, one.values())) for one in (was, now))
    if not n_was or not n_now:
        return None
    whole = scoring.score(metric, scoring.pool(was.values())).score or 0.0
    scores = {part: scoring.score(metric, counts).score for part, counts in was.items()}
    off = {part: 0.0 if score is None else score - whole for part, score in scores.items()}
    points = sum((sum(now[part]) / n_now - sum(was[part]) / n_was) * off[part] for part in parts)
    spread = sum(sum(was[part]) / n_was * off[part] ** 2 for part in parts)
    chance = ERRORS * sqrt(spread * (1 / n_was + 1 / n_now))
    return points if abs(points) > max(LEAST_POINTS, chance) else None


def _pool(days: Days, period: Period) -> tuple[int, ...]:
    return scoring.pool(counts for day, counts in days.items() if day in period)
