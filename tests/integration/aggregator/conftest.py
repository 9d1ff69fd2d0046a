"""An aggregator over a real database: events applied in batches, and questions asked over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.aggregator import SCHEMA, handler
from services.aggregator.app import create_app
from services.aggregator.periods import Days
from shared import access, db, positions
from shared.batch import Batch
from shared.db import Connection
from shared.settings import Settings
from tests.unit.aggregator.events import Event

Feed = Callable[..., None]
Ask = Callable[..., Any]


@pytest.fixture
def conn(settings: Settings) -> Iterator[Connection]:
    """A connection of the aggregator."""
    with db.connect(settings, SCHEMA) as connection:
        yield connection


@pytest.fixture
def feed(conn: Connection, settings: Settings) -> Feed:
    """Apply events and maps as the consumer does: one transaction a batch, positions moved in it."""
    days = Days(settings.report_tz)

    def apply(events: Sequence[Event], journeys: Sequence[Event] = (), size: int = 1000) -> None:
        for start in range(0, max(1, len(events)), size):
            batch = Batch(list(events[start : start + size]), list(journeys))
            with conn.transaction():
                locked = positions.lock(
                    conn, [f"{data['journey']}/{data['stage']}" for _, data in batch.responses]
                )
                for _, data in batch.responses:
                    locked[f"{data['journey']}/{data['stage']}"].last_sequence += 1
                handler.apply(conn, batch, days)
                positions.save(conn, locked.values())

    return apply


@pytest.fixture
def client(settings: Settings) -> Iterator[FlaskClient]:
    """The web app, without a key."""
    app = create_app(settings)
    yield app.test_client()
    app.extensions["journeyloop"].pool.close()


@pytest.fixture
def ask(client: FlaskClient, conn: Connection) -> Ask:
    """GET a path as a viewer; the JSON of a 200, or of the status asked for."""
    key = access.create_key(conn, "viewer", "tests")

    def get(path: str, status: int = 200, **query: Any) -> Any:
        answer = client.get(path, query_string=query, headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == status, answer.text
        return answer.json

    return get
