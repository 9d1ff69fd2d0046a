"""No two answers of the API about employees differ by fewer than five: random answers, all questions, looking again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from random import Random
from typing import Any, NamedTuple

from shared.db import Connection
from shared.events import PUBLISHED, isoformat
from tests.integration.aggregator.conftest import Ask, Feed
from tests.integration.beating import beat
from tests.unit.aggregator.events import Event, recorded, voided
from tests.unit.aggregator.maps import SHOP

NOW = datetime.now(UTC)
YEAR = NOW.year - 1
FLOOR = 5
LOOKS = 12
CREW = [
    ("shop", stage, point, f"{stage}-{point}-staff", "nps", "employee")
    for stage, point in (("delivery", "handover"), ("delivery", "tracking"), ("returns", "handover"))
]
SPANS = [
    (f"{YEAR}-01-01", f"{YEAR}-12-31"),
    (f"{YEAR}-02-01", f"{YEAR}-05-14"),
    (f"{YEAR}-07-03", f"{NOW.year}-12-31"),
]
GROUPS = ("journey", "stage", "touchpoint", "survey", "segment:region")


class Told(NamedTuple):
    """One number that was told: of where and of which days."""

    place: tuple[str, ...]
    first: str
    last: str
    n: int

    def is_in(self, other: Told) -> bool:
        within = self.place[: len(other.place)] == other.place
        return within and other.first <= self.first and self.last <= other.last


def some(random: Random, recorded_at: datetime, *, in_time: bool) -> list[Event]:
    """Answers of last year recorded then, or (in_time) when they were given; now and then one is taken out again."""
    events = []
    for _ in range(random.randrange(1, 18)):
        day = date(YEAR, random.randrange(1, 13), 1) + timedelta(days=random.randrange(27))
        at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        region = random.choice(["north", "south"])
        kind, data = recorded(random.choice(CREW), random.randrange(11), at=at, region=region)
        if not in_time:
            data["recorded_at"] = isoformat(recorded_at)
        events.append((kind, data))
        if random.random() < 0.1:
            events.append(voided((kind, data), later=timedelta(0)))
    return events


def everything(ask: Ask) -> Iterator[Told]:
    """Each number of employees in every answer of the aggregator."""
    for first, last in SPANS:
        span = {"from": first, "to": last}
        yield from _scorecard(ask("/v1/scorecards/shop", **span))
        for by in GROUPS:
            for item in ask("/v1/scores", by=by, **span)["items"]:
                yield from _told(item, item["scope"], item["window"], item)
            for item in ask("/v1/scores/series", by=by, step="month", **span)["items"]:
                for point in item["points"]:
                    yield from _told(item, item["scope"], point, point)


def _scorecard(card: dict[str, Any]) -> Iterator[Told]:
    for stage in card["stages"]:
        scope = {"journey": "shop", "stage": stage["stage"]}
        for one in stage["scores"]:
            for reading in (one, one["before"]) if one["audience"] == "employee" else ():
                yield from _told(one, scope, reading["window"], reading)
        for point in stage["touchpoints"]:
            assert all(one["audience"] == "customer" for one in point["scores"])
    assert all(one["audience"] == "customer" for one in card["scores"])


def _told(
    item: dict[str, Any], scope: dict[str, Any], window: dict[str, str] | None, reading: Any
) -> Iterator[Told]:
    if item["audience"] == "employee" and window is not None:
        assert reading["histogram"] is None
        place = tuple(
            str(scope[name])
            for name in ("journey", "stage", "touchpoint", "survey", "segment")
            if name in scope
        )
        yield Told((item["metric"], *place), window["from"], window["to"], reading["n"])


def test_no_two_told_numbers_differ_by_fewer_than_five(feed: Feed, ask: Ask, conn: Connection) -> None:
    random, told = Random(24), set[Told]()
    feed([], [(PUBLISHED, SHOP)])
    for back in reversed(range(LOOKS)):
        at = datetime.now(UTC) - (back + 1) * timedelta(minutes=2)
        feed(some(random, at, in_time=back == LOOKS - 1))
        beat(
            conn, (datetime.now(UTC) - at).total_seconds() - 90
        )  # later than all of that, before what comes next
        told |= set(everything(ask))
    assert len({one.place for one in told}) > 1
    assert len(told) > 8
    assert min(one.n for one in told) >= FLOOR
    wrong = [
        (one, other)
        for one, other in combinations(sorted(told), 2)
        if (one.is_in(other) or other.is_in(one)) and 0 < abs(one.n - other.n) < FLOOR
    ]
    assert wrong == []


def test_a_question_that_would_take_employees_apart_is_refused(ask: Ask) -> None:
    crew = {"journey": "shop", "audience": "employee"}
    for by in ("journey", "touchpoint", "survey", "segment:region"):
        for path in ("/v1/scores", "/v1/scores/series"):
            assert list(ask(path, 422, by=by, **crew)["errors"]) == ["by"]
    assert list(ask("/v1/scores", 422, stage="delivery", touchpoint="handover", **crew)["errors"]) == [
        "touchpoint"
    ]
    days = {
        "before_from": "2026-01-01",
        "before_to": "2026-01-31",
        "since_from": "2026-02-01",
        "since_to": "2026-02-28",
    }
    assert list(ask("/v1/changes", 422, metric="nps", **crew, **days)["errors"]) == ["audience"]


def test_while_events_of_a_stage_are_missing_its_employees_are_not_told(
    feed: Feed, ask: Ask, conn: Connection
) -> None:
    at = datetime(YEAR, 3, 5, tzinfo=UTC)
    feed([recorded(CREW[0], 9, at=at) for _ in range(6)], [(PUBLISHED, SHOP)])
    question = {"by": "stage", "audience": "employee", "from": f"{YEAR}-01-01", "to": f"{YEAR}-12-31"}
    assert ask("/v1/scores", **question)["items"] == []  # nothing proves that these are all
    beat(conn)
    (item,) = ask("/v1/scores", **question)["items"]
    assert (item["n"], item["period"], item["window"]["to"]) == (6, f"March {YEAR}", f"{YEAR}-03-31")
    conn.execute("UPDATE position SET gap_sequence = 9, gap_at = now()")
    assert ask("/v1/scores", **question)["items"] == []
