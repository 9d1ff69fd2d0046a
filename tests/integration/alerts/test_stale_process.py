"""The minute's work in the real processes: a beat from the relay, taken by a consumer, becomes a mail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from psycopg.types.json import Jsonb

from dev.mail_sink import MailSink
from dev.ports import wait_until
from services import survey
from services.alerts.stale import Waits
from services.alerts.store import heartbeats
from shared import positions
from shared.db import Connection, connect
from shared.settings import Settings
from tests.integration.alerts.conftest import Put
from tests.integration.alerts.line import MAP
from tests.processes import Processes, answers

pytestmark = [pytest.mark.broker, pytest.mark.e2e]
ANSWERS = 560


@pytest.fixture
def long_silent(conn: Connection, settings: Settings) -> None:
    """Delivery had 20 answers a day until five days ago; all of them are here."""
    last = datetime.now(UTC) - timedelta(days=5)
    with conn.transaction():
        conn.execute("INSERT INTO journey (journey, revision, document) VALUES ('shop', 1, %s)", [Jsonb(MAP)])
        one = ("shop/delivery", "delivery-nps")
        heartbeats.arrived(conn, {one: (last - timedelta(days=28), last)})
        day = Waits(20, timedelta(hours=10))
        heartbeats.add_days(conn, [(one, last.date() - timedelta(days=n), day) for n in range(28)])
        heartbeats.add_quiet(conn, {one[0]: timedelta(days=5)})
        positions.lock(conn, [one[0]])
        positions.save(conn, [positions.Position(one[0], ANSWERS)])
    with connect(settings, survey.SCHEMA) as own:
        own.execute("INSERT INTO outbox_key VALUES ('survey.responses', %s, %s, now())", [one[0], ANSWERS])


@pytest.mark.usefixtures("long_silent")
def test_a_stale_mail_from_the_relays_beat(
    conn: Connection, processes: Processes, put_owner: Put, mail_sink: MailSink
) -> None:
    put_owner("ben")
    url = processes.start_web("survey")
    for service, process in (("survey", "worker"), ("survey", "relay"), ("alerts", "consumer")):
        processes.start(service, process)
    processes.start("alerts", "notifier")
    wait_until(lambda: answers(f"{url}/readyz"), "a survey service with relay and worker", 60)
    processes.stop("survey-relay")
    processes.start("survey", "relay")  # its first beat comes at once, and finds survey-web ready
    wait_until(lambda: len(mail_sink.messages()) == 1, "the mail", 60)
    [mail] = mail_sink.messages()
    assert mail["To"] == "ben@example.com"
    assert "no answers since" in mail["Subject"]
    assert "about 100 expected" in mail["Subject"]
    record = heartbeats.record(conn)
    assert record["sound"] == 1
    assert 0 <= record["seconds"] < 90
