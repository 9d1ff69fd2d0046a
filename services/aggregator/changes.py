"""Where a change of a score comes from: contributions of groups (touchpoints, segment values), in points.

The score of a period is Σ w·s over groups (w = a group's share of the answers, s = its score). The change between two
periods splits symmetrically (Kitagawa 1955, midpoint weights):

    changed = w̄·(s₁ - s₀)            customers of this group rate differently
    mix     = (w₁ - w₀)·(s̄ - S̄)     this group is a larger or smaller part of all answers

with bars for the mean of both periods and S the whole score. Σ (changed + mix) is exactly S₁ - S₀, because Σ (w₁ - w₀)
is 0. A group with answers in only one period has nothing to compare with: all it contributes is mix.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from math import copysign, hypot, sqrt
from typing import Generic, NamedTuple, TypeVar

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
    """What one group adds to the whole change: points = changed + mix. low…high is the interval of `changed`."""

    group: K
    before: Score
    since: Score
    points: float
    changed: float
    mix: float
    low: float
    high: float
    beyond_noise: bool


def change(metric: str, pair: Pair, level: float = scoring.LEVEL) -> Change:
    """The change from before to since, and its interval at `level`: the delta method on scores adjusted for small
    samples (Agresti and Caffo 2000), widened where it leaves out the change seen."""
    before, since = scoring.score(metric, pair.before, level), scoring.score(metric, pair.since, level)
    if before.score is None or since.score is None:
        return Change(before, since, None, None, None, False)
    moved = since.score - before.score
    centre, error = _steady(metric, pair, level)
    half = scoring.z(level) * error
    low, high = min(moved, centre - half), max(moved, centre + half)
    return Change(before, since, moved, low, high, low > 0 or high < 0)


def contributions(
    metric: str, groups: Mapping[K, Pair], level: float = scoring.LEVEL
) -> list[Contribution[K]]:
    """Split the change of all groups together into one contribution a group; those that explain most come first.

    Groups must not overlap. Empty where one of the two periods has no answers at all: there is no change to explain.
    Groups without any answer are left out.
    """
    whole = Pair(
        scoring.pool(p.before for p in groups.values()), scoring.pool(p.since for p in groups.values())
    )
    total = change(metric, whole, level)
    if total.change is None:
        return []
    parts = [
        _part(metric, group, pair, total, level) for group, pair in groups.items() if any(map(sum, pair))
    ]
    direction = copysign(1, total.change)
    return sorted(parts, key=lambda part: (-direction * part.changed, -direction * part.mix))


def mostly(metric: str, whole: Pair, values: Mapping[K, Pair], level: float = scoring.LEVEL) -> K | None:
    """The one segment value that carries the change of `whole` (say, a touchpoint), if one does.

    It must move further the same way than all the rest of `whole` does, beyond noise after allowing for the number of
    values looked at (Bonferroni), and account for at least half of the change. The clearest one wins.
    """
    strict = 1 - (1 - level) / max(1, len(values))
    found = [(_clarity(metric, whole, pair, strict), value) for value, pair in values.items()]
    clearest, value = max(found, key=lambda pair: pair[0], default=(0.0, None))
    return value if clearest > scoring.z(strict) else None


def remainder(whole: Pair, parts: Mapping[K, Pair]) -> Pair:
    """What `whole` holds beyond the sum of `parts`: the answers that carry no value of a segment."""
    taken = Pair(
        scoring.pool(p.before for p in parts.values()), scoring.pool(p.since for p in parts.values())
    )
    return Pair(_minus(whole.before, taken.before), _minus(whole.since, taken.since))


def _part(metric: str, group: K, pair: Pair, total: Change, level: float) -> Contribution[K]:
    own = change(metric, pair, level)
    weight_before, weight_since = own.before.n / total.before.n, own.since.n / total.since.n
    weight = (weight_before + weight_since) / 2
    middle = (_known(own.before, own.since) + _known(own.since, own.before)) / 2
    mix = (weight_since - weight_before) * (middle - (_known(total.before) + _known(total.since)) / 2)
    if own.change is None or own.low is None or own.high is None:
        return Contribution(group, own.before, own.since, mix, 0.0, mix, 0.0, 0.0, False)
    changed = weight * own.change
    low, high = weight * own.low, weight * own.high
    return Contribution(
        group, own.before, own.since, changed + mix, changed, mix, low, high, own.beyond_noise
    )


def _clarity(metric: str, whole: Pair, pair: Pair, level: float) -> float:
    """How many standard errors further than the rest this value moved, in the direction of the whole; 0 if it can't
    be what carries the change."""
    rest = remainder(whole, {None: pair})
    if not all(map(sum, (*pair, *rest))):
        return 0.0
    own, others = _in_order(metric, pair, rest, level)
    together = own.changed + others.changed
    if together == 0 or own.changed / together < 0.5:
        return 0.0
    moved, error = _steady(metric, pair, level)
    moved_rest, error_rest = _steady(metric, rest, level)
    return copysign(1, together) * (moved - moved_rest) / hypot(error, error_rest)


def _in_order(
    metric: str, own: Pair, rest: Pair, level: float
) -> tuple[Contribution[str], Contribution[str]]:
    parts = {part.group: part for part in contributions(metric, {"own": own, "rest": rest}, level)}
    return parts["own"], parts["rest"]


def _steady(metric: str, pair: Pair, level: float) -> tuple[float, float]:
    """The change of the adjusted scores, and its standard error."""
    before, error_before = scoring.adjusted(metric, pair.before, level)
    since, error_since = scoring.adjusted(metric, pair.since, level)
    return since - before, sqrt(error_before + error_since)


def _known(*scores: Score) -> float:
    return next(score.score for score in scores if score.score is not None)


def _minus(whole: Histogram, part: Histogram) -> tuple[int, ...]:
    # Never below 0: where a dead-lettered answer was amended, a part can count more than the whole until the redrive.
    return tuple(max(0, a - b) for a, b in zip(whole, part, strict=True))
