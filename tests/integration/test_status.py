"""`GET /v1/status/{service}` of every service: what its processes said last, and what waits."""

from __future__ import annotations

from importlib import import_module
from typing import Any
from uuid import uuid4

import pytest

from services import alerts, survey
from shared import dead_letters, outbox
from shared.access import create_key
from shared.db import connect
from shared.dead_letters import DeadLetter
from shared.events import RESPONSES
from shared.process import Status
from shared.settings import Settings
from shared.version import VERSION

PROCESSES = {
    "survey": ["relay", "worker"],
    "aggregator": ["consumer"],
    "alerts": ["consumer", "notifier"],
}


def status(settings: Settings, service: str, role: str | None = "viewer") -> Any:
    app = import_module(f"services.{service}.app").create_app(settings)
    with connect(settings, survey.SCHEMA) as conn:
        headers = {"Authorization": f"Bearer {create_key(conn, role, 'test')}"} if role else {}
    try:
        return app.test_client().get(f"/v1/status/{service}", headers=headers)
    finally:
        app.extensions["journeyloop"].pool.close()


@pytest.mark.parametrize("service", PROCESSES)
def test_an_installation_where_nothing_ran_yet(settings: Settings, service: str) -> None:
    answer = status(settings, service)
    found = answer.json
    assert (answer.status_code, found["service"], found["version"]) == (200, service, VERSION)
    assert (found["ready"], found["processes"], found["instances"]) == (False, PROCESSES[service], [])
    assert found["checks"][PROCESSES[service][0]] == "no sign of life for 15 s"
    assert status(settings, service, None).status_code == 401
    assert status(settings, service, "collector").status_code == 403


def test_the_living_and_where_there_is_none_the_last_one(settings: Settings) -> None:
    with connect(settings, survey.SCHEMA) as conn:
        for process, instance, age in (
            ("relay", "a", 0), ("relay", "b", 5), ("relay", "dead", 60), ("worker", "old", 300), ("worker", "last", 40),
        ):  # fmt: skip
            Status(process, instance).beat(conn, {"ready": True})
            conn.execute(
                "UPDATE process_status SET beat_at = now() - make_interval(secs => %s) WHERE instance = %s",
                [age, instance],
            )
    found = status(settings, "survey").json
    assert [(row["instance"], row["alive"]) for row in found["instances"]] == [
        ("a", True),
        ("b", True),
        ("last", False),
    ]
    assert found["instances"][2]["age"] == pytest.approx(40, abs=10)
    assert found["instances"][0]["detail"] == {"ready": True, "version": VERSION}
    assert found["checks"] == {"relay": "ok", "worker": "no sign of life for 15 s"}


def test_what_waits_in_the_outbox(settings: Settings) -> None:
    with connect(settings, survey.SCHEMA) as conn:
        assert outbox.oldest_waiting(conn) is None
        for minutes in (7, 3):
            conn.execute(
                """INSERT INTO outbox (topic, key, type, data, historic, received_at)
                   VALUES (%s, 'shop/delivery', 'x', '{}', false, now() - make_interval(mins => %s))""",
                [RESPONSES, minutes],
            )
        seven, three = (
            row["received_at"] for row in conn.execute("SELECT received_at FROM outbox ORDER BY 1")
        )
        with conn.transaction():
            outbox.stamp(conn, 1)
        assert outbox.oldest_waiting(conn) == seven
        outbox.acknowledge(conn, before=0, now=1)
        assert outbox.oldest_waiting(conn) == three
    found = status(settings, "survey", "admin").json
    hidden = status(settings, "survey").json
    assert hidden["stamped"] is None
    assert (hidden["outbox"]["unstamped"], hidden["outbox"]["unacknowledged"]) == (None, None)
    assert hidden["outbox"]["oldest_at"]
    assert (found["outbox"]["unstamped"], found["outbox"]["unacknowledged"]) == (1, 0)
    assert (found["stamped"], found["imports_waiting"]) == ({"shop/delivery": 1}, 0)


def test_what_a_receiver_misses_and_could_not_read(settings: Settings) -> None:
    with connect(settings, alerts.SCHEMA) as conn:
        conn.execute(
            """INSERT INTO position (key, last_sequence, gap_sequence, gap_at)
               VALUES ('shop/delivery', 7, 9, now()), ('shop/order', 3, NULL, NULL)"""
        )
        letters = [DeadLetter(RESPONSES, 0, n, "shop/order", n, f"bad {n}", b"x") for n in (1, 2)]
        dead_letters.keep(conn, letters)
        conn.execute("UPDATE dead_letter SET sent_at = now() WHERE sequence = 1")
        for state, due, settled in (
            ("due", "1 hour", None),
            ("failed", "0", "1 day"),
            ("failed", "0", "8 days"),
        ):
            conn.execute(
                """INSERT INTO notification (id, kind, because, channel_kind, channel_number, state, planned_at,
                                             due_at, settled_at)
                   VALUES (%s, 'test', 'test', 'email', 1, %s, now(), now() - %s::interval, now() - %s::interval)""",
                [uuid4(), state, due, settled],
            )
    found = status(settings, "alerts", "admin").json
    hidden = status(settings, "alerts").json
    assert hidden["received"] is None
    assert [(gap["key"], gap["last_sequence"], gap["gap_sequence"]) for gap in hidden["gaps"]] == [
        ("shop/delivery", None, None)
    ]
    assert found["received"] == {"shop/delivery": 7, "shop/order": 3}
    assert [(gap["key"], gap["gap_sequence"]) for gap in found["gaps"]] == [("shop/delivery", 9)]
    letters_told = found["dead_letters"]
    assert (letters_told["kept"], letters_told["unsent"], letters_told["last_reason"]) == (2, 1, "bad 2")
    assert (found["notifications"]["due"], found["notifications"]["failed"]) == (1, 1)
    assert found["notifications"]["oldest_seconds"] == pytest.approx(3600, abs=60)
    assert (found["late"], found["as_of"]) == (True, None)


def test_how_many_events_a_process_saw_is_for_admins(settings: Settings) -> None:
    """All events together, less those of customers, are those of employees."""
    counts = {"applied": 13, "duplicates": 1, "lag": 2, "rows": 4, "unstamped": 3, "unacknowledged": 3}
    with connect(settings, alerts.SCHEMA) as conn:
        Status("consumer", "a").beat(conn, {"ready": True, "dead": 0, "partitions": 14, **counts})
    told = {
        role: status(settings, "alerts", role).json["instances"][0]["detail"]
        for role in ("viewer", "lead", "admin")
    }
    rest = {"ready": True, "dead": 0, "partitions": 14, "version": VERSION}
    assert (told["viewer"], told["lead"]) == (rest, rest)
    assert told["admin"] == rest | counts
