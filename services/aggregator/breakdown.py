"""A change broken down: by touchpoint, by segment value, and what of it is only a moved mix. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from services.aggregator import carrier, changes
from services.aggregator.changes import Change, Contribution, Pair

Place = tuple[str, str]
Segment = tuple[str, str]
Cells = Mapping[Place, Mapping[str | None, Pair]]

# Touchpoints beyond noise, segment values beyond noise, and what carries the change: each gets its part of the rate.
KINDS_OF_STATEMENTS = 3


@dataclass(frozen=True, slots=True)
class Sums:
    """Histograms of the two periods: of each (stage, touchpoint), and of its answers with each segment (key, value)."""

    places: Mapping[Place, Pair]
    segments: Mapping[Place, Mapping[Segment, Pair]]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A change and its parts.

    cells: segment key → place → value → its answers there. shifted: the key between whose values the mix moved within
    places, so that `changed` is counted within them. changed: all that is no mix, together; None, like the parts,
    where one period has no answers. rate: of a false statement, for each kind of them.
    """

    metric: str
    whole: Change
    places: Mapping[Place, Pair]
    cells: Mapping[str, Cells]
    shifted: str | None
    changed: Contribution[None] | None
    by_touchpoint: list[Contribution[Place]]
    by_segment: Mapping[str, list[Contribution[str | None]]]
    rate: float


def break_down(metric: str, sums: Sums, keys: Collection[str], level: float, days: float = 0.0) -> Breakdown:
    """The change of all places together and its parts, by touchpoint and by the values of each segment key in `keys`.

    With probability `level` no part is flagged as beyond noise, and none is said to carry the change, that does not.
    days: the squared error that days add to a difference (noise.of_days).
    """
    rate = (1 - level) / KINDS_OF_STATEMENTS
    cells = {key: _cells(sums, key) for key in keys}
    shifted = carrier.shifted(metric, cells, rate)
    unshifted: Cells = {place: {None: pair} for place, pair in sums.places.items()}
    within = {
        place: list(values.values()) for place, values in (cells[shifted] if shifted else unshifted).items()
    }
    everything = {None: [pair for pairs in within.values() for pair in pairs]}
    return Breakdown(
        metric,
        changes.change(metric, changes.together(sums.places.values()), level, days),
        sums.places,
        cells,
        shifted,
        next(iter(changes.contributions(metric, everything, level, rate=rate, days=days)), None),
        changes.contributions(metric, within, level, rate=rate, days=days),
        {
            key: changes.contributions(metric, _by_value(found), level, rate=rate / len(cells), days=days)
            for key, found in cells.items()
        },
        rate,
    )


def at_all_places(cells: Cells, value: str | None) -> Pair:
    """The answers with a segment value, wherever they were given."""
    return changes.together(values[value] for values in cells.values() if value in values)


def _cells(sums: Sums, key: str) -> Cells:
    """Place → value of a segment key → its answers there; None stands for answers that carry no value of it."""
    found: dict[Place, dict[str | None, Pair]] = {}
    for place, whole in sums.places.items():
        given = sums.segments.get(place, {})
        values: dict[str | None, Pair] = {value: pair for (name, value), pair in given.items() if name == key}
        rest = changes.remainder(whole, values)
        found[place] = values | ({None: rest} if any(map(sum, rest)) else {})
    return found


def _by_value(cells: Cells) -> dict[str | None, list[Pair]]:
    """The cells of each value: one a place, so that a shift between places is no change of a segment either."""
    found: dict[str | None, list[Pair]] = defaultdict(list)
    for values in cells.values():
        for value, pair in values.items():
            found[value].append(pair)
    return found
