"""The alerts consumer's handler over a real database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

import pytest

from services.alerts import SCHEMA
from services.alerts.handler import Handler
from services.alerts.store import decisions
from shared.batch import Batch
from shared.db import Connection, connect
from shared.settings import Settings
from tests.integration.alerts.feed import ZONE, apply, feed, memory, tick
from tests.unit.alerts.events import correction, events

LIVE = 120  # days of history before the first live answer
LOW = range(150, 175)


@pytest.fixture
def conn(settings: Settings) -> Iterator[Connection]:
    with connect(settings, SCHEMA) as opened:
        yield opened


def incidents(conn: Connection) -> list[dict[str, Any]]:
    return conn.execute("SELECT * FROM incident ORDER BY opened_at").fetchall()


def test_a_drop_opens_one_incident_and_recovery_closes_it(conn: Connection) -> None:
    feed(conn, Handler(ZONE), events(230, historic_days=LIVE, low=LOW, seed=2))
    [incident] = incidents(conn)
    assert date(2024, 5, 30) <= incident["opened_at"].date() <= date(2024, 6, 4)
    assert date(2024, 5, 28) <= incident["onset"].date() <= date(2024, 6, 1)
    assert (incident["state"], incident["closed_by"]) == ("resolved", "automatic")
    assert incident["before"]["n"] > 400
    assert (
        incident["since"]["halves"] / incident["since"]["n"]
        < incident["before"]["halves"] / incident["before"]["n"]
    )
    told = conn.execute("SELECT kind FROM announcement ORDER BY id").fetchall()
    assert [row["kind"] for row in told] == ["opened", "resolved"]


def test_imported_answers_page_nobody(conn: Connection) -> None:
    feed(conn, Handler(ZONE), events(230, historic_days=230, low=LOW))
    assert incidents(conn) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_batches_split_anywhere_leave_the_same_bits(conn: Connection, seed: int) -> None:
    made = events(180, 12, historic_days=LIVE, low=range(150, 158))
    feed(conn, Handler(ZONE), made, len(made))
    whole, found = memory(conn), incidents(conn)
    conn.execute(
        "TRUNCATE detector, day_sum, position, decision, announcement, incident, incident_event CASCADE"
    )
    random, start, handler = Random(seed), 0, Handler(ZONE)
    while start < len(made):
        end = start + random.randint(1, 150)
        apply(conn, handler, made[start:end])
        apply(conn, handler, made[start:end])  # sent again: skipped
        if random.random() < 0.3:
            handler = Handler(ZONE)  # a crash between batches forgets what was in memory
        start = end
    assert memory(conn) == whole
    assert [row["opening_sequence"] for row in incidents(conn)] == [row["opening_sequence"] for row in found]


def test_a_failed_transaction_leaves_nothing_behind(conn: Connection) -> None:
    made, handler = events(140, historic_days=LIVE), Handler(ZONE)
    feed(conn, handler, made[:2000])
    before = memory(conn)

    with conn.transaction(force_rollback=True):
        apply(conn, handler, made[2000:2200])
    assert memory(conn) == before
    feed(conn, handler, made[2000:])
    after = memory(conn)
    conn.execute("TRUNCATE detector, day_sum, position, decision CASCADE")
    feed(conn, Handler(ZONE), made)
    assert memory(conn) == after


def test_corrections_change_day_sums_and_never_evidence(conn: Connection) -> None:
    made, handler = events(LIVE + 3, historic_days=LIVE), Handler(ZONE)
    feed(conn, handler, made)
    evidence = conn.execute("SELECT state -> 'evidence' AS r, state -> 'case' AS c FROM detector").fetchone()
    happy = [event for event in made if event[1]["score"] == 10]
    next_one = len(made) + 1
    feed(
        conn,
        handler,
        [correction("amended", next_one, happy[0], 0), correction("voided", next_one + 1, happy[1], None)],
    )
    assert (
        conn.execute("SELECT state -> 'evidence' AS r, state -> 'case' AS c FROM detector").fetchone()
        == evidence
    )
    total = conn.execute("SELECT sum(n) AS n, sum(halves) AS halves FROM day_sum").fetchone()
    halves = sum({10: 2, 8: 1, 3: 0}[data["score"]] for _, data in made) - 4
    assert total == {"n": len(made) - 1, "halves": halves}


def test_two_detectors_of_a_stage_share_its_budget_and_the_change_is_a_decision(conn: Connection) -> None:
    handler = Handler(ZONE)
    feed(conn, handler, events(2, 5))
    feed(
        conn,
        handler,
        [(kind, data | {"metric": "csat", "score": 5}) for kind, data in events(2, 5, first=11)],
    )
    rows = conn.execute("SELECT state -> 'false_alarms_per_year' AS rate FROM detector").fetchall()
    assert [row["rate"] for row in rows] == [0.25, 0.25]
    written = conn.execute(
        "SELECT metric, kind, payload, after_sequence FROM decision ORDER BY place"
    ).fetchall()

    def shared(kind: str, rate: float, after: int, *metrics: str) -> list[dict[str, Any]]:
        payload = {f"false_{'alarms' if kind == 'budget' else 'wins'}_per_year": rate}
        return [{"metric": one, "kind": kind, "payload": payload, "after_sequence": after} for one in metrics]

    assert written == [
        *shared("wins", 0.5, 0, "nps"),  # looked for from the first answer on
        *shared("budget", 0.25, 10, "nps", "csat"),
        *shared("wins", 0.5, 10, "csat"),
        *shared("wins", 0.25, 10, "nps", "csat"),
    ]


def test_settings_take_effect_at_a_defined_place(conn: Connection) -> None:
    handler = Handler(ZONE)
    feed(conn, handler, events(2, 5))
    settings = {"enabled": True, "false_alarms_per_year": 2.0}
    decisions.ask(conn, "shop/delivery", "nps", "customer", "settings", settings, "an admin")
    feed(conn, handler, events(1, 1, first=11))
    tick(conn, handler)
    placed = conn.execute("SELECT after_sequence FROM decision WHERE kind = 'settings'").fetchall()
    assert placed == [{"after_sequence": 10}]
    state = conn.execute("SELECT state FROM detector").fetchone()
    assert state is not None
    assert (state["state"]["own_rate"], state["state"]["false_alarms_per_year"]) == (True, 2.0)


@pytest.mark.parametrize(
    ("outcome", "left_out", "restart"),
    [("fixed", 1, False), ("new_normal", 0, True), ("false_alarm", 0, False)],
)
def test_a_persons_outcome_reaches_the_detector(
    conn: Connection, outcome: str, left_out: int, restart: bool
) -> None:
    made, handler = events(165, historic_days=LIVE, low=LOW), Handler(ZONE)
    feed(conn, handler, made)
    [incident] = incidents(conn)
    payload = {
        "opening_sequence": incident["opening_sequence"],
        "onset_day": incident["onset"].astimezone(ZONE).date().isoformat(),
        "day": "2024-06-14",
        "outcome": outcome,
    }
    decisions.ask(conn, "shop/delivery", "nps", "customer", "outcome", payload, "a lead")
    tick(conn, handler)
    row = conn.execute("SELECT state FROM detector").fetchone()
    assert row is not None
    state = row["state"]
    assert state["opened"] is None
    assert state["evidence"] == [0, 0, 0, 0]
    assert len(state["left_out"]) == left_out
    assert (state["restart"] is not None) == restart


def test_the_latest_map_and_beats_are_kept(conn: Connection) -> None:
    handler = Handler(ZONE)
    journeys = [
        ("published", {"journey": "shop", "revision": n, "stages": [{"key": "delivery"}]}) for n in (2, 1)
    ]
    beats = [{"beat_at": f"2024-01-01T00:0{n}:00Z", "last_sequence": {"shop/delivery": n}} for n in (1, 2)]
    for _ in range(2):
        with conn.transaction():
            handler.apply(conn, Batch(journeys=journeys, heartbeats=beats))
    assert conn.execute("SELECT revision FROM journey").fetchall() == [{"revision": 2}]
    assert conn.execute("SELECT last_sequence FROM heartbeat").fetchall() == [{"last_sequence": 2}]
