"""What is told while nobody acknowledges: the escalation once, reminders again and again; on a simulated clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from dev.mail_sink import MailSink
from services.alerts.store import incidents, owners
from shared.db import Connection
from tests.integration.alerts.conftest import Call, Notifier, Open, Put
from tests.integration.alerts.receiver import Receiver
from tests.integration.alerts.test_notifier import subjects, text

pytestmark = pytest.mark.usefixtures("mail_sink", "shop")


@pytest.fixture
def ben(conn: Connection, put_owner: Put) -> None:
    """Delivery is Ben's: after 4 hours it goes to Ana; he is reminded each day."""
    put_owner("ana")
    document = {"name": "Ben", "email": "ben@example.com", "repeat_hours": 24}
    owners.put(conn, "ben", document | {"escalate_to": "ana", "escalate_after_hours": 4})


def recipients(mail_sink: MailSink) -> list[tuple[str, str]]:
    """Of each mail, in order: to whom, and its kind by its subject."""
    kinds = {"down": "opened", "Escalated": "escalated", "still": "repeated"}
    found = []
    for mail in mail_sink.messages():
        kind = next((kinds[word] for word in kinds if word in mail["Subject"]), "resolved")
        found.append((str(mail["To"]).partition("@")[0], kind))
    return found


@pytest.mark.usefixtures("ben")
def test_unacknowledged_it_escalates_once_and_repeats_until_the_end(
    conn: Connection, telling: Notifier, open_incident: Open, mail_sink: MailSink
) -> None:
    incident = open_incident()
    telling.work(seconds=61)
    at = (telling.now + timedelta(hours=4)).astimezone(telling.settings.report_tz)
    *_, why, _, silence, own = text(mail_sink).strip().splitlines()
    assert silence.endswith("/silences?journey=shop&stage=delivery")
    assert own.endswith("/owners/ben")
    assert why == f"Not acknowledged by {at:%a %H:%M}: goes to Ana. You get this because you own Delivery."
    telling.work(hours=3, minutes=59)
    assert len(mail_sink.messages()) == 1
    telling.work(minutes=1)
    assert recipients(mail_sink)[1:] == [("ana", "escalated")]
    for _ in range(3):
        telling.work(hours=24)
    assert recipients(mail_sink)[2:] == [("ben", "repeated")] * 3
    with conn.transaction():
        incidents.resolve(conn, incident, "the lead", "fixed", None)
    telling.work(days=10)
    assert sorted(recipients(mail_sink)[5:]) == [("ana", "resolved"), ("ben", "resolved")]


@pytest.mark.usefixtures("ben")
@pytest.mark.parametrize("hours", [1, 30])
def test_acknowledging_stops_both(
    call: Call, telling: Notifier, open_incident: Open, mail_sink: MailSink, hours: int
) -> None:
    incident = open_incident()
    telling.work(seconds=61)
    telling.work(hours=hours)
    before = len(mail_sink.messages())
    assert call("POST", f"/v1/incidents/{incident}/acknowledge").status_code == 200
    telling.work(days=10)
    assert len(mail_sink.messages()) == before


@pytest.mark.usefixtures("ben")
def test_their_mails_thread_under_the_opening_and_never_say_down(
    telling: Notifier, open_incident: Open, mail_sink: MailSink
) -> None:
    open_incident()
    telling.work(seconds=61)
    telling.work(hours=4)
    told_to_ana = text(mail_sink)
    telling.work(hours=24)
    opening, escalated, repeated = mail_sink.messages()
    assert escalated["In-Reply-To"] == repeated["In-Reply-To"] == opening["Message-ID"]
    assert subjects(mail_sink)[1].startswith("Escalated: Delivery NPS 19 lower, at 22, since ")
    assert subjects(mail_sink)[2].startswith("Delivery NPS still 19 lower, at 22, since ")
    assert [subject for subject in subjects(mail_sink) if "down" in subject] == subjects(mail_sink)[:1]
    assert told_to_ana.startswith("Ana, Ben was told on ")
    assert "and has not acknowledged it. Customers rate Delivery (Shop journey) clearly lower" in told_to_ana
    assert "because Ben named you for what is not acknowledged." in told_to_ana
    assert "Not acknowledged by" not in told_to_ana, "it came to her already"
    assert text(mail_sink).startswith("Ben, nobody has acknowledged this yet. Customers rate Delivery")
    assert "Not acknowledged by" not in text(mail_sink), "it was escalated already"
    assert "The next reminder comes " in text(mail_sink)


