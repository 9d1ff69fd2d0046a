"""Batches added up in memory: against counting one by one, and whatever way events are cut into batches."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from services.aggregator.buckets import ALL, Gains, Place, add_up, day_and_score, series_id
from services.aggregator.periods import Days
from shared.events import RECORDED
from tests.unit.aggregator.events import PLACES, START, Event, amended, history, recorded, voided

BERLIN = ZoneInfo("Europe/Berlin")


def flat(
    batches: list[dict[Place, Gains]],
) -> tuple[Counter[tuple[object, ...]], Counter[tuple[object, ...]], set[object]]:
    """Every count with its full key, over all batches, and which buckets were touched."""
    counts: Counter[tuple[object, ...]] = Counter()
    reasons: Counter[tuple[object, ...]] = Counter()
    touched: set[object] = set()
    for places in batches:
        for place, gains in places.items():
            for segment, found in gains.counts.items():
                for slot, count in found.items():
                    day, score = day_and_score(slot)
                    touched.add((place, segment, day))
                    counts[place, segment, day, score] += count
            for (day, reason), count in gains.reasons.items():
                touched.add((place, day, reason))
                reasons[place, day, reason] += count
    return +counts, +reasons, touched


def one_by_one(events: list[Event]) -> Counter[tuple[object, ...]]:
    counts: Counter[tuple[object, ...]] = Counter()
    for kind, data in events:
        place = tuple(data[n] for n in ("journey", "stage", "touchpoint", "survey", "metric", "audience"))
        day = datetime.fromisoformat(data["answered_at"]).astimezone(BERLIN).date()
        for segment in [ALL, *data["segments"].items()]:
            if kind != RECORDED:
                counts[place, segment, day, data["previous"]["score"]] -= 1
            if data["score"] is not None:
                counts[place, segment, day, data["score"]] += 1
    return +counts


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.integers(1, 60))
def test_equals_counting_one_by_one(seed: int, answers: int) -> None:
    events = history(seed, answers)
    assert flat([add_up(events, Days(BERLIN))])[0] == one_by_one(events)


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.lists(st.integers(0, 150), max_size=8))
def test_does_not_depend_on_batches(seed: int, cuts: list[int]) -> None:
    events = history(seed, 100)
    edges = [0, *sorted(cuts), len(events)]
    batches = [add_up(events[a:b], Days(BERLIN)) for a, b in itertools.pairwise(edges)]
    assert flat(batches) == flat([add_up(events, Days(BERLIN))])


def test_an_amendment_moves_a_count_and_a_void_takes_it_out() -> None:
    first = recorded(score=3, reasons=("late",), region="north")
    second = amended(first, 10, ("rude",))
    place, day = PLACES[0], date(2026, 3, 27)
    counts, reasons, _ = flat([add_up([first, second], Days(BERLIN))])
    assert counts == {(place, ALL, day, 10): 1, (place, ("region", "north"), day, 10): 1}
    assert reasons == {(place, day, "rude"): 1}
    counts, reasons, touched = flat([add_up([first, second, voided(second)], Days(BERLIN))])
    assert not counts
    assert not reasons
    assert (place, ALL, day) in touched


def test_knows_how_far_each_place_came() -> None:
    later = datetime(2026, 4, 2, 8, 30, tzinfo=UTC)
    found = add_up([recorded(at=later), recorded(at=START), recorded(PLACES[3], 5)], Days(BERLIN))
    assert {place: gains.newest for place, gains in found.items()} == {
        PLACES[0]: "2026-04-02T08:30:00.000000Z",
        PLACES[3]: "2026-03-27T00:00:00.000000Z",
    }


def test_series_ids_never_change() -> None:
    assert series_id(PLACES[0], ALL) == -141338228164189316
    assert series_id(PLACES[0], ("region", "north")) != series_id(PLACES[0], ("plan", "north"))
