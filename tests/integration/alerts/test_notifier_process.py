"""Real notifier processes: killed between sending and recording, and several at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from dev.ports import wait_until
from shared.db import Connection
from tests.integration.alerts.conftest import Open, Put
from tests.integration.alerts.receiver import Receiver
from tests.processes import Processes

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("shop")]


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    return environment | {"ALLOW_PRIVATE_WEBHOOKS": "true"}


def states(conn: Connection) -> Counter[str]:
    return Counter(row["state"] for row in conn.execute("SELECT state FROM notification"))


def announce_a_minute_ago(conn: Connection) -> None:
    """The aggregator is away in these tests: let its minute be over."""
    conn.execute("UPDATE announcement SET due_at = now() - interval '61 s' WHERE routed_at IS NULL")


def test_a_kill_between_sending_and_recording_repeats_with_the_same_id(
    conn: Connection, processes: Processes, put_owner: Put, open_incident: Open, receiver: Receiver
) -> None:
    put_owner("ben", receiver.channel())
    incident = open_incident()
    announce_a_minute_ago(conn)
    receiver.held.clear()
    processes.start("alerts", "notifier")
    wait_until(lambda: len(receiver.calls) == 1, "the first call")
    processes.kill("alerts-notifier")
    assert states(conn) == {"due": 1}
    receiver.held.set()
    processes.start("alerts", "notifier")
    conn.execute("UPDATE notification SET lease_until = now()")
    wait_until(lambda: states(conn) == {"sent": 1}, "the repeated message")
    first, second = receiver.calls
    assert first.id == second.id
    assert first.verified()["data"]["incident"] == second.verified()["data"]["incident"] == incident
    outcomes = [row["outcome"] for row in conn.execute("SELECT outcome FROM attempt ORDER BY id")]
    assert outcomes == [None, "sent"]


def test_several_notifiers_share_the_work(
    conn: Connection,
    processes: Processes,
    put_owner: Put,
    open_incident: Open,
    receiver: Receiver,
    tmp_path: Path,
) -> None:
    put_owner("ben", *[receiver.channel()] * 10)
    put_owner("ana", *[receiver.channel()] * 10)
    open_incident()
    open_incident(stage="returns")
    announce_a_minute_ago(conn)
    with another(processes, tmp_path):
        processes.start("alerts", "notifier")
        wait_until(lambda: states(conn) == {"sent": 20}, "twenty messages")
    assert len({call.id for call in receiver.calls}) == len(receiver.calls) == 20


def test_the_notifier_stays_small_and_stops_when_asked(
    conn: Connection, processes: Processes, put_owner: Put, open_incident: Open
) -> None:
    put_owner("ben", {"kind": "apprise", "url": "workflows://none.invalid.logic.azure.com:443/a/b"})
    open_incident()
    announce_a_minute_ago(conn)
    process = processes.start("alerts", "notifier")
    wait_until(
        lambda: conn.execute("SELECT FROM attempt WHERE outcome = 'failed'").rowcount == 1, "an attempt"
    )
    used = psutil.Process(process.pid).memory_info().rss / 2**20
    assert used < 150, f"{used:.0f} MB with Apprise loaded"
    assert processes.stop("alerts-notifier") == 0


@contextmanager
def another(processes: Processes, folder: Path) -> Iterator[None]:
    """A second notifier beside the first."""
    (folder / "second").mkdir()
    second = Processes(processes.environment, folder / "second")
    second.start("alerts", "notifier")
    try:
        yield
    finally:
        second.stop_all()
