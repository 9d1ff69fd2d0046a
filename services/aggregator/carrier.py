"""Which one group carries a change, and between which groups the mix moved: named only where it is clear. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from math import copysign, sqrt
from typing import TypeVar

from services.aggregator import changes, noise
from services.aggregator.changes import Pair
from shared import scoring

K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Hashable)

RATE = 0.05
# A segment key can tell a mix from a change only where both periods have the same values: this share may differ.
UNKNOWN_TO_THE_OTHER = 0.05


def mostly(metric: str, whole: Pair, values: Mapping[K, Pair], rate: float = RATE) -> K | None:
    """The one segment value that carries the change of `whole` (say, a touchpoint), if one does.

    It must move further the same way than all the rest of `whole` does, beyond noise after allowing for the number of
    values looked at (Bonferroni), and account for at least half of the change. The clearest one wins. What the days
    do to all alike cancels in this comparison. rate: of naming one where none differs.
    """
    strict = rate / max(1, len(values))
    found = [(_clarity(metric, whole, pair, 1 - strict), value) for value, pair in values.items()]
    clearest, value = max(found, key=lambda pair: pair[0], default=(0.0, None))
    return value if clearest > noise.quantile(strict) else None


def shifted(metric: str, keys: Mapping[str, Mapping[K, Mapping[V, Pair]]], rate: float = RATE) -> str | None:
    """The segment key between whose values the mix moved within places, beyond noise; the clearest where several did.

    keys: key → place → value → pair; the values of a place are all its answers. A key of which more than 5 % of a
    period's answers carry values that the other period does not know is passed over: what it would call a mix may be
    a value renamed, or one that came with the change itself.
    """
    strict = rate / max(1, len(keys))
    found = [(abs(_shift(metric, places)), key) for key, places in keys.items()]
    clearest, key = max(found, default=(0.0, None))
    return key if clearest > noise.quantile(strict) else None


def _clarity(metric: str, whole: Pair, pair: Pair, level: float) -> float:
    """How many standard errors further than the rest this value moved, in the direction of the whole; 0 if it can't
    be what carries the change."""
    rest = changes.remainder(whole, {None: pair})
    if not all(map(sum, (*pair, *rest))):
        return 0.0
    parts = {
        part.group: part.changed
        for part in changes.contributions(metric, {True: [pair], False: [rest]}, level)
    }
    together = parts[True] + parts[False]
    if together == 0 or parts[True] / together < 0.5:
        return 0.0
    moved, squared_error = changes.steady(metric, pair, level)
    moved_rest, squared_error_rest = changes.steady(metric, rest, level)
    return copysign(1, together) * (moved - moved_rest) / sqrt(squared_error + squared_error_rest)


def _shift(metric: str, places: Mapping[K, Mapping[V, Pair]]) -> float:
    """The points that moved shares within places make, in standard errors; 0 where that can't be told."""
    cells = [pair for values in places.values() for pair in values.values()]
    before, since = (sum(sum(period) for period in periods) for periods in zip(*cells, strict=True))
    unknown_before = sum(sum(pair.before) for pair in cells if not any(pair.since))
    unknown_since = sum(sum(pair.since) for pair in cells if not any(pair.before))
    if unknown_before > UNKNOWN_TO_THE_OTHER * before or unknown_since > UNKNOWN_TO_THE_OTHER * since:
        return 0.0
    points = squared_error = 0.0
    for values in places.values():
        n_before = sum(sum(pair.before) for pair in values.values())
        n_since = sum(sum(pair.since) for pair in values.values())
        if n_before and n_since:
            weight = n_since / since
            moved, error = _moved(metric, values, n_before, n_since)
            points += weight * moved
            squared_error += weight**2 * error
    return points / sqrt(squared_error) if squared_error > 0 else 0.0


def _moved(metric: str, values: Mapping[V, Pair], n_before: int, n_since: int) -> tuple[float, float]:
    """Within one place: the points moved shares make, and their squared error, that of shares and of scores.

    A value counts with its score before, as in changes: what fell where more answers come from now is no mix.
    """
    moved = mean = square = error = 0.0
    for pair in values.values():
        known = pair.before if any(pair.before) else pair.since
        usual = scoring.score(metric, known).score
        if usual is None:
            continue
        share = (sum(pair.before) + sum(pair.since)) / (n_before + n_since)
        grown = sum(pair.since) / n_since - sum(pair.before) / n_before
        moved, error = (
            moved + grown * usual,
            error + grown**2 * scoring.adjusted(metric, known, scoring.LEVEL)[1],
        )
        mean, square = mean + share * usual, square + share * usual**2
    return moved, error + max(0.0, square - mean**2) * (1 / n_before + 1 / n_since)