@pytest.mark.usefixtures("ben")
def test_acknowledged_while_it_waits_to_be_merged_it_is_withdrawn(
    call: Call, telling: Notifier, open_incident: Open, mail_sink: MailSink
) -> None:
    first, other = open_incident(), open_incident(metric="csat")
    telling.work(seconds=61)
    telling.work(seconds=120)
    telling.work(hours=4)  # both escalate, the second waits for the merge
    assert recipients(mail_sink) == [("ben", "opened"), ("ben", "opened"), ("ana", "escalated")]
    told = {
        row["incident_id"] for row in telling.rows() if row["kind"] == "escalated" and row["state"] == "sent"
    }
    [waiting] = {first, other} - told
    assert call("POST", f"/v1/incidents/{waiting}/acknowledge").status_code == 200
    telling.work(hours=10)
    assert len(mail_sink.messages()) == 3
    assert [row["state"] for row in telling.rows()][-1] == "withdrawn"
    log = call("GET", "/v1/notifications?state=withdrawn").json["items"]
    assert [item["incident"] for item in log] == [waiting]


@pytest.mark.usefixtures("ben")
def test_an_escalation_sent_again_after_the_acknowledgement_goes_and_its_end_is_told(
    call: Call, conn: Connection, telling: Notifier, open_incident: Open, mail_sink: MailSink
) -> None:
    incident = open_incident()
    telling.work(seconds=61)
    telling.work(hours=4)
    assert call("POST", f"/v1/incidents/{incident}/acknowledge").status_code == 200
    [escalated] = (row["id"] for row in telling.rows() if row["kind"] == "escalated")
    assert call("POST", f"/v1/notifications/{escalated}/redeliver").status_code == 202
    telling.work(seconds=5)
    assert recipients(mail_sink)[1:] == [("ana", "escalated")] * 2
    with conn.transaction():
        incidents.resolve(conn, incident, "the lead", "fixed", None)
    telling.work(hours=1)
    assert sorted(recipients(mail_sink)[3:]) == [("ana", "resolved"), ("ben", "resolved")]


@pytest.mark.usefixtures("ben")
def test_reminders_due_together_become_one(
    telling: Notifier, open_incident: Open, mail_sink: MailSink
) -> None:
    for metric in ("nps", "csat", "ces"):
        open_incident(metric=metric)
    telling.work(seconds=61)
    telling.work(seconds=120)
    telling.work(hours=24)
    telling.work(seconds=120)
    told = [mail for mail in mail_sink.messages() if mail["To"] == "ben@example.com"]
    assert "still" in told[2]["Subject"]
    assert told[3]["Subject"].endswith(" and 1 more")
    assert len(told) == 4


def test_one_who_cannot_be_reached_leaves_it_to_the_fallback(
    conn: Connection, telling: Notifier, open_incident: Open, mail_sink: MailSink
) -> None:
    owners.put(conn, "ben", {"name": "Ben", "email": "ben@example.com", "escalate_to": "eve"})
    open_incident()
    telling.work(seconds=61)
    assert "goes to the fallback address." in text(mail_sink)
    telling.work(hours=24)  # the default
    assert recipients(mail_sink)[1:] == [("fallback", "escalated")]
    assert "whoever is next cannot be reached" in text(mail_sink)
    telling.work(days=30)
    assert len(mail_sink.messages()) == 2


@pytest.mark.usefixtures("ben")
def test_the_payloads_say_what_comes_next(
    conn: Connection, telling: Notifier, open_incident: Open, receiver: Receiver
) -> None:
    telling.settings = replace(telling.settings, allow_private_webhooks=True)
    document: dict[str, Any] = {"name": "Ben", "channels": [receiver.channel()], "repeat_hours": 1}
    owners.put(conn, "ben", document | {"escalate_to": "ana", "escalate_after_hours": 2})
    incident = open_incident()
    telling.work(seconds=61)
    telling.work(hours=1)
    telling.work(hours=1)
    telling.work(hours=1)
    payloads = [orjson.loads(call.body) for call in receiver.calls]
    assert [payload["type"] for payload in payloads] == ["incident.opened"] + 3 * ["incident.repeated"]
    assert {payload["data"]["incident"] for payload in payloads} == {incident}
    assert payloads[0]["data"]["escalation"]["to"] == "Ana"
    assert payloads[1]["data"]["escalation"] == payloads[0]["data"]["escalation"]
    assert payloads[3]["data"]["escalation"] is None
    assert len({call.id for call in receiver.calls}) == 4
