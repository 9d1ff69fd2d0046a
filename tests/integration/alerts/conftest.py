"""An alerts database with a map, owners and incidents to tell about, and a notifier on a simulated clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from psycopg.types.json import Jsonb

from services.alerts import SCHEMA, notifier
from services.alerts.app import create_app
from services.alerts.store import incidents, owners
from shared.access import create_key
from shared.db import Connection, connect
from shared.settings import Settings
from tests.integration.alerts.receiver import Receiver, receiving
from tests.unit.aggregator.maps import SHOP

Put = Callable[..., None]
Open = Callable[..., str]
Call = Callable[..., Any]


class Notifier:
    """The notifier's steps without its process, at a time of the test's choosing."""

    def __init__(self, conn: Connection, settings: Settings) -> None:
        self.conn, self.settings = conn, settings
        self.now = datetime.now(UTC) + timedelta(seconds=1)

    def work(self, **later: float) -> None:
        """Let that much time pass (seconds=61, hours=2), then do all there is to do."""
        self.now = max(self.now, datetime.now(UTC)) + timedelta(**later)  # a slow test's own time passes too
        while notifier.step(self.conn, self.settings, lambda: self.now):
            pass

    def rows(self) -> list[dict[str, Any]]:
        return self.conn.execute("SELECT * FROM notification ORDER BY number").fetchall()

    def attempts(self) -> list[dict[str, Any]]:
        return self.conn.execute("SELECT * FROM attempt ORDER BY id").fetchall()


@pytest.fixture
def conn(settings: Settings) -> Iterator[Connection]:
    with connect(settings, SCHEMA) as opened:
        yield opened


@pytest.fixture
def client(settings: Settings) -> Iterator[FlaskClient]:
    """The web app, without a key."""
    app = create_app(settings)
    yield app.test_client()
    app.extensions["journeyloop"].pool.close()


@pytest.fixture
def call(client: FlaskClient, conn: Connection) -> Call:
    """call("POST", path, json={…}, role="lead")"""
    keys = {role: create_key(conn, role, f"the {role}") for role in ("admin", "lead", "viewer", "collector")}

    def send(method: str, path: str, *, role: str = "lead", **how: Any) -> Any:
        headers = {"Authorization": f"Bearer {keys[role]}"} | how.pop("headers", {})
        return client.open(path, method=method, headers=headers, **how)

    return send


@pytest.fixture
def telling(conn: Connection, settings: Settings) -> Notifier:
    return Notifier(conn, settings)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def shop(conn: Connection) -> None:
    """The shop's map: delivery is Ben's, all the rest Ana's."""
    conn.execute("INSERT INTO journey (journey, revision, document) VALUES ('shop', 3, %s)", [Jsonb(SHOP)])


@pytest.fixture
def put_owner(conn: Connection) -> Put:
    """put_owner("ben", channels=[…]): an owner with an e-mail address."""

    def put(owner: str, *channels: dict[str, Any]) -> None:
        document = {"name": owner.title(), "email": f"{owner}@example.com"}
        owners.put(conn, owner, document | ({"channels": list(channels)} if channels else {}))

    return put


@pytest.fixture
def open_incident(conn: Connection) -> Open:
    """open_incident(stage="delivery", metric="nps"): an incident whose score fell from 41 to 22, `ago` days ago."""

    def open_(stage: str = "delivery", metric: str = "nps", sequence: int = 500, ago: int = 2) -> str:
        now = datetime.now(UTC)
        with conn.transaction():
            return incidents.open_(
                conn,
                ("shop", stage, metric, "customer"),
                opened_at=now,
                onset=now - timedelta(days=ago),
                opening_sequence=sequence,
                before=_sums(17_240, 0.41, now - timedelta(days=200), now - timedelta(days=30)),
                since=_sums(240, 0.22, now - timedelta(days=ago), now),
                evidence=900.0,
                budget=730.0,
                false_alarms_per_year=0.5,
            )

    return open_


def _sums(n: int, score: float, first: datetime, last: datetime) -> dict[str, Any]:
    best = round(n * (1 + score) / 2)
    days = {"from": first.date().isoformat(), "to": last.date().isoformat()}
    return {"n": n, "halves": 2 * best, "squares": 4 * best, **days}
