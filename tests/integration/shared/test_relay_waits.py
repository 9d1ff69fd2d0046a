"""A broker that hangs: it takes what is sent and does not answer. The relay says so, and goes on when it does."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from subprocess import Popen

import pytest

from dev import broker as embedded_broker
from dev import children, ports
from services import survey
from shared import broker, outbox, process, relay
from shared.db import connect
from shared.settings import Settings
from tests.integration.shared.test_relay_and_consumer import answers


@pytest.fixture
def hanging(settings: Settings, tmp_path: Path) -> Iterator[tuple[Settings, Popen[bytes]]]:
    """A broker of this test's own, which it may stop, and settings that name it."""
    port = ports.free_port()
    running = children.start(embedded_broker.command(port), tmp_path / "log", cwd=tmp_path)
    ports.wait_until(lambda: ports.is_listening(port), "the broker's start")
    yield replace(settings, kafka_bootstrap_servers=(f"{ports.LOOPBACK}:{port}",)), running
    os.kill(running.pid, signal.SIGCONT)
    children.stop(running, seconds=2)


def test_a_relay_whose_broker_hangs_says_so_and_goes_on(
    hanging: tuple[Settings, Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, running = hanging
    monkeypatch.setattr(relay, "PATIENCE_SECONDS", 0.2)
    broker.ensure_topics(settings)
    producer, status = broker.producer(settings), process.Status("relay")
    with (
        ThreadPoolExecutor(1) as pool,
        connect(settings, survey.SCHEMA) as conn,
        connect(settings, survey.SCHEMA) as other,
    ):

        def send(count: int) -> int:
            outbox.append(conn, answers(count))
            outbox.stamp(conn, count)
            return relay.send_waiting(settings, conn, producer, status)

        assert send(1) == 1
        os.kill(running.pid, signal.SIGSTOP)
        sending = pool.submit(send, 30)

        def told() -> bool:
            return any(
                "has not taken" in str(line["detail"].get("error")) for line in process.statuses(other)
            )

        ports.wait_until(told, "word of the broker that hangs")
        assert [line["detail"]["ready"] for line in process.statuses(other)] == [False]
        os.kill(running.pid, signal.SIGCONT)
        assert sending.result(60) == 30
    producer.close()
