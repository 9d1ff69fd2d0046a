"""The tables of a stage: touchpoints, segments and reasons, each with what it adds to the change. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.aggregator import changes
from services.aggregator.breakdown import Place, Sums
from services.aggregator.changes import Pair
from services.aggregator.views.words import floor, named
from shared import scoring
from shared.scoring import Histogram

Row = Mapping[str, Any]
MOST_VALUES = 12
MOST_REASONS = 12


@dataclass(frozen=True, slots=True)
class Scored:
    """One row: a score with its interval, and the points it adds to the change (None: nothing to compare with).

    mark: a moment of truth.
    """

    name: str
    score: float | None
    low: float | None
    high: float | None
    n: int
    points: float | None = None
    beyond_noise: bool = False
    mark: bool = False
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one segment key that most answers carry, and how many more there are."""

    key: str
    rows: list[Scored]
    more: int


@dataclass(frozen=True, slots=True)
class Reason:
    """How many of the answers named a reason, in per cent; before: None without answers then."""

    name: str
    share: float
    before: float | None
    answers: int


def touchpoints(metric: str, stage: Row, sums: Sums, answer: Row) -> list[Scored]:
    """The touchpoints of the map in its order, then places with answers that are not on it any more."""
    known = {point["key"]: point for point in stage.get("touchpoints", [])}
    parts = {part["touchpoint"]: part for part in answer["by_touchpoint"]}
    here: dict[str, Pair] = {place[1]: pair for place, pair in sums.places.items()}
    gone = [key for key, pair in here.items() if key not in known and any(pair.since)]
    return [
        _scored(
            metric,
            named(known.get(key, {}).get("name"), key),
            here[key].since if key in here else (0,) * scoring.SLOTS,
            parts.get(key),
            mark=bool(known.get(key, {}).get("moment_of_truth")),
            remark=_mostly(parts.get(key)) if key in known else "not on the map any more",
        )
        for key in [*known, *gone]
    ]


def segments(metric: str, keys: Iterable[str], sums: Sums, answer: Row) -> list[Values]:
    """The declared segment keys that answers of the period carry, each with its values."""
    parts = {(key, value): part for part in answer["by_segment"] for key, value in part["segment"].items()}
    found = []
    for key in keys:
        values = _values(key, sums)
        rows = [
            _scored(metric, value or "not given", counts, parts.get((key, value)))
            for value, counts in sorted(values.items(), key=lambda item: -sum(item[1]))
        ]
        if any(value is not None for value in values):
            found.append(Values(key, rows[:MOST_VALUES], max(0, len(rows) - MOST_VALUES)))
    return found


def reasons(answer: Row) -> list[Reason]:
    """The reasons named in the period, those named most often first."""
    return [
        Reason(
            one["label"],
            100 * one["share"],
            None if one["share_before"] is None else 100 * one["share_before"],
            one["since"],
        )
        for one in answer["reasons"]
        if one["share"]
    ][:MOST_REASONS]


def _values(key: str, sums: Sums) -> dict[str | None, Histogram]:
    """Value → histogram of the period over all touchpoints; None for answers that carry no value of the key."""
    pairs: dict[str | None, list[Pair]] = defaultdict(list)
    for place, whole in sums.places.items():
        own = _own(key, place, sums)
        for value, pair in own.items():
            pairs[value].append(pair)
        pairs[None].append(changes.remainder(whole, own))
    together = {value: changes.together(found).since for value, found in pairs.items()}
    return {value: counts for value, counts in together.items() if any(counts)}


def _own(key: str, place: Place, sums: Sums) -> dict[str, Pair]:
    given = sums.segments.get(place, {})
    return {value: pair for (name, value), pair in given.items() if name == key}


def _scored(
    metric: str,
    name: str,
    counts: Histogram,
    part: Row | None,
    *,
    mark: bool = False,
    remark: str = "",
) -> Scored:
    found = scoring.score(metric, counts)
    low = None if found.low is None else max(floor(metric), found.low)
    high = None if found.high is None else min(100.0, found.high)
    points = part["points"] if part and found.n else None
    beyond = bool(part and part["beyond_noise"])
    return Scored(name, found.score, low, high, found.n, points, beyond, mark, remark)


def _mostly(part: Row | None) -> str:
    mostly = part and part["mostly"]
    return f"mostly {mostly['segment']} {named(mostly['value'], '')}" if mostly else ""
