"""The survey service, a shop of another origin and a real browser, once for all browser tests of a process.

`stack` is all services, for the tests of our own pages; it starts when the first of them asks.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import psycopg
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from psycopg import sql

from dev import browser as browsers
from dev import ports, postgres, temporary_stack
from dev.pictures import worlds
from dev.shop.server import Shop
from dev.temporary_stack import Stack
from services.survey import SCHEMA
from shared import access, settings
from shared.db import connect
from tests.browser.customers import Customers
from tests.browser.network import Network
from tests.browser.surveys import configure
from tests.conftest import base_environment, on_apache_kafka
from tests.processes import Processes

DAYS_LIVED_IN = 90  # what the demo's weeks past need on a Sunday


@pytest.fixture(scope="session")
def system(
    postgres_server: postgres.Server, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """The survey service's web process on a database of its own, with the surveys of `surveys.py`: its settings."""
    name = f"browser_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as conn:
        template = sql.Identifier(template_database)
        conn.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), template))
    environment = base_environment() | {
        "DATABASE_URL": postgres_server.url(name),
        "SURVEY_PORT": str(ports.free_port()),
        "AGGREGATOR_PORT": str(ports.free_port()),  # nobody: not somebody's running stack
        "ALERTS_PORT": str(ports.free_port()),
        "PUBLIC_RATE_LIMIT": "1000000 per minute",
        "ASK_REST_DAYS": "0",
    }
    with connect(settings.load(environment), SCHEMA) as conn:
        key = access.create_key(conn, "admin", "browser tests")
    running = Processes(environment, tmp_path_factory.mktemp("survey"))
    url = running.start_web("survey")
    configure(url, key)
    yield environment | {"URL": url, "KEY": key}
    running.stop_all()


@pytest.fixture(scope="session")
def network(system: dict[str, str]) -> Iterator[Network]:
    """What lies between browser and service: passes everything on until told otherwise."""
    running = Network(system["URL"])
    Thread(target=running.serve_forever, daemon=True).start()
    yield running
    running.shutdown()


@pytest.fixture(scope="session")
def shop(network: Network) -> Iterator[Shop]:
    """The demo shop, whose pages reach the service through `network`."""
    running = Shop(0, network.url)
    Thread(target=running.serve_forever, daemon=True).start()
    yield running
    running.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium; where none can be had, the test is left out (tests/left_out.py says so)."""
    path = browsers.find()
    if path is None:
        pytest.skip(browsers.MISSING)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=browsers.ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """What `make up` starts, on the broker of this run; tests/browser/pages goes first and finds it new."""
    kind = "kafka" if on_apache_kafka() else "embedded"
    with temporary_stack.temporary(kind, {"REPORT_TZ": "Europe/Berlin"}) as running:
        yield running


@pytest.fixture(scope="session")
def lived_in(stack: Stack) -> Stack:
    """The stack, in which people have lived for three months: the demo's story, and a stage in each state."""
    worlds.live_in(stack, DAYS_LIVED_IN)
    return stack


@pytest.fixture
def customers(system: dict[str, str], shop: Shop, network: Network, browser: Browser) -> Iterator[Customers]:
    """Opens pages of the shop as customers do, and knows what the service stored."""
    network.heal()
    with connect(settings.load(system), SCHEMA) as conn:
        found = Customers(browser, shop, network, conn)
        yield found
        found.close()


@pytest.fixture
def page(customers: Customers) -> Page:
    """An empty page of a fresh visitor."""
    return customers.visit()


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where screenshots go."""
    return Path(__file__).parents[2] / "docs" / "img"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")
