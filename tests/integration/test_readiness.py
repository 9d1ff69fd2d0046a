"""/readyz tells the truth: whatever a service needs is broken in turn, it is named, and mended it is ready again.

`/metrics` says the same to a machine: journeyloop_check_ok of that check is 0 meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from flask import Flask
from psycopg_pool import ConnectionPool

from shared.db import Connection, connect
from shared.process import Status
from shared.settings import Settings
from shared.web.state import State

PROCESSES = {
    "survey": ("relay", "worker"),
    "aggregator": ("consumer",),
    "alerts": ("consumer", "notifier"),
}
RECEIVERS = ("aggregator", "alerts")


class Service:
    """A service whose processes are all well, and what its two doors for machines say."""

    def __init__(self, name: str, settings: Settings, conn: Connection) -> None:
        self.name, self.conn = name, conn
        self.app: Flask = import_module(f"services.{name}.app").create_app(settings)
        for process in PROCESSES[name]:
            self.beat(process)

    def beat(self, process: str, **detail: Any) -> None:
        Status(process, "one").beat(self.conn, {"ready": True} | detail, now=True)

    def wrong(self) -> dict[str, str]:
        """What /readyz says is wrong, after making sure that its status and /metrics say the same."""
        answer = self.app.test_client().get("/readyz")
        checks: dict[str, str] = answer.get_json()["checks"]
        found = {name: text for name, text in checks.items() if text != "ok"}
        assert (answer.status_code == 200) == (not found)
        text = self.app.test_client().get("/metrics").get_data(as_text=True)
        told = re.findall(r'journeyloop_check_ok\{check="(\w+)",service="(\w+)"\} ([01])\.0', text)
        assert {name: value for name, _, value in told} == {n: "01"[t == "ok"] for n, t in checks.items()}
        assert {service for _, service, _ in told} == {self.name}
        return found


@pytest.fixture(params=PROCESSES)
def service(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Service]:
    with connect(settings, import_module(f"services.{request.param}").SCHEMA) as conn:
        made = Service(request.param, settings, conn)
        yield made
        made.app.extensions["journeyloop"].pool.close()


def test_whatever_breaks_is_named_until_it_is_mended(service: Service) -> None:
    for process in PROCESSES[service.name]:
        a_process_that_died_or_cannot_work(service, process)
    if service.name in RECEIVERS:
        events_that_are_missing(service)
    a_schema_that_is_older(service)
    if service.name == "alerts":  # the same code in all; tests/integration/test_http.py asks each
        a_database_that_is_away(service)
    assert service.wrong() == {}


def a_process_that_died_or_cannot_work(service: Service, process: str) -> None:
    assert service.wrong() == {}
    service.conn.execute(
        "UPDATE process_status SET beat_at = beat_at - interval '20 s' WHERE process = %s", [process]
    )
    assert service.wrong() == {process: "no sign of life for 15 s"}
    service.beat(process, ready=False, error="NoBrokersAvailable")
    assert service.wrong() == {process: "not ready: the broker does not answer"}
    service.beat(process, ready=False, stopped="100 events in a row were bad")
    assert service.wrong() == {process: "stopped: 100 events in a row were bad"}
    service.beat(process, ready=False)
    assert service.wrong() == {process: "not ready"}
    service.beat(process)


def events_that_are_missing(service: Service) -> None:
    assert service.wrong() == {}
    service.conn.execute(
        "INSERT INTO position (key, last_sequence, gap_at, gap_sequence) VALUES ('shop/use', 3, now(), 7)"
    )
    assert service.wrong()["gaps"].startswith("1 keys miss events, first shop/use after 3")
    service.conn.execute("UPDATE position SET last_sequence = 7, gap_at = NULL, gap_sequence = NULL")


def a_schema_that_is_older(service: Service) -> None:
    assert service.wrong() == {}
    last = service.conn.execute(
        "DELETE FROM _yoyo_migration WHERE migration_id = (SELECT max(migration_id) FROM _yoyo_migration) RETURNING *"
    ).fetchone()
    assert last is not None
    assert last["migration_id"] in service.wrong()["database"]
    values = ", ".join(["%s"] * len(last))
    service.conn.execute(
        f"INSERT INTO _yoyo_migration ({', '.join(last)}) VALUES ({values})", list(last.values())
    )


def a_database_that_is_away(service: Service) -> None:
    assert service.wrong() == {}
    state: State = service.app.extensions["journeyloop"]
    there = state.pool
    nowhere = "postgresql://nobody@127.0.0.1:1/none"
    with ConnectionPool(nowhere, min_size=0, max_size=1, open=True) as away:
        state.pool = away  # type: ignore[assignment]
        assert service.wrong() == {"database": "away"}
    state.pool = there
