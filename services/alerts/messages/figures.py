"""Scores for messages from sums the alerts service keeps itself, for when the aggregator cannot be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.alerts.messages.story import Figure
from shared import scoring

# A stretch shown as "lowest" rests on at least this many answers.
LEAST_ANSWERS = 100


def of_sums(metric: str, sums: Mapping[str, Any]) -> Figure | None:
    """The figure behind {n, halves, squares}: sums of the answers' half-units (0, 1, 2) and of their squares."""
    best = (sums["squares"] - sums["halves"]) // 2
    middle = sums["halves"] - 2 * best
    counts = [0] * scoring.SLOTS
    scale = scoring.SCALES[metric]
    counts[scale[0]], counts[scale[-1]] = sums["n"] - best - middle, best
    if metric == "nps":
        counts[7] = middle
    return of_histogram(metric, counts)


def of_histogram(metric: str, histogram: Sequence[int]) -> Figure | None:
    """The figure of a histogram; None without answers."""
    found = scoring.score(metric, histogram)
    if found.score is None or found.low is None or found.high is None:
        return None
    floor = -100 if metric == "nps" else 0
    return Figure(found.score, max(floor, found.low), min(100, found.high), found.n)


def lowest(metric: str, days: Sequence[Sequence[int]]) -> Figure | None:
    """The lowest score of consecutive days with enough answers between them; `days` are daily histograms in order."""
    stretches = [figure for start in range(len(days)) if (figure := _first_stretch(metric, days[start:]))]
    return min(stretches, key=lambda figure: figure.score, default=None)


def latest(metric: str, days: Sequence[Sequence[int]]) -> Figure | None:
    """The score of the last consecutive days with enough answers between them; of all days where there are too few."""
    backwards = days[::-1]
    return _first_stretch(metric, backwards) or of_histogram(metric, scoring.pool(days))


def _first_stretch(metric: str, days: Sequence[Sequence[int]]) -> Figure | None:
    """The days pooled from the first on until they hold enough answers."""
    total: tuple[int, ...] = (0,) * scoring.SLOTS
    for day in days:
        total = scoring.pool([total, day])
        if sum(total) >= LEAST_ANSWERS:
            return of_histogram(metric, total)
    return None
