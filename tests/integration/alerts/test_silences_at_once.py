"""A silence that is deleted, or made, at the very moment the notifier looks at it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest

from dev import ports
from dev.mail_sink import MailSink
from services.alerts import SCHEMA, announcements
from services.alerts.store import owners, silences
from shared.db import Connection, connect
from shared.settings import Settings
from tests.integration.alerts.conftest import Notifier, Open, Put

pytestmark = pytest.mark.usefixtures("shop", "mail_sink")


@pytest.fixture
def sale(conn: Connection, telling: Notifier, put_owner: Put) -> None:
    """A silence of everything for a day."""
    put_owner("ben")
    end = telling.now + timedelta(days=1)
    silences.put(conn, "sale", {"why": "Sale"}, telling.now, end, "the lead", telling.now)


def waits_for_a_lock(conn: Connection) -> bool:
    return bool(conn.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchall())


@pytest.mark.usefixtures("sale")
def test_one_that_is_deleted_while_the_notifier_looks_mutes_nothing_for_good(
    settings: Settings, conn: Connection, telling: Notifier, open_incident: Open, mail_sink: MailSink
) -> None:
    open_incident()
    locked = Event()
    with (
        connect(settings, SCHEMA) as other,
        connect(settings, SCHEMA) as watching,
        ThreadPoolExecutor() as pool,
    ):

        def delete() -> None:
            with other.transaction():
                assert silences.get(other, "sale", lock=True)
                locked.set()
                ports.wait_until(lambda: waits_for_a_lock(watching), "the notifier to wait")
                silences.archive(other, "sale", telling.now)

        deleting = pool.submit(delete)
        assert locked.wait(30)
        telling.work(minutes=2)
        deleting.result(30)
    telling.work(minutes=2)
    assert len(mail_sink.messages()) == 1


@pytest.mark.usefixtures("sale")
def test_one_that_the_notifier_saw_first_is_deleted_after_it_muted(
    settings: Settings, conn: Connection, telling: Notifier, open_incident: Open, mail_sink: MailSink
) -> None:
    open_incident()
    with (
        connect(settings, SCHEMA) as other,
        connect(settings, SCHEMA) as watching,
        ThreadPoolExecutor() as pool,
    ):
        with conn.transaction():
            telling.work(minutes=2)  # muted, and not committed
            deleting = pool.submit(_delete, other, telling)
            ports.wait_until(lambda: waits_for_a_lock(watching), "the deletion to wait")
        deleting.result(30)
    assert telling.rows()[0]["state"] == "silenced"
    telling.work(minutes=2)
    assert len(mail_sink.messages()) == 1


def _delete(conn: Connection, telling: Notifier) -> None:
    with conn.transaction():
        assert silences.get(conn, "sale", lock=True)
        silences.archive(conn, "sale", telling.now)


def test_a_notifier_that_was_away_finds_opening_and_escalation_silenced_alike(
    settings: Settings, conn: Connection, telling: Notifier, open_incident: Open, mail_sink: MailSink
) -> None:
    """It was killed between routing and sending, and comes back hours later, in a silence."""
    for name, next_ in (
        ("ben", {"escalate_to": "ana", "escalate_after_hours": 4, "repeat_hours": 4}),
        ("ana", {}),
    ):
        owners.put(conn, name, {"name": name.title(), "email": f"{name}@example.com"} | next_)
    open_incident()
    telling.now += timedelta(seconds=61)
    assert announcements.step(conn, settings, lambda: telling.now)
    telling.now += timedelta(hours=5)
    end = telling.now + timedelta(hours=3)
    silences.put(conn, "sale", {"why": "Sale"}, telling.now, end, "the lead", telling.now)
    telling.work()
    assert mail_sink.messages() == []
    assert {row["state"] for row in telling.rows()} == {"silenced"}
    telling.work(hours=3, minutes=1)
    [opening] = mail_sink.messages()
    assert "down" in opening["Subject"]
    telling.work(hours=4)
    telling.work(minutes=2)
    assert len(mail_sink.messages()) == 3, "the escalation's and the reminder's time starts with the telling"
    assert {row["state"] for row in telling.rows()} == {"sent"}
