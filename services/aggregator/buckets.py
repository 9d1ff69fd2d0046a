"""Adding a batch of response events up in memory: what each day bucket gains, so that the database sees a few rows.

A series is one survey at its place, over all its answers or over those with one segment value; a bucket is one day of
a series: 11 counts, one for each score 0…10. Everything is a sum of integers, and every bucket an event touches gets
a row even where the sum is 0, so buckets do not depend on how events were cut into batches: rebuild = live.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from services.aggregator.periods import Days
from shared.events import RECORDED

ALL = ("", "")

Place = tuple[str, str, str, str, str, str]
"""Where answers were given, and what they measure: journey, stage, touchpoint, survey, metric, audience."""

Segment = tuple[str, str]
Counts = dict[tuple[date, int], int]
"""(day, score) → how many answers more. A 0 stays: its bucket was touched."""


@dataclass
class Deltas:
    """What a batch adds. counts: place → segment (ALL = every answer) → (day, score) → count, which may be negative.

    reasons: (place, day, reason) → count. newest: (journey, stage) → the latest `recorded_at` applied.
    """

    counts: dict[Place, dict[Segment, Counts]] = field(default_factory=dict)
    reasons: dict[tuple[Place, date, str], int] = field(default_factory=lambda: defaultdict(int))
    newest: dict[tuple[str, str], str] = field(default_factory=dict)


def add_up(responses: Iterable[tuple[str, dict[str, Any]]], days: Days) -> Deltas:
    """Sum events (kind, data) into Deltas: recorded +new, amended -previous +new, voided -previous."""
    deltas = Deltas()
    counts, newest = deltas.counts, deltas.newest
    day_of = days.of
    # One plain loop, written flat: this runs for each event and sets the speed of the consumer.
    for kind, data in responses:
        place: Place = (
            data["journey"], data["stage"], data["touchpoint"], data["survey"], data["metric"], data["audience"]
        )  # fmt: skip
        day = day_of(data["answered_at"])
        segments = counts.get(place)
        if segments is None:
            segments = counts[place] = {}
        plus = None if data["score"] is None else (day, data["score"])
        minus = None if kind == RECORDED else (day, data["previous"]["score"])
        for segment in (ALL, *data["segments"].items()):
            found = segments.get(segment)
            if found is None:
                found = segments[segment] = {}
            if plus is not None:
                found[plus] = found.get(plus, 0) + 1
            if minus is not None:
                found[minus] = found.get(minus, 0) - 1
        if data["reasons"] or minus is not None:
            _add_reasons(deltas, place, day, kind, data)
        # Texts of one fixed width: they sort as the times do.
        if data["recorded_at"] > newest.get(place[:2], ""):
            newest[place[:2]] = data["recorded_at"]
    return deltas


@lru_cache(maxsize=65_536)
def series_id(place: Place, segment: Segment) -> int:
    """The id of a series: 64 bits of a hash of what it is, signed, the same on every machine and rebuild."""
    name = "\0".join((*place, *segment)).encode()
    return int.from_bytes(blake2b(name, digest_size=8).digest(), "big", signed=True)


def _add_reasons(deltas: Deltas, place: Place, day: date, kind: str, data: dict[str, Any]) -> None:
    for reason in data["reasons"]:
        deltas.reasons[place, day, reason] += 1
    if kind != RECORDED:
        for reason in data["previous"]["reasons"]:
            deltas.reasons[place, day, reason] -= 1
