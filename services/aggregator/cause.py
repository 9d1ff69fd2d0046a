"""Why a score changed, as JSON: by touchpoint, by segment, and with the reasons customers ticked. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from services.aggregator import answers, carrier
from services.aggregator.breakdown import Breakdown, Place, Sums, break_down
from services.aggregator.changes import Change, Contribution
from services.aggregator.maps import Map
from services.aggregator.verdict import verdict


def build(metric: str, sums: Sums, journey: Map | None, level: float, days: float = 0.0) -> dict[str, Any]:
    """The change of all places together and what carries it.

    by_touchpoint: the points of all its items add up to `change`; so do those of by_segment within each segment key.
    points = changed (customers rate differently) + mix (a group's share of the answers moved); low and high are the
    interval of `changed`; beyond_noise allows for all the parts looked at. `changed` and `mix` are the sums over
    touchpoints, `mix_by_segment` over the values of each key. days: see `break_down`.
    """
    document = (journey and journey.document) or {}
    found = break_down(metric, sums, _segment_keys(sums, document), level, days)
    names = _touchpoint_names(document)
    return {
        **_whole(found.whole),
        "changed": _changed(found.changed) if found.changed else None,
        "mix": found.changed.mix if found.changed else None,
        "mix_within": found.shifted,
        "verdict": _verdict(verdict(found), names),
        "by_touchpoint": [
            _place(part.group, names) | _part(part) | {"mostly": mostly}
            for part, mostly in zip(found.by_touchpoint, _mostly(found, sums), strict=True)
        ],
        "by_segment": [
            {"segment": {key: part.group}} | _part(part)
            for key, parts in found.by_segment.items()
            for part in (_unnamed(parts) if _differs_by_mix(found, key) else parts)
        ],
        "mix_by_segment": {key: sum(part.mix for part in parts) for key, parts in found.by_segment.items()},
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


def _changed(part: Contribution[Any]) -> dict[str, Any]:
    """All that is no mix, without the names of any group."""
    names = ("low", "high", "beyond_noise")
    return {"points": part.changed} | {name: getattr(part, name) for name in names}


def _verdict(found: dict[str, Any] | None, names: Mapping[Place, dict[str, Any]]) -> dict[str, Any] | None:
    """With what the map says of a touchpoint in the place of its keys."""
    if found is None or "place" not in found:
        return found
    return {name: value for name, value in found.items() if name != "place"} | _place(found["place"], names)


def _differs_by_mix(found: Breakdown, key: str) -> bool:
    """Whether the values of `key` may differ only because the mix of another key moved: then none is to be named."""
    changed = found.changed is not None and found.changed.beyond_noise
    return found.shifted not in (None, key) and not changed


def _unnamed(parts: list[Contribution[Any]]) -> list[Contribution[Any]]:
    return [replace(part, beyond_noise=False) for part in parts]


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


def _mostly(found: Breakdown, sums: Sums) -> list[dict[str, str] | None]:
    """For each touchpoint whose change is beyond noise the segment value that carries it, if one does."""
    rate = found.rate / max(1, sum(part.beyond_noise for part in found.by_touchpoint))
    named = [
        carrier.mostly(found.metric, sums.places[part.group], sums.segments.get(part.group, {}), rate)
        if part.beyond_noise
        else None
        for part in found.by_touchpoint
    ]
    return [{"segment": one[0], "value": one[1]} if one else None for one in named]


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
