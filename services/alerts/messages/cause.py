"""The aggregator's answer to "why" (/v1/changes) as a Cause: what is beyond noise by name, the rest together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.alerts.messages.apportion import apportion
from services.alerts.messages.story import Cause, Figure, Part
from services.alerts.messages.wording import clean, whole

MOST_REASONS = 3
# A segment is named for the whole stage when it carries most of the change and clearly more than its share of answers.
_CARRIES = 0.6
_OVER_ITS_SHARE = 1.5


def covers(changes: Mapping[str, Any], key: str, sequence: int) -> bool:
    """Whether the aggregator had counted the answer `sequence` of `key` when it answered."""
    return int(changes.get("through", {}).get(key, 0)) >= sequence


def figures(changes: Mapping[str, Any]) -> tuple[Figure | None, Figure | None]:
    """Before and since, as the aggregator has them."""
    return figure(changes["before"]), figure(changes["since"])


def figure(reading: Mapping[str, Any]) -> Figure | None:
    """A score of the aggregator; None without answers."""
    if reading.get("score") is None:
        return None
    return Figure(reading["score"], max(-100.0, reading["low"]), min(100.0, reading["high"]), reading["n"])


def cause(changes: Mapping[str, Any]) -> Cause | None:
    """Whole points that add up to the change between the rounded scores; None where there is nothing to explain."""
    before, since = figures(changes)
    places = changes.get("by_touchpoint") or []
    if before is None or since is None or not places:
        return None
    clear = [place for place in places if place["beyond_noise"]]
    rest = sum(place["changed"] for place in places if not place["beyond_noise"])
    shares = [*(place["changed"] for place in clear), rest, changes["mix"] or 0.0]
    *points, others, mix = apportion(shares, whole(since.score) - whole(before.score))
    parts = tuple(_part(place, got) for place, got in zip(clear, points, strict=True) if got)
    mostly = None if any(part.mostly for part in parts) else _segment(changes, since.n)
    return Cause(parts, others, mix, mostly, _reasons(changes))


def _part(place: Mapping[str, Any], points: int) -> Part:
    mostly = place.get("mostly")
    named = clean(f"{mostly['segment']} {mostly['value']}") if mostly else None
    return Part(clean(place["name"]), points, bool(place["moment_of_truth"]), named)


def _segment(changes: Mapping[str, Any], n: int) -> str | None:
    total = changes["change"]
    for part in changes.get("by_segment") or []:
        ((key, value),) = part["segment"].items()
        carried = part["changed"] / total if total else 0.0
        share = part["since"]["n"] / n
        if value and part["beyond_noise"] and carried >= _CARRIES and carried >= _OVER_ITS_SHARE * share:
            return clean(f"{key} {value}")
    return None


def _reasons(changes: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    named = [
        (clean(reason["label"]), reason["since"])
        for reason in changes.get("reasons") or []
        if reason["since"]
    ]
    return tuple(sorted(named, key=lambda pair: -pair[1])[:MOST_REASONS])
