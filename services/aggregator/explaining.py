"""Reading why a score moved between two periods: the same for /v1/changes and for pages."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from services.aggregator import answers, cause, noise
from services.aggregator.breakdown import Place, Segment, Sums
from services.aggregator.changes import Pair
from services.aggregator.maps import Map
from services.aggregator.periods import Period
from services.aggregator.store import scores as store
from services.aggregator.store.scores import PairSum, Where
from shared.db import Connection
from shared.scoring import Histogram


def explain(
    conn: Connection, where: Where, before: Period, since: Period, known: Map | None, level: float
) -> tuple[dict[str, Any], Sums]:
    """What /v1/changes says of one metric (`where` names it) and two periods, and the sums it was found in."""
    assert where.metric, "different metrics are never added together"
    found = _sums(store.pair_sums(conn, where, before, since, ("stage", "touchpoint"), segments=True))
    named = store.reasons(conn, where, before, since)
    days = noise.of_days(where.metric, _days(conn, where, before), _days(conn, where, since))
    answer = cause.build(where.metric, found, known, level, days)
    answer["reasons"] = cause.reasons(named, known, answer["before"]["n"], answer["since"]["n"])
    answer["before"]["window"], answer["since"]["window"] = answers.window(before), answers.window(since)
    return answer, found


def _days(conn: Connection, where: Where, period: Period) -> dict[date, Histogram]:
    """The histogram of each day that has answers."""
    found = store.sums(conn, where, period, (), step="day")
    return {one.start: one.counts for one in found if one.start is not None}


def _sums(found: list[PairSum]) -> Sums:
    places: dict[Place, Pair] = {}
    segments: dict[Place, dict[Segment, Pair]] = defaultdict(dict)
    for one in found:
        place = one.group["stage"], one.group["touchpoint"]
        if one.group["segment_key"] == store.ALL:
            places[place] = one.pair
        else:
            segments[place][one.group["segment_key"], one.group["segment_value"]] = one.pair
    return Sums(places, segments)
