"""Where a change of a score comes from: contributions of groups (touchpoints, segment values), in points.

The score of a period is Σ w·s over cells (w = a cell's share of the answers, s = its score). The change between two
periods, 0 and 1, is standardised on the first one's scores (Kitagawa 1955; Oaxaca 1973):

    changed = w₁·(s₁ - s₀)            customers of this cell rate differently
    mix     = (w₁ - w₀)·(s₀ - S₀)     this cell is a larger or smaller part of all answers

with S for the whole score. Σ (changed + mix) is exactly S₁ - S₀, because Σ (w₁ - w₀) is 0. So mix is what would have
happened to the score had everybody gone on rating as before: nothing, where all cells scored alike. A cell with answers
in only one period has nothing to compare with: all it contributes is mix, at the score it has. A group is one cell, or
several where a shift between them is no real change either (plans within a touchpoint).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import copysign, sqrt
from typing import Generic, NamedTuple, TypeVar

from services.aggregator import noise
from shared import scoring
from shared.scoring import Histogram, Score

K = TypeVar("K", bound=Hashable)


class Pair(NamedTuple):
    """The histograms of one group in the two periods."""

    before: Histogram
    since: Histogram


@dataclass(frozen=True, slots=True)
class Change:
    """The change of one score between two periods, in points; change, low, high are None without answers in both."""

    before: Score
    since: Score
    change: float | None
    low: float | None
    high: float | None
    beyond_noise: bool


@dataclass(frozen=True, slots=True)
class Contribution(Generic[K]):
    """What one group adds to the whole change: points = changed + mix. low…high is the interval of `changed`.

    clarity: `changed` in standard errors, below 0 for a fall; beyond_noise allows for all the groups looked at.
    """

    group: K
    before: Score
    since: Score
    points: float
    changed: float
    mix: float
    low: float
    high: float
    clarity: float
    beyond_noise: bool = False


def change(metric: str, pair: Pair, level: float = scoring.LEVEL, days: float = 0.0) -> Change:
    """The change from before to since, and its interval at `level`: the delta method on scores adjusted for small
    samples (Agresti and Caffo 2000), widened where it leaves out the change seen.

    days: squared error that the choice of days adds (noise.of_days).
    """
    before, since = _score(metric, pair.before, level), _score(metric, pair.since, level)
    if before.score is None or since.score is None:
        return Change(before, since, None, None, None, False)
    moved = since.score - before.score
    centre, squared_error = steady(metric, pair, level)
    half = scoring.z(level) * sqrt(squared_error + days)
    low, high = min(moved, centre - half), max(moved, centre + half)
    return Change(before, since, moved, low, high, low > 0 or high < 0)


def contributions(
    metric: str,
    groups: Mapping[K, Sequence[Pair]],
    level: float = scoring.LEVEL,
    *,
    rate: float | None = None,
    days: float = 0.0,
) -> list[Contribution[K]]:
    """Split the change of all groups together into one contribution a group; those that explain most come first.

    groups: the cells of each; no answer is in two. Empty where one of the two periods has no answers at all: there is
    no change to explain. Groups without any answer are left out. beyond_noise: at most `rate` (else 1 - level) for one
    false one among all groups. days: see `change`.
    """
    whole = together(cell for cells in groups.values() for cell in cells)
    if not all(map(sum, whole)):
        return []
    found = [
        _part(metric, group, cells, whole, level, days)
        for group, cells in groups.items()
        if any(map(sum, together(cells)))
    ]
    clear = noise.beyond([part.clarity for part in found], 1 - level if rate is None else rate)
    parts = [replace(part, beyond_noise=flag) for part, flag in zip(found, clear, strict=True)]
    before, since = (_score(metric, period).score or 0.0 for period in whole)
    direction = copysign(1, since - before)
    return sorted(parts, key=lambda part: (-direction * part.changed, -direction * part.mix))


def steady(metric: str, pair: Pair, level: float) -> tuple[float, float]:
    """The change drawn to 0 as few answers deserve, and its squared error (Agresti and Caffo 2000).

    Not the change between scores each drawn to the middle: where the periods are of unequal size, the smaller one
    would be drawn further, and a high score that did not change would seem to fall.
    """
    before, since = _score(metric, pair.before), _score(metric, pair.since)
    least = min(before.n, since.n)
    moved = (since.score or 0.0) - (before.score or 0.0)
    errors = (scoring.adjusted(metric, period, level)[1] for period in pair)
    return moved * least / (least + scoring.added(metric, level)), sum(errors)


def together(pairs: Iterable[Pair]) -> Pair:
    """Several groups as one."""
    parts = list(pairs)
    return Pair(scoring.pool(part.before for part in parts), scoring.pool(part.since for part in parts))


def remainder(whole: Pair, parts: Mapping[K, Pair]) -> Pair:
    """What `whole` holds beyond the sum of `parts`: the answers that carry no value of a segment."""
    taken = together(parts.values())
    return Pair(_minus(whole.before, taken.before), _minus(whole.since, taken.since))


def _part(
    metric: str, group: K, cells: Sequence[Pair], whole: Pair, level: float, days: float
) -> Contribution[K]:
    """One group's contribution, not yet held against noise."""
    all_before, all_since = _score(metric, whole.before), _score(metric, whole.since)
    everywhere = _usual(all_before, all_since)
    changed = mix = centre = squared_error = reach = 0.0
    for cell in cells:
        before, since = _score(metric, cell.before), _score(metric, cell.since)
        if before.score is None and since.score is None:
            continue
        share_before, share_since = before.n / all_before.n, since.n / all_since.n
        mix += (share_since - share_before) * (_usual(before, since) - everywhere)
        if before.score is None or since.score is None:
            continue
        moved, error = steady(metric, cell, level)
        changed += share_since * (since.score - before.score)
        centre, squared_error = centre + share_since * moved, squared_error + share_since**2 * error
        reach += share_since
    error = sqrt(squared_error + reach**2 * days)
    half = scoring.z(level) * error
    own = together(cells)
    return Contribution(
        group,
        _score(metric, own.before, level),
        _score(metric, own.since, level),
        points=changed + mix,
        changed=changed,
        mix=mix,
        low=min(changed, centre - half),
        high=max(changed, centre + half),
        clarity=centre / error if error and centre * changed > 0 else 0.0,
    )


def _score(metric: str, histogram: Histogram, level: float = scoring.LEVEL) -> Score:
    """A score, computed once: each is looked at from several sides."""
    return _known(metric, tuple(histogram), level)


@lru_cache(maxsize=4096)
def _known(metric: str, histogram: tuple[int, ...], level: float) -> Score:
    return scoring.score(metric, histogram, level)


def _usual(before: Score, since: Score) -> float:
    """What a cell scores as long as nothing changes: its score before, where it had answers then."""
    known = since.score if before.score is None else before.score
    assert known is not None, "a cell without any answer has no score"
    return known


def _minus(whole: Histogram, part: Histogram) -> tuple[int, ...]:
    # Never below 0: where a dead-lettered answer was amended, a part can count more than the whole until the redrive.
    return tuple(max(0, a - b) for a, b in zip(whole, part, strict=True))
