"""Nobody is told that somebody was told before that is so; on a simulated clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dev.mail_sink import MailSink
from services.alerts import schedule
from services.alerts.store import owners
from shared.db import Connection
from shared.wording import moment
from tests.integration.alerts.conftest import Notifier, Open, Put
from tests.integration.alerts.receiver import Receiver
from tests.integration.alerts.test_escalation import recipients
from tests.integration.alerts.test_notifier import text

pytestmark = pytest.mark.usefixtures("mail_sink", "shop")
A_MINUTE = 1 / 60
ESCALATING: dict[str, Any] = {"name": "Ben", "escalate_to": "ana"}


@pytest.fixture
def hurried(conn: Connection, put_owner: Put) -> None:
    """Delivery is Ben's: after a minute, which is shorter than the merge window, it goes to Ana."""
    put_owner("ana")
    owners.put(conn, "ben", ESCALATING | {"email": "ben@example.com", "escalate_after_hours": A_MINUTE})


@pytest.mark.usefixtures("hurried")
def test_what_waits_to_be_merged_escalates_no_sooner_than_it_was_told(
    telling: Notifier, open_incident: Open, mail_sink: MailSink
) -> None:
    open_incident()
    telling.work(seconds=61)
    open_incident(metric="csat")
    telling.work(seconds=1)  # its opening waits for the end of the merge window
    planned_at = telling.rows()[-1]["planned_at"]
    assert planned_at > telling.now + timedelta(seconds=90)
    for _ in range(40):
        telling.work(seconds=10)
    of_csat = [mail for mail in mail_sink.messages() if "CSAT" in mail["Subject"]]
    assert [mail["To"] for mail in of_csat] == ["ben@example.com", "ana@example.com"]
    assert of_csat[1]["In-Reply-To"] == of_csat[0]["Message-ID"]
    at = (planned_at + timedelta(minutes=1)).astimezone(telling.settings.report_tz)
    body = of_csat[0].get_body(("plain",))
    assert body is not None
    assert f"Not acknowledged by {at:%a %H:%M}: goes to Ana." in body.get_content()
    escalated = next(row for row in telling.rows()[::-1] if row["kind"] == "escalated")
    assert escalated["planned_at"] >= planned_at + timedelta(minutes=1)


def test_reminders_count_from_when_it_is_told(
    conn: Connection, telling: Notifier, open_incident: Open
) -> None:
    owners.put(conn, "ben", {"name": "Ben", "email": "ben@example.com", "repeat_hours": 1})
    open_incident()
    telling.work(seconds=61)
    open_incident(metric="csat")
    telling.work(seconds=1)
    opening = telling.rows()[-1]["planned_at"]
    reminder = "SELECT due_at FROM announcement WHERE kind = 'repeated' ORDER BY due_at DESC LIMIT 1"
    row = conn.execute(reminder).fetchone()
    assert row is not None
    assert row["due_at"] == opening + timedelta(hours=1)


@pytest.fixture
def by_webhook(conn: Connection, put_owner: Put, telling: Notifier, receiver: Receiver) -> Receiver:
    """Ben, who is to be told by webhook alone; an hour later it goes to Ana by mail."""
    telling.settings = replace(telling.settings, allow_private_webhooks=True)
    put_owner("ana")
    owners.put(conn, "ben", ESCALATING | {"channels": [receiver.channel()], "escalate_after_hours": 1})
    return receiver


def test_it_escalates_in_time_while_the_opening_is_still_tried_again_and_says_so(
    telling: Notifier, open_incident: Open, mail_sink: MailSink, by_webhook: Receiver
) -> None:
    by_webhook.statuses = [503]
    open_incident()
    telling.work(seconds=61)
    for _ in range(3):  # tried at 0 s, 5 s, 5 min, 30 min
        telling.work(minutes=15)
    assert recipients(mail_sink) == []
    for _ in range(2):
        telling.work(minutes=15)
    assert telling.rows()[0]["state"] == "due"
    assert recipients(mail_sink) == [("ana", "escalated")]
    assert text(mail_sink).startswith("Ana, Ben could not be told, and nobody has acknowledged it. ")


def test_who_was_told_late_is_said_to_have_been_told_then(
    telling: Notifier, open_incident: Open, mail_sink: MailSink, by_webhook: Receiver
) -> None:
    by_webhook.statuses = [503]
    open_incident()
    telling.work(seconds=61)
    telling.work(seconds=6)
    by_webhook.statuses = [200]
    telling.work(minutes=6)
    assert telling.rows()[0]["state"] == "sent"
    told_at = telling.now.astimezone(telling.settings.report_tz)
    telling.work(hours=1)
    telling.work(seconds=1)
    assert recipients(mail_sink) == [("ana", "escalated")]
    assert text(mail_sink).startswith(f"Ana, Ben was told on {moment(told_at, told_at)} and has not ")


def test_an_opening_that_failed_for_good_escalates_and_says_so(
    telling: Notifier, open_incident: Open, mail_sink: MailSink, by_webhook: Receiver
) -> None:
    by_webhook.statuses = [503]
    open_incident()
    telling.work(seconds=61)
    for delay in schedule.DELAYS[1:]:
        telling.work(seconds=delay.total_seconds() + 1)
    telling.work(seconds=1)
    assert telling.rows()[0]["state"] == "failed"
    assert recipients(mail_sink) == [("ana", "escalated")]
    assert text(mail_sink).startswith("Ana, Ben could not be told, and nobody has acknowledged it. ")
