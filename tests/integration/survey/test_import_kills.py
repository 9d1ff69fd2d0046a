"""The worker as a process of its own, killed again and again while it works: nothing is lost, nothing doubled."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from services.survey import SCHEMA
from services.survey.store import imports as store
from shared.db import Connection, connect
from shared.settings import Settings
from tests.integration.survey.maps import add_map
from tests.integration.survey.test_import_worker import MAPPING, upload
from tests.processes import Processes

ROWS = 12_000
KILLS = 5
PATIENCE_SECONDS = 60.0


@pytest.fixture
def conn(settings: Settings) -> Iterator[Connection]:
    with connect(settings, SCHEMA) as connection:
        add_map(connection)
        yield connection


def until_past(conn: Connection, id: UUID, rows: int) -> dict[str, Any]:
    """The import once it is done or has worked off more than `rows`."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = store.find(conn, id)
        assert found is not None
        if found["state"] == "done" or found["rows"] > rows:
            return found
        time.sleep(0.005)
    raise AssertionError(f"no step forward in {PATIENCE_SECONDS:.0f} s")


def test_kills(conn: Connection, processes: Processes) -> None:
    body = "".join(f"{n % 11},area {n % 7}\n" for n in range(ROWS))
    id = upload(conn, "rating,area\n" + body, MAPPING)
    rows = 0
    for _ in range(KILLS):
        processes.start("survey", "worker")
        rows = until_past(conn, id, rows)["rows"]
        processes.kill("survey-worker")
    assert 0 < rows < ROWS, "it was killed in the middle"
    processes.start("survey", "worker")
    done = until_past(conn, id, ROWS)
    assert (done["rows"], done["accepted"], done["duplicates"]) == (ROWS, ROWS, 0)
    counted = "SELECT (SELECT count(*) FROM response) AS answers, (SELECT count(*) FROM outbox) AS events"
    assert conn.execute(counted).fetchone() == {"answers": ROWS, "events": ROWS}
