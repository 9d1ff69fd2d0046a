"""Commands on a real database: exit codes, one clear line, and a recount that finds what is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services import aggregator, survey
from services.cli import FAILED, USAGE
from services.survey.accept import NewAnswer, accept_many
from services.survey.answers import read
from services.survey.store.surveys import definitions
from shared import outbox
from shared.db import Connection, connect
from shared.settings import Settings
from tests.integration.cli.conftest import Command
from tests.integration.survey.maps import add_map

DAY = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def conn(settings: Settings) -> Iterator[Connection]:
    with connect(settings, survey.SCHEMA) as connection:
        add_map(connection)
        yield connection


def accept(conn: Connection, settings: Settings, count: int, day: datetime = DAY) -> None:
    with conn.transaction():
        known = definitions(conn, ["delivery-nps"])["delivery-nps"]
        items = [{"id": str(uuid4()), "score": 9, "answered_at": day.isoformat()} for _ in range(count)]
        now = datetime.now(UTC)
        answers = [NewAnswer(known, read(item, known, now, None)) for item in items]
        assert accept_many(conn, answers, now, settings.respondent_keys) == ["accepted"] * count


def receive(settings: Settings, counted: dict[str, int], last: int, died: tuple[int, ...] = ()) -> None:
    """Put into the aggregator's tables what a consumer would have: sums by day, last sequence, dead letters."""
    with connect(settings, aggregator.SCHEMA) as conn:
        conn.execute("INSERT INTO position (key, last_sequence) VALUES ('shop/delivery', %s)", [last])
        conn.execute(
            "INSERT INTO series VALUES (1, 'shop', 'delivery', 'handover', 'delivery-nps', 'nps', 'customer', '', '')"
        )
        for day, count in counted.items():
            conn.execute("INSERT INTO bucket VALUES (1, %s, 0, 0, 0, 0, 0, 0, 0, 0, 0, %s, 0)", [day, count])
        for sequence in died:
            conn.execute(
                """INSERT INTO dead_letter (topic, partition, kafka_offset, key, sequence, reason)
                   VALUES ('survey.responses', 0, %s, 'shop/delivery', %s, 'bad')""",
                [sequence, sequence],
            )


def stamp(conn: Connection) -> None:
    with conn.transaction():
        outbox.stamp(conn, 1000)


def totals(command: Command) -> tuple[int, dict[str, int]]:
    code, out, _ = command("recount", "--json")
    found = json.loads(out)
    return code, {name: found[name] for name in ("accepted", "counted", "skipped", "waiting", "difference")}


def test_nothing_accepted_is_no_difference(command: Command) -> None:
    assert command("recount")[0] == 0


def test_a_recount_that_agrees(command: Command, conn: Connection, settings: Settings) -> None:
    accept(conn, settings, 5)
    accept(conn, settings, 2, DAY + timedelta(days=1))
    stamp(conn)
    receive(settings, {"2026-11-20": 4, "2026-11-21": 2}, last=7, died=(3,))
    code, found = totals(command)
    assert (code, found) == (0, {"accepted": 7, "counted": 6, "skipped": 1, "waiting": 0, "difference": 0})


def test_waiting_answers_are_a_difference_until_they_arrive(
    command: Command, conn: Connection, settings: Settings
) -> None:
    accept(conn, settings, 5)
    stamp(conn)
    accept(conn, settings, 3)
    receive(settings, {"2026-11-20": 4}, last=4)
    code, found = totals(command)
    assert (code, found) == (1, {"accepted": 8, "counted": 4, "skipped": 0, "waiting": 4, "difference": 4})
    assert "--wait" in command("recount")[1]
    assert command("recount", "--wait", "0.1")[0] == 1


def test_days_never_make_up_for_each_other(command: Command, conn: Connection, settings: Settings) -> None:
    accept(conn, settings, 2)
    stamp(conn)
    receive(settings, {"2026-11-20": 1, "2026-11-21": 1}, last=2)
    code, found = totals(command)
    assert (code, found["difference"]) == (1, 2)
    table = command("recount")[1].splitlines()
    assert [line.split()[:2] for line in table[1:3]] == [
        ["delivery-nps", "2026-11-20"],
        ["delivery-nps", "2026-11-21"],
    ]


def test_days_are_those_of_the_report_zone(command: Command, conn: Connection, settings: Settings) -> None:
    accept(conn, settings, 1, datetime(2026, 11, 20, 23, 30, tzinfo=UTC))
    stamp(conn)
    receive(settings, {"2026-11-21": 1}, last=1)
    assert totals(command)[0] == 0


def test_republish_goes_back_to_what_a_receiver_lacks(
    command: Command, conn: Connection, settings: Settings
) -> None:
    accept(conn, settings, 6)
    stamp(conn)
    assert outbox.acknowledge(conn, before=0, now=6)
    receive(settings, {}, last=4)
    with connect(settings, survey.SCHEMA) as other:
        other.execute("INSERT INTO alerts.position (key, last_sequence) VALUES ('shop/delivery', 6)")
    assert command("republish")[1].startswith("2 events after position 4")
    assert outbox.acknowledged(conn) == 4
    assert command("republish", "--all")[1].startswith("6 events after position 0")
    assert outbox.acknowledged(conn) == 0


def test_keys(command: Command) -> None:
    code, token, _ = command("keys", "create", "--role", "lead", "--name", "Grafana")
    assert code == 0
    key_id = token.split("_")[1]
    assert "Grafana" in command("keys", "list")[1]
    assert token.strip().split("_", 2)[2] not in command("keys", "list")[1]
    assert command("keys", "revoke", key_id)[0] == 0
    assert "revoked" in command("keys", "list")[1]
    assert command("keys", "revoke", key_id)[0] == FAILED
    assert command("keys", "create", "--role", "king")[0] == USAGE
    command("keys", "create", "--role", "admin")
    assert command("keys", "list")[1].splitlines()[-1].split()[-1] == "admin"


def test_migrating_again_changes_nothing(command: Command) -> None:
    code, out, _ = command("migrate")
    assert code == 0
    assert out.count("up to date") == 4


def test_errors_are_one_line(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    code, _, err = command("export")
    assert (code, "--key" in err) == (USAGE, True)
    code, _, err = command("export", "--key", "jl_x_y")
    assert (code, err.count("\n"), "no answer from" in err) == (FAILED, 1, True)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    code, _, err = command("recount")
    assert (code, "the database does not answer" in err) == (FAILED, True)
    monkeypatch.setenv("REPORT_TZ", "Mars/Phobos")
    code, _, err = command("recount")
    assert (code, "REPORT_TZ" in err) == (FAILED, True)
