"""What a silence keeps back, what it leaves behind, and what is told once it is over; on a simulated clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dev.mail_sink import MailSink
from services.alerts.store import incidents, notifications, owners
from shared.db import Connection
from shared.events import isoformat
from tests.integration.alerts.conftest import Call, Notifier, Open, Put
from tests.integration.alerts.test_notifier import subjects, text

pytestmark = pytest.mark.usefixtures("mail_sink", "shop", "ben")

Silence = Callable[..., None]


@pytest.fixture
def ben(conn: Connection, put_owner: Put) -> None:
    """Delivery is Ben's: after 4 hours it goes to Ana; he is reminded each day."""
    put_owner("ana")
    document = {"name": "Ben", "email": "ben@example.com", "repeat_hours": 24}
    owners.put(conn, "ben", document | {"escalate_to": "ana", "escalate_after_hours": 4})


@pytest.fixture
def silence(call: Call, telling: Notifier) -> Silence:
    """silence("sale", hours=3, stage="delivery"): in force from now on, for so long."""

    def put(key: str = "sale", *, hours: float = 3, after: float = 0, **named: Any) -> None:
        start = telling.now + timedelta(hours=after)
        period = {"from": isoformat(start), "to": isoformat(start + timedelta(hours=hours))}
        answer = call("PUT", f"/v1/silences/{key}", json=named | period | {"why": "Summer sale"})
        assert answer.status_code in (200, 201), answer.text

    return put


def kinds(conn: Connection, incident: str) -> list[str]:
    return [event["kind"] for event in incidents.timeline(conn, incident)]


def resolve(conn: Connection, incident: str) -> None:
    with conn.transaction():
        incidents.resolve(conn, incident, "the lead", "fixed", None)


def test_a_silenced_opening_is_told_once_when_the_silence_ends(
    call: Call,
    conn: Connection,
    telling: Notifier,
    silence: Silence,
    open_incident: Open,
    mail_sink: MailSink,
) -> None:
    silence(stage="delivery", hours=3)
    incident = open_incident()
    telling.work(hours=2)
    assert mail_sink.messages() == []
    [item] = call("GET", f"/v1/notifications?incident={incident}").json["items"]
    assert (item["state"], item["owner"]) == ("silenced", "ben")
    [attempt] = item["attempts"]
    assert (attempt["outcome"], attempt["detail"]) == ("silenced", "Silenced by sale: Summer sale")
    [event] = call("GET", f"/v1/incidents/{incident}").json["timeline"][1:]
    assert (event["kind"], event["text"]) == ("silenced", "The opening silenced by sale: Summer sale")
    telling.work(hours=1, minutes=2)
    [mail] = mail_sink.messages()
    assert mail["Subject"].startswith("Delivery NPS down 19 to 22 since ")
    assert "; a silence kept this message until now: Summer sale." in text(mail_sink)
    telling.work(hours=4)
    assert subjects(mail_sink)[1].startswith("Escalated: "), (
        "the clock of the escalation starts with the telling"
    )
    [item] = call("GET", f"/v1/notifications?incident={incident}&owner=ben").json["items"]
    assert item["state"] == "sent"
    assert [attempt["outcome"] for attempt in item["attempts"]] == ["silenced", "sent"]


@pytest.mark.parametrize("change", ["delete", "shorten", "elsewhere"])
def test_a_silence_that_is_gone_tells_at_once(
    call: Call, telling: Notifier, silence: Silence, open_incident: Open, mail_sink: MailSink, change: str
) -> None:
    silence(stage="delivery", hours=24)
    open_incident()
    telling.work(hours=2)
    if change == "delete":
        assert call("DELETE", "/v1/silences/sale").status_code == 204
    elif change == "shorten":
        silence(stage="delivery", after=-3, hours=1)
    else:
        silence(stage="returns", hours=24)
    telling.work(seconds=1)
    telling.work(hours=3)
    assert [subject for subject in subjects(mail_sink) if "down" in subject] == subjects(mail_sink)
    assert len(mail_sink.messages()) == 1


def test_silenced_to_its_end_an_incident_is_never_told(
    conn: Connection, telling: Notifier, silence: Silence, open_incident: Open, mail_sink: MailSink
) -> None:
    silence(hours=24)
    incident = open_incident()
    telling.work(hours=2)
    resolve(conn, incident)
    telling.work(hours=1)
    telling.work(days=9)
    assert mail_sink.messages() == []
    assert kinds(conn, incident) == ["opened", "silenced", "resolved"]
    assert notifications.waiting(conn, telling.now)["due"] == 0


def test_the_end_of_an_incident_that_was_told_is_told_in_a_silence_too(
    conn: Connection, telling: Notifier, silence: Silence, open_incident: Open, mail_sink: MailSink
) -> None:
    incident = open_incident()
    telling.work(seconds=61)
    silence(hours=24)
    resolve(conn, incident)
    telling.work(hours=1)
    assert len(mail_sink.messages()) == 2


