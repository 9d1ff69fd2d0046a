"""The notifier over a real database, a real mail server and a real HTTP receiver, on a simulated clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dev.mail_sink import MailSink
from services.alerts import schedule
from services.alerts.store import incidents
from shared.db import Connection
from shared.settings import Settings
from tests.integration.alerts.conftest import Notifier, Open, Put
from tests.integration.alerts.receiver import Receiver

pytestmark = pytest.mark.usefixtures("mail_sink")
NO_CAUSE = "What it comes from is not known yet"


def subjects(mail_sink: MailSink) -> list[str]:
    return [str(mail["Subject"]) for mail in mail_sink.messages()]


def text(mail_sink: MailSink, index: int = -1) -> str:
    body = mail_sink.messages()[index].get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.mark.usefixtures("shop")
def test_without_the_aggregator_the_owner_is_told_after_a_minute_without_the_cause(
    telling: Notifier, put_owner: Put, open_incident: Open, mail_sink: MailSink
) -> None:
    put_owner("ben")
    incident = open_incident()
    telling.work(seconds=30)
    assert mail_sink.messages() == []
    telling.work(seconds=31)
    [mail] = mail_sink.messages()
    assert mail["To"] == "ben@example.com"
    assert mail["Subject"].startswith("Delivery NPS down 19 to 22 since ")
    assert NO_CAUSE in text(mail_sink)
    assert f"/incidents/{incident}?t=" in text(mail_sink)
    assert "Ben, customers rate Delivery (Shop journey) clearly lower" in text(mail_sink)
    [row], [attempt] = telling.rows(), telling.attempts()
    assert (row["state"], row["owner"], row["because"]) == ("sent", "ben", "stage")
    assert (attempt["outcome"], attempt["status"]) == ("sent", 250)
    assert mail["Message-ID"] == f"<{row['id']}@localhost>"


def test_while_the_journey_is_unknown_a_minute_passes_and_the_fallback_is_told(
    telling: Notifier, put_owner: Put, open_incident: Open, mail_sink: MailSink
) -> None:
    put_owner("ben")
    open_incident()
    telling.work(seconds=50)
    assert mail_sink.messages() == []
    telling.work(seconds=20)
    [mail] = mail_sink.messages()
    assert mail["To"] == "fallback@example.com"
    assert "no owner who can be reached" in text(mail_sink)


@pytest.mark.usefixtures("shop")
def test_the_journeys_owner_stands_in(
    telling: Notifier, put_owner: Put, open_incident: Open, mail_sink: MailSink
) -> None:
    put_owner("ana")
    open_incident()
    telling.work(seconds=61)
    assert mail_sink.messages()[0]["To"] == "ana@example.com"
    assert "you own the Shop journey" in text(mail_sink)


@pytest.mark.usefixtures("shop")
def test_messages_within_two_minutes_become_one(
    telling: Notifier, put_owner: Put, open_incident: Open, mail_sink: MailSink
) -> None:
    put_owner("ben")
    open_incident()
    telling.work(seconds=61)
    open_incident(metric="csat")
    open_incident(metric="ces")
    telling.work(seconds=10)  # announced just now for the database, so a minute ago for the notifier's clock
    telling.work(seconds=60)
    assert len(mail_sink.messages()) == 1
    telling.work(seconds=51)
    assert len(mail_sink.messages()) == 2
    assert subjects(mail_sink)[1].startswith("Delivery CSAT down ")
    assert subjects(mail_sink)[1].endswith(" and 1 more")
    assert [row["state"] for row in telling.rows()] == ["sent", "sent", "merged"]


@pytest.mark.usefixtures("shop")
def test_a_resolution_threads_under_the_opening(
    conn: Connection, telling: Notifier, put_owner: Put, open_incident: Open, mail_sink: MailSink
) -> None:
    put_owner("ben")
    incident = open_incident()
    telling.work(seconds=61)
    with conn.transaction():
        incidents.resolve(conn, incident, "the lead", "fixed", "New courier\r\nBcc: all@example.com")
    telling.work(minutes=5)
    opening, ending = mail_sink.messages()
    assert ending["In-Reply-To"] == opening["Message-ID"]
    assert ending["References"] == opening["Message-ID"]
    assert "down" not in ending["Subject"]
    assert "resolved as fixed" in ending["Subject"]
    assert ending["Bcc"] is None
    assert "What was done: New courier Bcc: all@example.com" in text(mail_sink)


@pytest.mark.usefixtures("shop")
def test_the_whole_schedule_with_one_id(
    settings: Settings, telling: Notifier, put_owner: Put, open_incident: Open, receiver: Receiver
) -> None:
    telling.settings = replace(settings, allow_private_webhooks=True)
    receiver.statuses = [500]
    put_owner("ben", receiver.channel())
    open_incident()
    telling.work(seconds=61)
    for calls, wait in enumerate(schedule.DELAYS[1:], start=1):
        telling.work(seconds=(wait - timedelta(seconds=1)).total_seconds())
        assert len(receiver.calls) == calls
        telling.work(seconds=1)
    telling.work(days=10)
    assert len(receiver.calls) == 10
    assert len({call.id for call in receiver.calls}) == 1
    [row] = telling.rows()
    assert (row["state"], row["failures"]) == ("failed", 10)
    assert telling.attempts()[0]["detail"] == "127.0.0.1 answered 500: not accepted."


@pytest.mark.usefixtures("shop")
def test_a_webhook_is_signed_for_both_secrets(
    settings: Settings, telling: Notifier, put_owner: Put, open_incident: Open, receiver: Receiver
) -> None:
    telling.settings = replace(settings, allow_private_webhooks=True)
    old, new = receiver.channel()["secret"], "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
    named = {"url": receiver.url.replace("127.0.0.1", "localhost") + "?a=b"}
    put_owner("ben", receiver.channel(f"{new} {old}") | named)
    incident = open_incident()
    telling.work(seconds=61)
    [call] = receiver.calls
    assert call.headers["webhook-id"] == str(telling.rows()[0]["id"])
    assert call.headers["host"] == f"localhost:{receiver.port}"
    signed_at = call.headers["webhook-timestamp"]
    assert signed_at == str(int(telling.now.timestamp()))
    assert call.verified(old)["data"]["incident"] == call.verified(new)["data"]["incident"] == incident
    assert call.verified()["type"] == "incident.opened"


@pytest.mark.usefixtures("shop")
def test_a_redirect_is_not_followed(
    settings: Settings, telling: Notifier, put_owner: Put, open_incident: Open, receiver: Receiver
) -> None:
    telling.settings = replace(settings, allow_private_webhooks=True)
    receiver.statuses, receiver.headers = [302], {"Location": receiver.url}
    put_owner("ben", receiver.channel())
    open_incident()
    telling.work(seconds=61)
    assert len(receiver.calls) == 1
    assert telling.attempts()[0]["detail"] == "127.0.0.1 answered 302: a redirect, which is not followed."


@pytest.mark.usefixtures("shop")
def test_private_addresses_and_unset_variables_are_shown_as_failures(
    telling: Notifier, put_owner: Put, open_incident: Open, receiver: Receiver
) -> None:
    unset = receiver.channel() | {"url": "https://${env:JOURNEYLOOP_NOWHERE}/in"}
    put_owner("ben", receiver.channel(), unset)
    open_incident()
    telling.work(seconds=61)
    assert receiver.calls == []
    details = [attempt["detail"] for attempt in telling.attempts()]
    assert details[0] == "127.0.0.1 is a private address; set ALLOW_PRIVATE_WEBHOOKS to allow that."
    assert details[1] == "JOURNEYLOOP_NOWHERE is not set"


@pytest.mark.usefixtures("shop")
def test_one_failing_channel_does_not_hold_up_the_other(
    telling: Notifier, put_owner: Put, open_incident: Open, receiver: Receiver, mail_sink: MailSink
) -> None:
    put_owner("ben", receiver.channel(), {"kind": "email", "url": "mailto:ben@example.com"})
    open_incident()
    telling.work(seconds=61)
    assert len(mail_sink.messages()) == 1
    assert [row["state"] for row in telling.rows()] == ["due", "sent"]


@pytest.mark.usefixtures("shop")
def test_a_mail_server_that_is_away_is_tried_again(
    settings: Settings, telling: Notifier, put_owner: Put, open_incident: Open, mail_sink: MailSink
) -> None:
    put_owner("ben")
    open_incident()
    telling.settings = replace(settings, smtp_url="smtp://127.0.0.1:1")
    telling.work(seconds=61)
    assert telling.attempts()[0]["detail"].startswith("The mail server could not be reached: ")
    telling.settings = settings
    telling.work(seconds=5)
    assert len(mail_sink.messages()) == 1
    assert telling.rows()[0]["state"] == "sent"


@pytest.mark.usefixtures("shop")
def test_a_channel_taken_away_fails_for_good(
    settings: Settings, telling: Notifier, put_owner: Put, open_incident: Open, receiver: Receiver
) -> None:
    put_owner("ben", receiver.channel())
    open_incident()
    telling.work(seconds=61)
    put_owner("ben")
    telling.work(seconds=5)
    assert telling.rows()[0]["state"] == "failed"
    assert telling.attempts()[1]["detail"] == "The owner does not have this channel any more."
