"""Real parts for tests: PostgreSQL, a broker and a mail sink, started once a test process when the first test asks.

`settings` gives a test a migrated database of its own. A test marked `broker` gets a broker too, with topics of its
own; a test that uses `mail_sink` gets a mail server. Unit tests ask for none of these and start nothing.
"""

from __future__ import annotations

import os
import random
import uuid
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import hypothesis
import psycopg
import pytest
from psycopg import sql

from dev import apache_kafka, ports, postgres
from dev import broker as embedded_broker
from dev import mail_sink as sink
from shared import db
from shared import settings as configuration
from shared.settings import Settings
from tests.databases import Databases
from tests.left_out import pytest_sessionfinish, pytest_terminal_summary
from tests.processes import Processes

__all__ = ["pytest_sessionfinish", "pytest_terminal_summary"]

NOWHERE = f"{ports.LOOPBACK}:1"
TEMPLATE = "template_journeyloop"
SERVICES = ("survey", "aggregator", "alerts")

# How long an example takes is the machine's affair; a property says what is true, at any load.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> random.Random:
    """Chance that can be had again, each test's own: JOURNEYLOOP_SEED gives another course."""
    return random.Random(f"{os.environ.get('JOURNEYLOOP_SEED', '1')} {request.node.name}")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A PostgreSQL server of this test process."""
    with postgres.temporary() as server:
        yield server


@pytest.fixture(scope="session")
def template_database(postgres_server: postgres.Server) -> str:
    """A database with every schema migrated, to be cloned."""
    _administer(postgres_server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
    migrating = configuration.load(base_environment() | {"DATABASE_URL": postgres_server.url(TEMPLATE)})
    for schema in schemas():
        db.migrate(migrating, schema)
    return TEMPLATE


@pytest.fixture(scope="session")
def broker() -> Iterator[str]:
    """A broker of this test process as `host:port`: the embedded one, or Apache Kafka."""
    kind = apache_kafka if on_apache_kafka() else embedded_broker
    with kind.temporary() as bootstrap:
        yield bootstrap


@pytest.fixture(scope="session")
def databases(postgres_server: postgres.Server, template_database: str) -> Databases:
    """The database that one test after the other gets, emptied in between."""
    return Databases(postgres_server.url, template_database)


@pytest.fixture
def database(databases: Databases) -> Iterator[str]:
    """The URL of a database with every schema migrated and no rows."""
    yield databases.take()
    databases.give_back()


@pytest.fixture
def mail_sink(tmp_path: Path) -> Iterator[sink.MailSink]:
    """A mail server of this test; `mail_sink.messages()` are the mails it took."""
    with sink.temporary(tmp_path / "mail") as running:
        yield running


@pytest.fixture
def environment(request: pytest.FixtureRequest, database: str) -> dict[str, str]:
    """The environment variables of `settings`, for processes that a test starts."""
    environ = base_environment() | {"DATABASE_URL": database, "TOPIC_PREFIX": f"t{uuid.uuid4().hex[:12]}."}
    environ |= {f"{service.upper()}_PORT": str(ports.free_port()) for service in SERVICES}
    if request.node.get_closest_marker("broker") or "broker" in request.fixturenames:
        environ["KAFKA_BOOTSTRAP_SERVERS"] = request.getfixturevalue("broker")
        environ |= {} if on_apache_kafka() else embedded_broker.CLIENT_SETTINGS
    if "mail_sink" in request.fixturenames:
        environ["SMTP_URL"] = request.getfixturevalue("mail_sink").url
    return environ


@pytest.fixture
def settings(environment: dict[str, str]) -> Settings:
    """Settings of a system of this test's own: a fresh database, topics with a prefix nobody else uses."""
    return configuration.load(environment)


@pytest.fixture
def processes(environment: dict[str, str], tmp_path: Path) -> Iterator[Processes]:
    """Starts our processes for real, and ends them after the test."""
    running = Processes(environment, tmp_path)
    yield running
    running.stop_all()


def on_apache_kafka() -> bool:
    """Whether this run tests with Apache Kafka (make test BROKER=kafka)."""
    return os.environ.get("JOURNEYLOOP_TEST_BROKER") == "kafka"


def base_environment() -> dict[str, str]:
    """Settings that name no server: nothing listens where they point."""
    return {
        "DATABASE_URL": f"postgresql://nobody@{NOWHERE}/none",
        "KAFKA_BOOTSTRAP_SERVERS": NOWHERE,
        "SMTP_URL": f"smtp://{NOWHERE}",
        "SECRET_KEY": "a secret of the tests, 32 characters or more",
        "RESPONDENT_KEY": "k1:a pseudonym key of the tests which is long enough",
        "FALLBACK_OWNER": "fallback@example.com",
        "REPORT_TZ": "Europe/Berlin",
        "LOG_LEVEL": "WARNING",
    }


def schemas() -> list[db.Schema]:
    """Every schema of the product: `access` and one a service."""
    found = (getattr(import_module(f"services.{service}"), "SCHEMA", None) for service in SERVICES)
    return [db.ACCESS, *(schema for schema in found if schema is not None)]


def _administer(server: postgres.Server, statement: sql.Composed) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as conn:
        conn.execute(statement)
