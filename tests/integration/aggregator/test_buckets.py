"""apply() over a real database: batches, amendments, voids, maps, and equality with a rebuild."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta

import psycopg
import pytest

from services.aggregator import handler
from services.aggregator.buckets import ALL, series_id
from services.aggregator.employee_sums import apart
from services.aggregator.store import buckets, employees, journeys
from shared.db import Connection
from shared.events import PUBLISHED, RETIRED, VOIDED
from shared.settings import Settings, SettingsError
from tests.integration.aggregator.conftest import Feed
from tests.unit.aggregator.events import PLACES, START, Event, amended, history, recorded, voided
from tests.unit.aggregator.maps import SHOP

TABLES = ("journey", "series", "bucket", "reason_bucket", "newest", "employee_sum", "position")


def everything(conn: Connection) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    return {
        table: sorted(row["line"] for row in conn.execute(f"SELECT {table}::text AS line FROM {table}"))
        for table in TABLES
    }


def empty(conn: Connection) -> None:
    conn.execute(f"TRUNCATE {', '.join(TABLES)}")


def living(events: list[Event]) -> Counter[tuple[str, date]]:
    """Answers by survey and day, voided ones taken out."""
    found: Counter[tuple[str, date]] = Counter()
    for kind, data in events:
        local = START.fromisoformat(data["answered_at"]) + timedelta(
            hours=2 if data["answered_at"] > "2026-03-29T01" else 1
        )
        if kind == "recorded":
            found[data["survey"], local.date()] += 1
        if kind == VOIDED:
            found[data["survey"], local.date()] -= 1
    return +found


def test_split_batches_give_equal_rows(conn: Connection, feed: Feed) -> None:
    events = history(7, 800)
    feed(events, [(PUBLISHED, SHOP)])
    at_once = everything(conn)
    for size in (1, 17, 250):
        empty(conn)
        feed(events[: 400 if size == 1 else len(events)], [(PUBLISHED, SHOP)], size=size)
        if size == 1:
            feed(events[400:], size=100)
        assert everything(conn) == at_once


def test_counts_every_answer_once_by_survey_and_day(conn: Connection, feed: Feed) -> None:
    events = history(8, 1500)
    feed(events, size=200)
    customers, crew = apart(events)
    assert buckets.sums_by_survey_and_day(conn) == living(customers)
    months: Counter[tuple[str, date]] = Counter()
    for (survey, day), n in living(crew).items():
        months[survey, day.replace(day=1)] += n
    assert employees.sums_by_survey_and_month(conn) == months
    assert len(months) == 2


def test_amended_and_voided_answers_leave_the_sums(conn: Connection, feed: Feed) -> None:
    first = recorded(score=2, reasons=("late",), region="north")
    second = amended(first, 9, ("rude", "late"))
    feed([first])
    feed([second])
    row = conn.execute("SELECT c2, c9 FROM bucket WHERE series = %s", [series_id(PLACES[0], ALL)]).fetchone()
    assert row == {"c2": 0, "c9": 1}
    assert conn.execute("SELECT reason, answers FROM reason_bucket ORDER BY reason").fetchall() == [
        {"reason": "late", "answers": 1},
        {"reason": "rude", "answers": 1},
    ]
    feed([voided(second)])
    assert buckets.sums_by_survey_and_day(conn) == {}
    assert conn.execute("SELECT sum(answers) AS n FROM reason_bucket").fetchone() == {"n": 0}


def test_a_failed_batch_leaves_nothing(conn: Connection, feed: Feed) -> None:
    feed(history(9, 20))
    before = everything(conn)
    broken = recorded(reasons=("late",))
    broken[1]["recorded_at"] = "not a time"
    with pytest.raises(psycopg.DataError):
        feed([*history(10, 20), broken])
    assert everything(conn) == before


def test_two_series_with_one_id_stop_the_consumer(conn: Connection, feed: Feed) -> None:
    conn.execute(
        "INSERT INTO series VALUES (%s, 'other', 's', 't', 'v', 'nps', 'customer', '', '')",
        [series_id(PLACES[0], ALL)],
    )
    with pytest.raises(psycopg.errors.UniqueViolation):
        feed([recorded()])


def test_an_older_revision_of_a_map_is_skipped(conn: Connection, feed: Feed) -> None:
    feed([], [(PUBLISHED, SHOP | {"revision": 5, "name": "New"})])
    feed(
        [],
        [
            (PUBLISHED, SHOP | {"revision": 4, "name": "Old"}),
            (PUBLISHED, SHOP | {"revision": 5, "name": "Same"}),
        ],
    )
    known = journeys.get(conn, "shop")
    assert known is not None
    assert (known.revision, known.document and known.document["name"]) == (5, "New")


def test_a_retired_journey_keeps_its_map(conn: Connection, feed: Feed) -> None:
    feed([], [(PUBLISHED, SHOP)])
    feed(
        [],
        [(RETIRED, {"journey": "shop", "revision": 9}), (RETIRED, {"journey": "never-seen", "revision": 1})],
    )
    known = journeys.get(conn, "shop")
    assert known is not None
    assert (known.revision, known.retired, known.document) == (9, True, SHOP)
    assert journeys.get(conn, "never-seen") is None


def test_random_interleavings_of_two_stages_are_equal(conn: Connection, feed: Feed) -> None:
    events = history(11, 300)
    feed(events)
    expected = everything(conn)
    empty(conn)
    by_key: dict[str, list[Event]] = {}
    for event in events:
        by_key.setdefault(f"{event[1]['journey']}/{event[1]['stage']}", []).append(event)
    shuffled, order = [], random.Random(3)
    while by_key:
        key = order.choice(sorted(by_key))
        shuffled.append(by_key[key].pop(0))
        if not by_key[key]:
            del by_key[key]
    feed(shuffled, size=31)
    assert everything(conn) == expected


def test_the_time_zone_of_the_days_is_fixed_by_the_first_start(conn: Connection, settings: Settings) -> None:
    assert buckets.fix_report_zone(conn, "Asia/Kathmandu") == "Asia/Kathmandu"
    assert buckets.fix_report_zone(conn, "Europe/Berlin") == "Asia/Kathmandu"
    with pytest.raises(SettingsError, match="REPORT_TZ"):
        handler.run(settings)
