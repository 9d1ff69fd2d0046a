"""Poison of every kind through a real broker: kept with its reason, told to the dead topic, brought back once."""

from __future__ import annotations

import json

import pytest

from shared import consumer, positions
from shared.db import Connection
from shared.settings import Settings
from tests.integration.cli.conftest import Command
from tests.integration.dead_letters import poison
from tests.integration.dead_letters.receivers import Receiver, dead_messages

pytestmark = pytest.mark.broker
ANSWERS = 40
FIRST_DAMAGED = 11


def test_poison_of_every_kind_is_kept_and_comes_back_once(
    settings: Settings, log: Connection, receivers: list[Receiver], command: Command
) -> None:
    kinds = list(poison.DAMAGES.values())
    damaged = dict(enumerate(kinds, FIRST_DAMAGED))
    poison.accept(log, settings, ANSWERS)
    sent = poison.send(settings, log, {at: damage for at, (damage, _) in damaged.items()})
    sent += poison.send_strangers(settings)
    for receiver in receivers:
        receiver.read(sent)
        ours = {row["sequence"]: row for row in receiver.letters() if row["sequence"]}
        assert {at: reason in ours[at]["reason"] for at, (_, reason) in damaged.items()} == dict.fromkeys(
            damaged, True
        )
        assert len(receiver.letters()) == len(damaged) + len(poison.STRANGERS)
        assert positions.read(receiver.conn) == {poison.KEY: ANSWERS}
        consumer._send_dead_letters(settings, receiver.conn)
    told = dead_messages(settings, 2 * (len(damaged) + len(poison.STRANGERS)))
    assert len(told) == 2 * (len(damaged) + len(poison.STRANGERS))
    assert {row["bytes"] for row in told if "bytes" in row} == {256 * 3_500}
    assert recount(command) == {
        "accepted": ANSWERS,
        "counted": ANSWERS - len(damaged),
        "skipped": len(damaged),
    }
    everything_comes_back(command, receivers, len(damaged))


def everything_comes_back(command: Command, receivers: list[Receiver], missing: int) -> None:
    assert command("redrive", "--all", "--dry-run")[0] == 0
    assert recount(command)["skipped"] == missing, "a dry run writes nothing"
    assert redriven(command, "--reason", "not json") == 3
    assert redriven(command, f"{poison.KEY}/{FIRST_DAMAGED}") == 0, "it was not JSON, so it is back already"
    assert redriven(command, "--all") == missing - 3
    assert redriven(command, "--all") == 0
    receivers[1].tick()
    assert recount(command) == {"accepted": ANSWERS, "counted": ANSWERS, "skipped": 0}
    assert answers_in_day_sums(receivers[1]) == ANSWERS
    for receiver in receivers:
        assert positions.skipped(receiver.conn) == {}
        assert command("rebuild", receiver.name, "--dry-run")[0] == 0


def recount(command: Command) -> dict[str, int]:
    code, output, _ = command("recount", "--json")
    assert code == 0, output
    found = json.loads(output)
    return {name: found[name] for name in ("accepted", "counted", "skipped")}


def redriven(command: Command, *arguments: str) -> int:
    """How many came back, the same number at both receivers."""
    code, output, errors = command("redrive", *arguments, "--json")
    assert code == 0, output + errors
    numbers = {found["brought_back"] for found in json.loads(output)["receivers"].values()}
    assert len(numbers) == 1
    return int(numbers.pop())


def answers_in_day_sums(alerts: Receiver) -> int:
    row = alerts.conn.execute("SELECT sum(n)::int AS n FROM day_sum").fetchone()
    assert row is not None
    return int(row["n"])
