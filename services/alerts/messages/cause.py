"""The aggregator's answer to "why" (/v1/changes) as a Cause: what is beyond noise by name, the rest together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.alerts.messages.apportion import apportion
from services.alerts.messages.story import MIX, SEGMENT, TOUCHPOINT, Cause, Figure, Grown, Part
from shared.wording import clean, whole

MOST_REASONS = 3


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
    groups = _groups(changes)
    if before is None or since is None or not groups:
        return None
    clear = [group for group in groups if group["beyond_noise"]]
    rest = sum(group["changed"] for group in groups if not group["beyond_noise"])
    shares = [*(group["changed"] for group in clear), rest, sum(group["mix"] for group in groups)]
    *points, others, mix = apportion(shares, whole(since.score) - whole(before.score))
    parts = tuple(_part(group, got) for group, got in zip(clear, points, strict=True) if got)
    return Cause(parts, others, mix, _kind(changes), _grown(changes), _reasons(changes))


def _groups(changes: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The touchpoints; or, where a segment fell at all of them, the values of its key."""
    if _kind(changes) != SEGMENT:
        return list(changes.get("by_touchpoint") or [])
    (key,) = changes["verdict"]["segment"]
    return [part for part in changes["by_segment"] if key in part["segment"]]


def _kind(changes: Mapping[str, Any]) -> str | None:
    kind = (changes.get("verdict") or {}).get("kind")
    return kind if kind in (TOUCHPOINT, SEGMENT, MIX) else None


def _part(group: Mapping[str, Any], points: int) -> Part:
    if "segment" in group:
        return Part(_value(group["segment"]), points)
    mostly = group.get("mostly")
    named = _value({mostly["segment"]: mostly["value"]}) if mostly else None
    return Part(clean(group["name"]), points, bool(group["moment_of_truth"]), named)


def _grown(changes: Mapping[str, Any]) -> Grown | None:
    if _kind(changes) != MIX:
        return None
    verdict = changes["verdict"]
    name = _value(verdict["segment"]) if "segment" in verdict else clean(verdict["name"])
    return Grown(name, verdict["share_before"], verdict["share"])


def _value(segment: Mapping[str, str | None]) -> str:
    """plan pro; no plan for answers that carry no value of it."""
    ((key, value),) = segment.items()
    return clean(f"no {key}" if value is None else f"{key} {value}")


def _reasons(changes: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    """Those named most often since; without those that no larger part of the answers names than before."""
    named = [
        (clean(reason["label"]), reason["since"])
        for reason in changes.get("reasons") or []
        if reason["since"] and _grew(reason)
    ]
    return tuple(sorted(named, key=lambda pair: -pair[1])[:MOST_REASONS])


def _grew(reason: Mapping[str, Any]) -> bool:
    """Also where nobody knows what share it had before."""
    before, since = reason.get("share_before"), reason.get("share")
    return before is None or since is None or since > before
