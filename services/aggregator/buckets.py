"""Adding a batch of response events up in memory: what each day bucket gains, so that the database sees a few rows.

A series is one survey at its place, over all its answers or over those with one segment value; a bucket is one day of
a series: 11 counts, one for each score 0…10. Everything is a sum of integers, and every bucket an event touches gets
a row even where the sum is 0, so buckets do not depend on how events were cut into batches: rebuild = live.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from services.aggregator.periods import Days
from shared.events import RECORDED

ALL = ("", "")
SLOTS_A_DAY = 16

Place = tuple[str, str, str, str, str, str]
"""Where answers were given, and what they measure: journey, stage, touchpoint, survey, metric, audience."""

Segment = tuple[str, str]
Counts = dict[int, int]
"""Slot → how many answers more. A 0 stays: its bucket was touched.

A slot is a day and a score as one number, in order of both: numbers are looked up and sorted faster than pairs.
"""


@dataclass(slots=True)
class Gains:
    """What a batch adds at one place.

    counts: segment (ALL = every answer) → slot → count. reasons: (day, reason) → count. Counts may be negative.
    newest: the latest `recorded_at` applied, as text.
    """

    counts: dict[Segment, Counts] = field(default_factory=dict)
    reasons: dict[tuple[date, str], int] = field(default_factory=dict)
    newest: str = ""


def day_and_score(slot: int) -> tuple[date, int]:
    """The day and the score that a slot stands for."""
    ordinal, score = divmod(slot, SLOTS_A_DAY)
    return date.fromordinal(ordinal), score


def add_up(responses: Iterable[tuple[str, dict[str, Any]]], days: Days) -> dict[Place, Gains]:
    """Sum events (kind, data) by place: recorded +new, amended -previous +new, voided -previous."""
    places: dict[Place, Gains] = {}
    day_of = days.of
    # One plain loop, written flat: this runs for each event and sets the speed of the consumer.
    for kind, data in responses:
        place = (
            data["journey"], data["stage"], data["touchpoint"], data["survey"], data["metric"], data["audience"]
        )  # fmt: skip
        gains = places.get(place)
        if gains is None:
            gains = places[place] = Gains()
        day = day_of(data["answered_at"])
        first = day.toordinal() * SLOTS_A_DAY
        plus = None if data["score"] is None else first + data["score"]
        minus = None if kind == RECORDED else first + data["previous"]["score"]
        for segment in (ALL, *data["segments"].items()):
            counts = gains.counts.get(segment)
            if counts is None:
                counts = gains.counts[segment] = {}
            if plus is not None:
                counts[plus] = counts.get(plus, 0) + 1
            if minus is not None:
                counts[minus] = counts.get(minus, 0) - 1
        for reason in data["reasons"]:
            gains.reasons[day, reason] = gains.reasons.get((day, reason), 0) + 1
        if minus is not None:
            for reason in data["previous"]["reasons"]:
                gains.reasons[day, reason] = gains.reasons.get((day, reason), 0) - 1
        # Texts of one fixed width: they sort as the times do.
        if data["recorded_at"] > gains.newest:
            gains.newest = data["recorded_at"]
    return places


@lru_cache(maxsize=65_536)
def series_id(place: Place, segment: Segment) -> int:
    """The id of a series: 64 bits of a hash of what it is, signed, the same on every machine and rebuild."""
    name = "\0".join((*place, *segment)).encode()
    return int.from_bytes(blake2b(name, digest_size=8).digest(), "big", signed=True)
