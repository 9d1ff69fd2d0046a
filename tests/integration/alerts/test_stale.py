"""Silent stages, over a real database and on a simulated clock: our own outages are no silence, the customers' is."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Thread

import pytest

from dev import ports
from services.alerts import SCHEMA
from services.alerts.store import heartbeats
from shared.batch import Batch
from shared.db import Connection, connect
from shared.events import isoformat, parse_time
from shared.settings import Settings
from tests.integration.alerts.line import MAP, STAGES, Line, stale, told
from tests.integration.alerts.test_silences_at_once import waits_for_a_lock

BUSY = 1.4  # answers a minute: 2 016 a day, so that ten minutes without are already too long


@pytest.fixture
def conn(settings: Settings) -> Iterator[Connection]:
    with connect(settings, SCHEMA) as opened:
        yield opened


@pytest.fixture
def line(conn: Connection) -> Line:
    """A busy stage, and one that is not, of which eight days of answers are known."""
    made = Line(conn, delivery=BUSY, returns=BUSY / 20)
    made.known(days=8)
    made.pass_(3)
    return made


@pytest.mark.parametrize("away", ["broker", "relay", "consumer", "database", "door"])
def test_an_outage_of_ours_is_no_silence(line: Line, conn: Connection, away: str) -> None:
    line.pass_(240, away)
    line.pass_(15)
    assert (stale(conn), told(conn)) == ([], [])


def test_broker_ten_minutes_then_database_two_then_a_true_silence(conn: Connection) -> None:
    line = Line(conn, delivery=BUSY)
    line.history(8)
    line.pass_(3)
    line.pass_(10, "broker")
    line.pass_(1)
    line.pass_(2, "database")
    line.pass_(5)
    assert (stale(conn), told(conn)) == ([], [])
    assert conn.execute("SELECT count(*) AS n FROM incident").fetchone() == {"n": 0}
    line.rates["delivery"] = 0
    line.pass_(8)
    assert stale(conn) == []
    line.pass_(5)
    [announced] = told(conn)
    assert (announced["kind"], announced["journey"], announced["stage"]) == ("stale", "shop", "delivery")
    last = parse_time(line.made["delivery"][-1][1]["recorded_at"])
    assert parse_time(announced["facts"]["since"]) == last
    assert announced["facts"]["answers_a_day"] == pytest.approx(1440 * BUSY, rel=0.01)
    assert 13 < announced["facts"]["expected"] < 17


def test_it_is_told_once_a_silence(line: Line, conn: Connection) -> None:
    line.rates["delivery"] = 0
    line.pass_(40)
    assert (stale(conn), len(told(conn))) == (["shop/delivery"], 1)
    line.rates["delivery"] = BUSY
    line.pass_(1)
    assert (stale(conn), len(told(conn))) == ([], 1)  # heard again, without a message
    line.rates["delivery"] = 0
    line.pass_(110)  # three times the longest wait of 28 days is 120 minutes now
    assert stale(conn) == []
    line.pass_(30)
    assert [row["stage"] for row in told(conn)] == ["delivery", "delivery"]


def test_silence_before_an_outage_is_not_forgotten_and_the_outage_does_not_count(
    line: Line, conn: Connection
) -> None:
    line.rates["delivery"] = 0
    line.pass_(7)
    line.pass_(300, "relay")
    line.pass_(2)
    assert stale(conn) == []
    line.pass_(5)
    assert stale(conn) == ["shop/delivery"]


def test_answers_that_wait_behind_an_outage_are_no_silence(line: Line, conn: Connection) -> None:
    """Beats come, the stage's answers do not: their partition stands still."""
    for _ in range(60):
        line.now += timedelta(minutes=1)
        line._customers()
        line.take(line.handler, [line.beat()])
    assert (stale(conn), told(conn)) == ([], [])


