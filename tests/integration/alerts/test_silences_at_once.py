"""A silence that is deleted, or made, at the very moment the notifier looks at it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest

from dev import ports
from dev.mail_sink import MailSink
from services.alerts import SCHEMA
from services.alerts.store import silences
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
