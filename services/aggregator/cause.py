"""Why a score changed, as JSON: by touchpoint, by segment, and with the reasons customers ticked. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.aggregator import answers, changes
from services.aggregator.changes import Change, Contribution, Pair
from services.aggregator.maps import Map
from shared import scoring

Place = tuple[str, str]
Segment = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Sums:
    """Histograms of the two periods: of each (stage, touchpoint), and of its answers with each segment (key, value)."""

    places: Mapping[Place, Pair]
    segments: Mapping[Place, Mapping[Segment, Pair]]


def build(metric: str, sums: Sums, journey: Map | None, level: float) -> dict[str, Any]:
    """The change of all places together and what carries it.

    by_touchpoint: the points of all its items add up to `change`; so do those of by_segment within each segment key.
    points = changed (customers rate differently) + mix (the group's share of the answers moved); low, high and
    beyond_noise are about `changed`. `mix` is the sum over touchpoints, `mix_by_segment` over the values of each key.
    """
    document = (journey and journey.document) or {}
    whole = changes.change(metric, _together(sums.places.values()), level)
    by_touchpoint = changes.contributions(metric, sums.places, level)
    names = _touchpoint_names(document)
    by_segment = {key: _of_segment(metric, sums, key, level) for key in _segment_keys(sums, document)}
    return {
        **_whole(whole),
        "mix": sum(part.mix for part in by_touchpoint) if by_touchpoint else None,
        "by_touchpoint": [
            _place(part.group, names) | _part(part) | {"mostly": _mostly(metric, sums, part, level)}
            for part in by_touchpoint
        ],
        "by_segment": [
            {"segment": {key: part.group}} | _part(part)
            for key, parts in by_segment.items()
            for part in parts
        ],
        "mix_by_segment": {key: sum(part.mix for part in parts) for key, parts in by_segment.items()},
    }


def reasons(
    rows: Iterable[Mapping[str, Any]], journey: Map | None, before: int, since: int
) -> list[dict[str, Any]]:
    """Reasons of the answers, those named most often since first: {reason, label, before, since, share_before, share}.

    rows: {survey, reason, before, since} counts. before, since: how many answers there are. A share is null where
    there are none.
    """
    labels = _reason_labels((journey and journey.document) or {})
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    label: dict[str, str] = {}
    for row in rows:
        counts[row["reason"]][0] += row["before"]
        counts[row["reason"]][1] += row["since"]
        label.setdefault(row["reason"], labels.get((row["survey"], row["reason"]), row["reason"]))
    return [
        {
            "reason": reason,
            "label": label[reason],
            "before": was,
            "since": now,
            "share_before": was / before if before else None,
            "share": now / since if since else None,
        }
        for reason, (was, now) in sorted(counts.items(), key=lambda item: (-item[1][1], item[0]))
        if was > 0 or now > 0
    ]


def _whole(change: Change) -> dict[str, Any]:
    return {
        "before": answers.reading(change.before),
        "since": answers.reading(change.since),
        "change": change.change,
        "low": change.low,
        "high": change.high,
        "beyond_noise": change.beyond_noise,
    }


def _part(part: Contribution[Any]) -> dict[str, Any]:
    return {
        "points": part.points,
        "changed": part.changed,
        "mix": part.mix,
        "low": part.low,
        "high": part.high,
        "beyond_noise": part.beyond_noise,
        "before": answers.reading(part.before),
        "since": answers.reading(part.since),
    }


def _place(place: Place, names: Mapping[Place, dict[str, Any]]) -> dict[str, Any]:
    known = names.get(place, {})
    return {
        "stage": place[0],
        "touchpoint": place[1],
        "name": known.get("name") or place[1],
        "moment_of_truth": bool(known.get("moment_of_truth")),
    }


def _mostly(metric: str, sums: Sums, part: Contribution[Place], level: float) -> dict[str, str] | None:
    """Which segment value carries the change within a touchpoint whose change is beyond noise."""
    if not part.beyond_noise:
        return None
    found = changes.mostly(metric, sums.places[part.group], sums.segments.get(part.group, {}), level)
    return {"segment": found[0], "value": found[1]} if found else None


def _of_segment(metric: str, sums: Sums, key: str, level: float) -> list[Contribution[str | None]]:
    """The contributions of each value of a segment key; None stands for answers that carry no value of it."""
    found: dict[str | None, list[Pair]] = defaultdict(list)
    for segments in sums.segments.values():
        for (name, value), pair in segments.items():
            if name == key:
                found[value].append(pair)
    values = {value: _together(pairs) for value, pairs in found.items()}
    values[None] = changes.remainder(_together(sums.places.values()), values)
    return changes.contributions(metric, values, level)


def _together(pairs: Iterable[Pair]) -> Pair:
    parts = list(pairs)
    return Pair(scoring.pool(part.before for part in parts), scoring.pool(part.since for part in parts))


def _segment_keys(sums: Sums, document: Mapping[str, Any]) -> list[str]:
    """The declared segment keys that any answer carries; all that occur where the map is not known yet."""
    occurring = {key for segments in sums.segments.values() for key, _ in segments}
    return sorted(occurring & set(document["segments"]) if "segments" in document else occurring)


def _touchpoint_names(document: Mapping[str, Any]) -> dict[Place, dict[str, Any]]:
    stages = document.get("stages", [])
    return {(stage["key"], point["key"]): point for stage in stages for point in stage["touchpoints"]}


def _reason_labels(document: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    surveys = document.get("surveys", [])
    return {
        (s["survey"], r["key"]): _words(r.get("label"), r["key"])
        for s in surveys
        for r in s.get("reasons", [])
    }


def _words(label: Any, otherwise: str) -> str:
    """A label {lang: text} as one text: English, else the first language given."""
    if isinstance(label, dict):
        return str(label.get("en") or next(iter(label.values()), otherwise))
    return str(label or otherwise)