def test_one_of_several_consumers_takes_a_beat(line: Line, conn: Connection, settings: Settings) -> None:
    line.rates["delivery"] = 0
    line.pass_(9)
    others = [line.consumer() for _ in range(3)]
    for _ in range(6):
        line.now += timedelta(minutes=1)
        line._customers()
        line.read()
        beat = line.beat()

        def take(handler: object, beat: dict[str, object] = beat) -> None:
            with connect(settings, SCHEMA) as own, own.transaction():
                handler.apply(own, Batch(heartbeats=[beat]))  # type: ignore[attr-defined]

        threads = [Thread(target=take, args=(handler,)) for handler in others]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    found = conn.execute("SELECT quiet_seconds FROM arrival WHERE key = 'shop/delivery'").fetchone()
    assert found == {"quiet_seconds": 14 * 60}  # one beat with the last answer, 14 after it
    assert len(told(conn)) == 1


def test_beats_read_again_change_nothing(line: Line, conn: Connection) -> None:
    """A consumer without a group reads the topic from its start whenever it starts."""
    line.rates["delivery"] = 0
    beats = []
    for _ in range(8):
        line.now += timedelta(minutes=1)
        line._customers()
        beats.append(line.beat())
        line.take(line.handler, beats[-1:])
    before = conn.execute("SELECT * FROM arrival ORDER BY key").fetchall()
    line.take(line.consumer(), beats)
    assert conn.execute("SELECT * FROM arrival ORDER BY key").fetchall() == before


def test_a_survey_that_ended_is_missed_by_nobody(line: Line, conn: Connection) -> None:
    line.rates["delivery"] = 0
    line.publish(MAP | {"surveys": [one for one in MAP["surveys"] if one["stage"] != "delivery"]})
    line.pass_(60)
    assert told(conn) == []
    line.publish(MAP)  # live again, and still nobody: what was before does not count
    line.pass_(60)
    assert told(conn) == []


def test_a_stage_whose_survey_ends_is_not_stale_any_more(line: Line, conn: Connection) -> None:
    line.rates["delivery"] = 0
    line.pass_(20)
    assert stale(conn) == ["shop/delivery"]
    line.publish(MAP | {"surveys": []})
    line.pass_(1)
    assert stale(conn) == []


def test_nights_are_no_silence(conn: Connection) -> None:
    line = Line(conn, delivery=0.2)
    for day in range(9):
        line.rates["delivery"] = 0.2
        line.history_minutes(1200)
        line.rates["delivery"] = 0
        if day < 8:
            line.history_minutes(240)
    line.read()
    line.pass_(600)
    assert told(conn) == []  # ten hours, after nights of four
    line.pass_(150)
    assert [row["stage"] for row in told(conn)] == ["delivery"]


def test_reading_the_log_again_teaches_nothing_new(conn: Connection) -> None:
    line = Line(conn, delivery=0.1, returns=0.2)
    line.history(3)
    days = conn.execute("SELECT * FROM arrival_day ORDER BY key, survey, day").fetchall()
    with conn.transaction():
        line.handler.apply(conn, Batch(responses=[event for stage in STAGES for event in line.made[stage]]))
    assert conn.execute("SELECT * FROM arrival_day ORDER BY key, survey, day").fetchall() == days
    assert sum(row["n"] for row in days) == sum(len(made) for made in line.made.values())


def test_a_beat_and_answers_of_many_stages_do_not_wait_in_a_circle(
    line: Line, conn: Connection, settings: Settings
) -> None:
    """One consumer has answers of two stages and has written the first; another takes the beat meanwhile."""
    line.rates |= dict.fromkeys(STAGES, 0)
    line.pass_(2)  # so that the time until the next beat counts
    first, second = ((f"shop/{stage}", f"{stage}-nps") for stage in STAGES)
    now = (line.now, line.now)
    heartbeats.arrived(conn, {first: now})  # its row now lies behind the second's
    beat = line.beat() | {"beat_at": isoformat(line.now + timedelta(minutes=1))}

    def take() -> None:
        with connect(settings, SCHEMA) as other, other.transaction():
            line.consumer().apply(other, Batch(heartbeats=[beat]))

    with ThreadPoolExecutor() as pool, connect(settings, SCHEMA) as watching:
        with conn.transaction():
            heartbeats.arrived(conn, {first: now})
            taking = pool.submit(take)
            ports.wait_until(lambda: waits_for_a_lock(watching), "the beat to wait")
            heartbeats.arrived(conn, {second: now})
        taking.result(30)
