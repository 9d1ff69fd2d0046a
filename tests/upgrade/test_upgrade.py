"""An installation and an event log as every release left them: today's code goes on with both.

The fixtures are made by `python -m tests.upgrade.make`, one folder a release.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import psycopg
import pytest
from kafka import TopicPartition
from psycopg import sql

from dev import postgres
from services import aggregator, alerts, survey
from services.aggregator import handler as aggregator_handler
from services.aggregator.periods import Days
from services.alerts.handler import Handler
from shared import consumer, db
from shared import settings as configuration
from shared.batch import Counts
from shared.consumer import Apply
from shared.settings import Settings
from tests.conftest import base_environment, schemas

FOLDER = Path(__file__).parent
RELEASES = sorted(folder.name for folder in FOLDER.iterdir() if (folder / "database.sql.gz").exists())
POLL = 500

SCORES = """SELECT s.*, b.day, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10
            FROM bucket b JOIN series s ON s.id = b.series ORDER BY s.id, b.day"""
REASONS = "SELECT * FROM reason_bucket ORDER BY series, day, reason"
DAY_SUMS = """SELECT journey, stage, metric, audience, day, survey, survey_revision, n, halves, squares
              FROM day_sum JOIN detector d ON d.id = detector ORDER BY 1, 2, 3, 4, 5, 6, 7"""
HEARD = "SELECT key, max(last_at) AS last_at FROM arrival GROUP BY key ORDER BY key"
POSITIONS = "SELECT key, last_sequence, skipped, gap_sequence FROM position ORDER BY key"
INCIDENTS = (
    "SELECT journey, stage, metric, audience, onset, opening_sequence FROM incident ORDER BY 1, 2, 3, 4, 6"
)


class Record(NamedTuple):
    """A message as kafka-python gives it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    headers: list[tuple[str, bytes]]


@pytest.fixture(params=RELEASES)
def release(request: pytest.FixtureRequest) -> Path:
    return FOLDER / str(request.param)


@pytest.fixture
def restored(postgres_server: postgres.Server, release: Path) -> Iterator[Settings]:
    """The release's database as it was."""
    name = f"upgrade_{uuid.uuid4().hex}"
    administer(postgres_server, "CREATE DATABASE {} TEMPLATE template0", name)
    load_dump(postgres_server.url(name), release / "database.sql.gz")
    yield configuration.load(base_environment() | {"DATABASE_URL": postgres_server.url(name)})
    administer(postgres_server, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture
def upgraded(restored: Settings) -> Settings:
    """The release's database, brought up to date."""
    for schema in schemas():
        db.migrate(restored, schema)
    return restored


def administer(server: postgres.Server, statement: str, name: str) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as conn:
        conn.execute(sql.SQL(statement).format(sql.Identifier(name)))


def load_dump(url: str, dump: Path) -> None:
    command = [
        str(postgres.client("psql")),
        "--quiet",
        "--no-psqlrc",
        "--set=ON_ERROR_STOP=1",
        f"--dbname={url}",
    ]
    result = subprocess.run(command, input=gzip.decompress(dump.read_bytes()), capture_output=True)
    assert result.returncode == 0, result.stderr


def rows(settings: Settings, schema: db.Schema, query: str) -> list[dict[str, Any]]:
    with db.connect(settings, schema) as conn:
        return conn.execute(query).fetchall()


def test_there_is_a_fixture() -> None:
    assert RELEASES


def test_every_answer_is_still_counted(upgraded: Settings) -> None:
    environ = base_environment() | {"DATABASE_URL": upgraded.database_url, "PATH": os.defpath}
    command = [sys.executable, "-m", "services.cli", "recount", "--json"]
    result = subprocess.run(command, env=environ, capture_output=True, text=True)
    assert result.returncode == 0, f"{result.stdout}{result.stderr}"
    found = orjson.loads(result.stdout)
    assert found["accepted"] == found["counted"] > 300
    assert (found["difference"], found["waiting"]) == (0, 0)


def test_what_people_did_is_still_there(upgraded: Settings) -> None:
    (incident,) = rows(upgraded, alerts.SCHEMA, "SELECT id, state FROM incident")
    assert incident["state"] == "open"
    assert rows(upgraded, alerts.SCHEMA, "SELECT kind, state FROM notification") == [
        {"kind": "opened", "state": "sent"}
    ]
    assert {row["kind"] for row in rows(upgraded, alerts.SCHEMA, "SELECT kind FROM incident_event")} >= {
        "note"
    }
    assert len(rows(upgraded, alerts.SCHEMA, "SELECT FROM owner")) == 3
    assert rows(upgraded, survey.SCHEMA, "SELECT state, accepted, rejected FROM import") == [
        {"state": "done", "accepted": 30, "rejected": 1}
    ]


def test_the_events_give_the_same_sums(upgraded: Settings, settings: Settings, release: Path) -> None:
    """`settings` is an empty database, into which the receivers read the release's event log."""
    days = Days(settings.report_tz)
    replay(settings, aggregator.SCHEMA, release, partial(aggregator_handler.apply, days=days))
    replay(settings, alerts.SCHEMA, release, Handler(settings.report_tz).apply)
    for schema, query in (
        (aggregator.SCHEMA, SCORES),
        (aggregator.SCHEMA, REASONS),
        (aggregator.SCHEMA, POSITIONS),
        (alerts.SCHEMA, DAY_SUMS),
        (alerts.SCHEMA, INCIDENTS),
        (alerts.SCHEMA, HEARD),
        (alerts.SCHEMA, POSITIONS),
    ):
        assert rows(settings, schema, query) == rows(upgraded, schema, query), query


def replay(settings: Settings, schema: db.Schema, release: Path, apply: Apply) -> None:
    """Have a receiver read the log as its consumer does, in polls of some hundred messages."""
    log = [record(line) for line in gzip.decompress((release / "events.jsonl.gz").read_bytes()).splitlines()]
    counts = Counts()
    with db.connect(settings, schema) as conn:
        for start in range(0, len(log), POLL):
            polled: dict[TopicPartition, list[Record]] = {}
            for message in log[start : start + POLL]:
                polled.setdefault(TopicPartition(message.topic, message.partition), []).append(message)
            consumer.process(settings, conn, polled, apply, counts)
    assert (counts.gaps, counts.dead) == (0, 0)
    assert counts.applied > 300


def record(line: bytes) -> Record:
    fields = orjson.loads(line)
    key = fields["key"].encode() if fields["key"] is not None else None
    headers = [(name, text.encode()) for name, text in fields["headers"]]
    return Record(
        fields["topic"], fields["partition"], fields["offset"], key, fields["value"].encode(), headers
    )
