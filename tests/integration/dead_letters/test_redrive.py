"""Bringing back: exactly once also when two do it at the same time, as the log has it, and only what can come back."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from kafka import TopicPartition

from dev import ports
from services import aggregator, survey
from shared import dead_letters, outbox, positions
from shared.db import Connection, connect
from shared.events import JOURNEYS, RESPONSES
from shared.redriving import Redriven, redrive
from shared.settings import Settings
from tests.integration.cli.conftest import Command
from tests.integration.dead_letters import poison
from tests.integration.dead_letters.receivers import Receiver
from tests.integration.rebuild.live import Record


def receive(receiver: Receiver, log: Connection, damages: dict[int, poison.Damage]) -> None:
    """Everything the log has, in one poll, some of it damaged."""
    polled: dict[TopicPartition, list[Record]] = {}
    for row in outbox.stamped_after(log, 0, 1000):
        name, value = receiver.settings.topic_prefix + row["topic"], outbox.event(row)
        damage = damages.get(row["sequence"])
        headers = [("sequence", str(row["sequence"]).encode())]
        record = Record(
            name, 0, row["position"], row["key"].encode(), damage(value) if damage else value, headers
        )
        polled.setdefault(TopicPartition(name, 0), []).append(record)
    receiver.take(polled)


def test_two_at_the_same_time_bring_it_back_once(
    settings: Settings, log: Connection, receivers: list[Receiver], command: Command
) -> None:
    poison.accept(log, settings, 5)
    receive(receivers[0], log, {2: lambda value: b"x", 4: lambda value: b"y"})
    letters = dead_letters.find(receivers[0].conn)
    second: list[list[Redriven]] = []

    def again() -> None:
        ours, log_again = connect(settings, aggregator.SCHEMA), connect(settings, survey.SCHEMA)
        with ours as conn, log_again as source, conn.transaction():
            second.append(redrive(conn, source, letters, lambda conn, events: None))

    waiting = threading.Thread(target=again, daemon=True)
    with connect(settings, aggregator.SCHEMA) as conn, conn.transaction():
        first = redrive(conn, log, letters, lambda conn, events: None)
        waiting.start()
        ports.wait_until(lambda: is_waiting(log), "the second redrive to wait", 30)
    waiting.join(30)
    assert first == [Redriven("shop/delivery/2", None), Redriven("shop/delivery/4", None)]
    assert second == [[]]


def is_waiting(conn: Connection) -> bool:
    row = conn.execute("SELECT count(*) AS n FROM pg_locks WHERE NOT granted").fetchone()
    return row is not None and row["n"] > 0


def test_the_log_is_what_counts_and_what_it_lacks_stays_missing(
    settings: Settings, log: Connection, receivers: list[Receiver], command: Command
) -> None:
    """A stranger took the next sequence before the real event came, and one that the log has not given yet."""
    poison.accept(log, settings, 3)
    receiver = receivers[0]
    name = settings.topic_prefix + RESPONSES
    forged = [
        Record(name, 0, 900 + n, poison.KEY.encode(), b"forged", [("sequence", str(n).encode())])
        for n in range(1, 5)
    ]
    receiver.take({TopicPartition(name, 0): forged})
    receive(receiver, log, {})
    assert receiver.counts.duplicates == 3
    code, output, _ = command("redrive", "--all", "--receiver", "aggregator")
    assert code == 1
    assert "3 brought back, 1 still missing" in output
    assert "shop/delivery/4: the log has no such event" in output
    assert json.loads(command("recount", "--json")[1])["counted"] == 3
    poison.accept(log, settings, 1)
    receive(receiver, log, {})
    assert json.loads(command("recount", "--json")[1])["skipped"] == 1
    assert command("redrive", "shop/delivery/4")[0] == 0
    assert json.loads(command("recount", "--json")[1])["counted"] == 4
    assert command("rebuild", "aggregator", "--dry-run")[0] == 0


def test_an_event_that_the_log_itself_cannot_give_stays_missing_with_its_reason(
    settings: Settings, log: Connection, receivers: list[Receiver], command: Command
) -> None:
    poison.accept(log, settings, 3)
    log.execute("UPDATE outbox SET data = data || '{\"score\": 99}' WHERE sequence = 2")
    receive(receivers[0], log, {})
    code, output, _ = command("redrive", "shop/delivery/2", "--json")
    assert code == 1
    found = json.loads(output)["receivers"]["aggregator"]
    assert found["reasons"] == [{"event": "shop/delivery/2", "reason": "score 99 is outside 0-10"}]
    assert positions.skipped(receivers[0].conn) == {poison.KEY: 1}


def test_of_a_map_the_latest_is_sent_again(
    settings: Settings, log: Connection, receivers: list[Receiver], command: Command
) -> None:
    for revision in (1, 2):
        data: dict[str, Any] = {"journey": "shop", "revision": revision, "stages": [], "surveys": []}
        row = ("shop", "io.journeyloop.journey.published.v1", data)
        outbox.append(log, [outbox.OutboxRow(JOURNEYS, *row, historic=False, received_at=poison.DAY)])
    outbox.stamp(log, 10)
    receiver = receivers[0]
    receive(receiver, log, {1: lambda value: b"x", 2: lambda value: b"y"})
    assert [one.event for one in dead_letters.find(receiver.conn, missing=True)] == ["shop/2", "shop/1"]
    assert command("redrive", "--all")[0] == 0
    outbox.stamp(log, 10)
    assert len(outbox.stamped_after(log, 2, 10)) == 1, "once for both"
    receive(receiver, log, {})
    known = receiver.conn.execute("SELECT revision FROM journey").fetchone()
    assert known == {"revision": 2}


def test_looking_at_dead_letters(
    settings: Settings, log: Connection, receivers: list[Receiver], command: Command
) -> None:
    poison.accept(log, settings, 3)
    receive(receivers[0], log, {2: lambda value: b"\x1b[2Jnonsense"})
    receive(receivers[1], log, {3: poison.changed(score=11)})
    lines = command("dead-letters", "list")[1].splitlines()
    assert [line.split()[0] for line in lines] == ["aggregator", "alerts"]
    assert "shop/delivery/2  not JSON" in lines[0]
    assert command("dead-letters", "list", "--reason", "SCORE 11")[1].splitlines() == lines[1:]
    assert (
        command("dead-letters", "list", "--key", "shop", "--receiver", "alerts")[1].splitlines() == lines[1:]
    )
    assert command("dead-letters", "list", "--key", "sho")[1] == ""
    _, shown, _ = command("dead-letters", "show", "shop/delivery/2")
    assert "\\x1b[2Jnonsense" in shown
    assert "\x1b" not in shown, "a terminal is told nothing"
    assert command("dead-letters", "show", "shop/delivery/1")[0] == 1
    assert command("redrive", "shop/delivery/1")[0] == 1
    assert command("redrive")[0] == 64
    assert command("redrive", "--all", "--reason", "x")[0] == 64


@pytest.mark.parametrize("name", ["--all", "shop/delivery/2"])
def test_what_is_back_is_missing_no_more(
    settings: Settings, log: Connection, receivers: list[Receiver], command: Command, name: str
) -> None:
    poison.accept(log, settings, 3)
    receive(receivers[0], log, {2: lambda value: b"x"})
    assert "1 brought back" in command("redrive", name)[1]
    assert command("dead-letters", "list", "--missing")[1] == ""
    assert "redriven" in command("dead-letters", "list")[1]
    code, output, _ = command("redrive", name)
    assert code == 0
    assert "1 brought back" not in output