def test_escalation_and_reminders_wait_for_the_end(
    conn: Connection, telling: Notifier, silence: Silence, open_incident: Open, mail_sink: MailSink
) -> None:
    incident = open_incident()
    telling.work(seconds=61)
    silence(hours=100)
    telling.work(hours=60)
    telling.work(hours=30)
    assert len(mail_sink.messages()) == 1
    assert kinds(conn, incident) == ["opened", "silenced", "silenced"]
    telling.work(hours=11)
    assert {subject.partition(" ")[0] for subject in subjects(mail_sink)[1:]} == {"Escalated:", "Delivery"}
    assert len(mail_sink.messages()) == 3, "one reminder, however many the silence kept"


def test_what_a_silence_kept_becomes_one_message(
    telling: Notifier, silence: Silence, open_incident: Open, mail_sink: MailSink
) -> None:
    silence(hours=3)
    for metric in ("nps", "csat", "ces"):
        open_incident(metric=metric)
    telling.work(hours=1)
    telling.work(hours=3)
    telling.work(minutes=2)
    assert len(mail_sink.messages()) == 2
    assert subjects(mail_sink)[1].endswith(" and 1 more")


def test_a_message_that_waits_to_be_merged_is_kept_too(
    telling: Notifier, silence: Silence, open_incident: Open, mail_sink: MailSink
) -> None:
    open_incident()
    telling.work(seconds=61)
    open_incident(metric="csat")
    open_incident(metric="ces")
    telling.work(seconds=61)  # planned for the end of the two minutes
    silence(metric="csat", hours=3)
    telling.work(seconds=60)
    assert [subject[:12] for subject in subjects(mail_sink)] == ["Delivery NPS", "Delivery CES"]
    telling.work(hours=3)
    telling.work(minutes=2)
    assert [subject for subject in subjects(mail_sink) if subject.startswith("Delivery CSAT down")]


def test_one_silence_follows_another(
    conn: Connection, telling: Notifier, silence: Silence, open_incident: Open, mail_sink: MailSink
) -> None:
    silence("first", hours=2)
    silence("second", after=1, hours=3)
    incident = open_incident()
    telling.work(minutes=30)
    telling.work(hours=2)
    assert mail_sink.messages() == []
    assert kinds(conn, incident) == ["opened", "silenced", "silenced"]
    telling.work(hours=2)
    assert len(mail_sink.messages()) == 1
    kept_by = conn.execute("SELECT facts ->> 'silence' AS key FROM announcement").fetchall()
    assert kept_by[0] == {"key": "second"}


def test_an_incident_says_what_silences_it_now(
    call: Call, conn: Connection, telling: Notifier, open_incident: Open, silence: Silence
) -> None:
    incident = open_incident()
    path = f"/v1/incidents/{incident}"
    assert call("GET", path).json["silenced"] is None
    telling.now -= timedelta(minutes=1)  # in force for the web's clock
    silence(stage="delivery")
    assert call("GET", path).json["silenced"] == "sale"
    assert [item["silenced"] for item in call("GET", "/v1/incidents").json["items"]] == ["sale"]
    resolve(conn, incident)
    assert call("GET", path).json["silenced"] is None


def test_a_silence_elsewhere_keeps_nothing(
    telling: Notifier, silence: Silence, open_incident: Open, mail_sink: MailSink
) -> None:
    silence("a", stage="returns")
    silence("b", metric="csat")
    silence("c", after=1)
    open_incident()
    telling.work(seconds=61)
    assert len(mail_sink.messages()) == 1


def test_what_needs_no_incident_is_silenced_too(
    conn: Connection, telling: Notifier, silence: Silence
) -> None:
    silence(stage="delivery", hours=3)
    notifications.announce(conn, "x", "stale", ("shop", "delivery", None, None), {})
    telling.work(seconds=61)
    assert [row["state"] for row in telling.rows()] == ["silenced"]


def test_a_silenced_message_is_not_redelivered(
    call: Call, telling: Notifier, silence: Silence, open_incident: Open
) -> None:
    silence()
    open_incident()
    telling.work(seconds=61)
    answer = call("POST", f"/v1/notifications/{telling.rows()[0]['id']}/redeliver")
    assert (answer.status_code, answer.json["title"]) == (409, "Silenced")


def test_what_a_person_sends_again_goes_and_its_end_is_told_too(
    call: Call,
    conn: Connection,
    telling: Notifier,
    silence: Silence,
    open_incident: Open,
    mail_sink: MailSink,
) -> None:
    incident = open_incident()
    telling.work(seconds=61)
    silence(hours=24)
    assert call("POST", f"/v1/notifications/{telling.rows()[0]['id']}/redeliver").status_code == 202
    telling.work(seconds=5)
    first, again = mail_sink.messages()
    assert first["Message-ID"] == again["Message-ID"]
    resolve(conn, incident)
    telling.work(hours=1)
    assert len(mail_sink.messages()) == 3
