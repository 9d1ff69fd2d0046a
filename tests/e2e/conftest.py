"""One embedded stack for the end-to-end tests of a test process; each test maps a journey of its own in it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from dev import temporary_stack
from dev.temporary_stack import Stack
from tests.conftest import on_apache_kafka

# Receivers of webhooks are on the loopback address; a killed consumer's place in its group is free after 6 s.
SETTINGS = {
    "REPORT_TZ": "Europe/Berlin",
    "ALLOW_PRIVATE_WEBHOOKS": "true",
    "TRUSTED_PROXIES": "1",
    "KAFKA_SESSION_TIMEOUT_MS": "6000",
    "KAFKA_HEARTBEAT_INTERVAL_MS": "1000",
}


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """What `make up` starts, on the broker of this run."""
    kind = "kafka" if on_apache_kafka() else "embedded"
    with temporary_stack.temporary(kind, SETTINGS) as running:
        yield running


@pytest.fixture(scope="session")
def full_size() -> bool:
    """Whether JOURNEYLOOP_E2E=full asks for the whole 50 000 answers and the outage of a whole minute."""
    return os.environ.get("JOURNEYLOOP_E2E") == "full"
