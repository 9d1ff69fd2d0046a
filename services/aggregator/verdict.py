"""The one thing a change comes from, if it is one: a touchpoint, a segment everywhere, or only the mix. Pure."""

from __future__ import annotations

from typing import Any

from services.aggregator import carrier, changes
from services.aggregator.breakdown import Breakdown, Place, Segment, at_all_places
from services.aggregator.changes import Contribution, Pair

TOUCHPOINT, SEGMENT, MIX = "touchpoint", "segment", "mix"
# Only the mix moved: it makes at least this part of the change, and what is left is within noise.
ALL_MIX = 2 / 3


def verdict(found: Breakdown) -> dict[str, Any] | None:
    """{kind: touchpoint, place} | {kind: segment, segment} | {kind: mix, place or segment, share_before, share}.

    None where nothing is beyond noise, or where several things make the change. The shares of a mix are those of the
    group whose growth moved the score furthest.
    """
    if only_mix(found):
        return {"kind": MIX} | _mix(found)
    whole = changes.together(found.places.values())
    place, segment = _clear_place(found, whole), _clear_segment(found, whole)
    at = _place_of(found, segment) if segment else None
    if segment and at is None and (place is None or _falls_outside(found, place, segment)):
        return {"kind": SEGMENT, "segment": dict([segment])}
    carrying = place or at
    return {"kind": TOUCHPOINT, "place": carrying} if carrying else None


def only_mix(found: Breakdown) -> bool:
    """Whether nobody rates differently: within touchpoints, and within the key that shifted, scores are as before."""
    if not found.whole.beyond_noise or not found.whole.change or found.changed is None:
        return False
    return not found.changed.beyond_noise and found.changed.mix / found.whole.change >= ALL_MIX


def _mix(found: Breakdown) -> dict[str, Any]:
    """Which group came to be a larger part: a touchpoint, or a value of the key that shifted within them."""
    assert found.changed is not None
    by_place = changes.contributions(found.metric, {place: [pair] for place, pair in found.places.items()})
    of_places = sum(part.mix for part in by_place)
    if found.shifted and abs(found.changed.mix - of_places) > abs(of_places):
        cells = found.cells[found.shifted]
        values = {value: [at_all_places(cells, value)] for place in cells.values() for value in place}
        grown, shares = _grown(found, changes.contributions(found.metric, values))
        return {"segment": {found.shifted: grown}} | shares
    grown, shares = _grown(found, by_place)
    return {"place": grown} | shares


def _grown(found: Breakdown, parts: list[Contribution[Any]]) -> tuple[Any, dict[str, float]]:
    """The group whose growth moved the whole furthest, and its shares before and since."""
    n_before, n_since = found.whole.before.n, found.whole.since.n
    down = (found.whole.change or 0.0) < 0
    grown = [part for part in parts if part.since.n * n_before > part.before.n * n_since]
    first = min(grown, key=lambda part: part.mix if down else -part.mix)
    return first.group, {"share_before": first.before.n / n_before, "share": first.since.n / n_since}


def _clear_place(found: Breakdown, whole: Pair) -> Place | None:
    """The touchpoint that carries the change: it moved further than the rest, or there is no other."""
    some = [place for place, pair in found.places.items() if any(map(sum, pair))]
    place = some[0] if len(some) == 1 else carrier.mostly(found.metric, whole, found.places, found.rate)
    return place if place and _is_clear(found, found.by_touchpoint, place) else None


def _clear_segment(found: Breakdown, whole: Pair) -> Segment | None:
    """The segment value that carries the change of all places together."""
    values = {
        (key, value): at_all_places(cells, value)
        for key, cells in found.cells.items()
        for value in {value for place in cells.values() for value in place if value is not None}
    }
    segment = carrier.mostly(found.metric, whole, values, found.rate)
    return segment if segment and _is_clear(found, found.by_segment[segment[0]], segment[1]) else None


def _place_of(found: Breakdown, segment: Segment) -> Place | None:
    """The one touchpoint at which a segment value moved, if it is one."""
    key, value = segment
    places = {place: values[value] for place, values in found.cells[key].items() if value in values}
    if len(places) == 1:
        return next(iter(places))
    return carrier.mostly(found.metric, changes.together(places.values()), places, found.rate)


def _falls_outside(found: Breakdown, place: Place, segment: Segment) -> bool:
    """Whether a segment value moved further than others also where it is not at this touchpoint."""
    key, value = segment
    cells = {other: values for other, values in found.cells[key].items() if other != place}
    rest = changes.together(pair for other, pair in found.places.items() if other != place)
    return carrier.mostly(found.metric, rest, {segment: at_all_places(cells, value)}, found.rate) is not None


def _is_clear(found: Breakdown, parts: list[Contribution[Any]], group: Any) -> bool:
    change = found.whole.change or 0.0
    return any(part.group == group and part.beyond_noise and part.changed * change > 0 for part in parts)
