"""The consumer as a process, over a real broker, killed in the middle of its work."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Iterator

import pytest

from dev.ports import wait_until
from services.alerts import SCHEMA
from services.alerts.handler import Handler
from services.alerts.store import decisions
from shared import broker, positions
from shared import events as wire
from shared.db import Connection, connect
from shared.settings import Settings
from tests.integration.alerts.feed import ZONE, feed, memory
from tests.processes import Processes
from tests.unit.alerts.events import Event, events

pytestmark = [pytest.mark.broker, pytest.mark.e2e]

STAGES = ("delivery", "checkout", "returns", "support")
DROPPED = ("delivery", "returns")
KILLS = 2


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    """On Apache Kafka a killed consumer's place in its group is free after 6 s instead of 30."""
    return environment | {"KAFKA_SESSION_TIMEOUT_MS": "6000", "KAFKA_HEARTBEAT_INTERVAL_MS": "1000"}


@pytest.fixture
def conn(settings: Settings) -> Iterator[Connection]:
    with connect(settings, SCHEMA) as opened:
        yield opened


def send(settings: Settings, made: list[Event]) -> None:
    producer = broker.producer(settings)
    for kind, data in made:
        key = f"{data['journey']}/{data['stage']}"
        sequence = data["sequence"]
        value = wire.encode(wire.response_type(kind), key, sequence, data["recorded_at"], data)
        headers = [("sequence", str(sequence).encode())]
        topic = broker.topic(settings, wire.RESPONSES)
        producer.send(topic, key=key.encode(), value=value, headers=headers)
    producer.flush()
    producer.close()


def stages() -> list[Event]:
    """Four stages of which two drop, interleaved."""
    each = [
        events(
            165,
            12,
            historic_days=120,
            low=range(150, 200) if stage in DROPPED else range(0),
            seed=2,
            stage=stage,
        )
        for stage in STAGES
    ]
    return [event for together in zip(*each, strict=True) for event in together]


def moved(conn: Connection, before: dict[str, int]) -> bool:
    return positions.read(conn) != before


def test_killed_again_and_again_it_opens_each_incident_once(
    settings: Settings, conn: Connection, processes: Processes
) -> None:
    made = stages()
    feed(conn, Handler(ZONE), made)
    expected = memory(conn)
    conn.execute(
        "TRUNCATE detector, day_sum, position, decision, announcement, incident, incident_event CASCADE"
    )
    broker.ensure_topics(settings)
    chance = random.Random(1)
    part = len(made) // KILLS + 1
    for start in range(0, len(made), part):
        before = positions.read(conn)
        processes.start("alerts", "consumer")
        send(settings, made[max(0, start - 300) : start + part])  # some of it twice
        wait_until(functools.partial(moved, conn, before), "the consumer's first transaction", 60)
        time.sleep(chance.random() / 4)  # anywhere in its work
        processes.kill("alerts-consumer")
    processes.start("alerts", "consumer")
    last = {f"shop/{stage}": len(made) // len(STAGES) for stage in STAGES}
    wait_until(lambda: positions.read(conn) == last, "everything applied", 60)
    assert memory(conn) == expected
    opened = conn.execute("SELECT stage FROM incident ORDER BY stage").fetchall()
    assert [row["stage"] for row in opened] == sorted(DROPPED)
    assert conn.execute("SELECT count(*) AS n FROM announcement").fetchone() == {"n": len(DROPPED)}


def test_a_decision_is_applied_while_nothing_comes(
    settings: Settings, conn: Connection, processes: Processes
) -> None:
    processes.start("alerts", "consumer")
    body = {"enabled": True, "false_alarms_per_year": 1.0}
    decisions.ask(conn, "shop/delivery", "nps", "customer", "settings", body, "an admin")
    wait_until(lambda: decisions.pending_count(conn) == 0, "the decision's place", 60)
    assert conn.execute("SELECT after_sequence FROM decision").fetchone() == {"after_sequence": 0}
