"""Who hears of a customer's case: its owner once, a new owner too, and where it is late whoever is next as well."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from dev.mail_sink import MailSink
from services.alerts import follow_ups
from services.alerts.store import follow_ups as store
from services.alerts.store import owners
from shared import dead_letters
from shared.db import Connection
from shared.dead_letters import DeadLetter
from shared.events import FOLLOW_UPS, isoformat
from tests.integration.alerts.cases import Cases
from tests.integration.alerts.conftest import Call, Notifier, Open, Put
from tests.integration.alerts.receiver import Receiver
from tests.integration.alerts.test_notifier import subjects, text

pytestmark = pytest.mark.usefixtures("mail_sink", "shop")


@pytest.fixture
def cases(conn: Connection, telling: Notifier) -> Cases:
    return Cases(conn, telling)


@pytest.fixture
def ben(conn: Connection) -> None:
    """Ben; what he leaves for two hours goes to Ana."""
    owners.put(conn, "ana", {"name": "Ana", "email": "ana@example.com"})
    document = {"name": "Ben", "email": "ben@example.com", "escalate_to": "ana", "escalate_after_hours": 2}
    owners.put(conn, "ben", document)


def told(mail_sink: MailSink) -> list[tuple[str, str]]:
    return [
        (str(mail["To"]).partition("@")[0], str(mail["Subject"]).rpartition(" ")[0].partition(" by ")[0])
        for mail in mail_sink.messages()
    ]


@pytest.mark.usefixtures("ben")
def test_its_owner_is_told_once_and_a_new_owner_too(
    cases: Cases, telling: Notifier, mail_sink: MailSink
) -> None:
    id = cases.open()
    telling.work()
    cases.again()
    cases.change(id, state="contacted", contacted_at=isoformat(telling.now))
    telling.work(hours=1)
    [mail] = mail_sink.messages()
    assert mail["To"] == "ben@example.com"
    assert mail["Subject"].startswith("Delivery: a customer to follow up by ")
    words = " ".join(text(mail_sink).split())
    assert (
        "Ben, a customer who gave Delivery 2 of 10 (Shop journey) is to be followed up; the case is yours,"
        in words
    )
    assert f"{telling.settings.survey_url}/follow-ups/{id}" in words
    assert "because the case is yours" in words
    assert ("Settings: " in words, "Silence: " in words) == (True, False)
    cases.change(id, owner="ana")
    telling.work(hours=1)
    assert mail_sink.messages()[-1]["To"] == "ana@example.com"
    assert "the case was handed over to you" in " ".join(text(mail_sink).split())
    assert len(mail_sink.messages()) == 2


@pytest.mark.usefixtures("ben")
def test_nobody_is_told_what_they_took_themselves_or_what_is_resolved(
    cases: Cases, telling: Notifier, mail_sink: MailSink
) -> None:
    id = cases.open(owner="ana")
    cases.resolve(id)
    cases.open(owner="ben", taken_at=isoformat(telling.now))
    handed_on = cases.open(owner="ana")
    cases.change(handed_on, owner="ben")
    telling.work()
    assert [mail["To"] for mail in mail_sink.messages()] == ["ben@example.com"]


def test_a_case_nobody_owns_is_told_to_whom_the_stage_is(
    cases: Cases, telling: Notifier, mail_sink: MailSink, put_owner: Put
) -> None:
    put_owner("ben")
    cases.open(owner=None)
    cases.open(owner="gone")
    telling.work()
    assert sorted(mail["To"] for mail in mail_sink.messages()) == ["ben@example.com", "fallback@example.com"]
    assert "nobody has the case yet" in text(mail_sink, 0) + text(mail_sink, 1)


@pytest.mark.usefixtures("ben")
def test_an_overdue_case_is_told_once_and_goes_to_whoever_is_next_once(
    cases: Cases, telling: Notifier, mail_sink: MailSink
) -> None:
    id = cases.open(hours=3)
    telling.work(hours=2)
    cases.beat()
    telling.work(hours=1.1)
    cases.beat()
    telling.work()
    cases.beat(telling.now + timedelta(seconds=1))
    cases.again()
    telling.work(minutes=10)
    assert [name for name, _ in told(mail_sink)] == ["ben", "ben"]
    assert mail_sink.messages()[1]["Subject"].startswith("Delivery: a customer still waits, due since ")
    assert "You are told once. Not resolved by" in " ".join(text(mail_sink).split())
    assert "goes to Ana." in " ".join(text(mail_sink).split())
    telling.work(hours=2)
    telling.work(hours=48)
    assert [name for name, _ in told(mail_sink)] == ["ben", "ben", "ana"]
    assert mail_sink.messages()[2]["Subject"].startswith("Escalated: Delivery: a customer still waits")
    assert "Ben was told on" in " ".join(text(mail_sink).split())
    assert not any("down" in subject for subject in subjects(mail_sink))
    [row] = store.overdue(cases.conn, "shop", telling.now)
    assert (str(row["follow_up"]), row["owner"]) == (id, "ben")


@pytest.mark.usefixtures("ben")
def test_resolved_in_time_or_before_the_escalation_ends_it(
    cases: Cases, telling: Notifier, mail_sink: MailSink
) -> None:
    in_time, late = cases.open(hours=3), cases.open(hours=3)
    telling.work(hours=3.1)
    cases.resolve(in_time)
    cases.beat()
    telling.work()
    cases.resolve(late)
    cases.beat(telling.now + timedelta(seconds=1))
    telling.work(hours=5)
    overdue = [subject for subject in subjects(mail_sink) if "still waits" in subject]
    assert len(overdue) == 1
    assert "Escalated" not in "".join(subjects(mail_sink))
    assert store.overdue(cases.conn, "shop", telling.now) == []


@pytest.mark.usefixtures("ben")
def test_what_may_be_on_its_way_is_not_called_overdue(
    cases: Cases, telling: Notifier, mail_sink: MailSink
) -> None:
    cases.open(hours=1)
    telling.work(hours=2)
    cases.beat(more=1)  # it may say that the case is resolved
    cases.beat(telling.now - timedelta(minutes=59))  # of before it was due, and too old to count
    telling.work(minutes=3)
    assert len(mail_sink.messages()) == 1
    letter = DeadLetter(FOLLOW_UPS, 0, 7, str(uuid.uuid4()), 1, "not JSON", b"?")
    dead_letters.keep(cases.conn, [letter])
    cases.beat(telling.now + timedelta(seconds=1), more=1)  # the one more can never be read
    telling.work(minutes=3)
    assert len(mail_sink.messages()) == 2


@pytest.mark.usefixtures("ben")
def test_cases_go_together_and_hold_up_no_incident(
    cases: Cases, telling: Notifier, mail_sink: MailSink, open_incident: Open
) -> None:
    cases.open()
    telling.work()
    cases.open()
    cases.open()
    open_incident()
    telling.work(seconds=61)
    assert [subject.split(" since")[0] for subject in subjects(mail_sink)][1:] == [
        "Delivery NPS down 19 to 22"
    ]
    telling.work(seconds=61)
    assert subjects(mail_sink)[2].endswith(" and 1 more")


def test_a_webhook_gets_it_and_the_log_shows_it(
    cases: Cases, telling: Notifier, put_owner: Put, receiver: Receiver, call: Call
) -> None:
    put_owner("ben", receiver.channel())
    telling.settings = replace(telling.settings, allow_private_webhooks=True)
    id = cases.open()
    telling.work()
    payload = receiver.calls[0].verified()
    assert (payload["type"], payload["data"]["follow_up"]) == ("follow_up.assigned", id)
    listed = call("GET", "/v1/notifications?kind=follow_up_assigned").json["items"]
    assert [(row["kind"], row["because"]) for row in listed] == [("follow_up_assigned", "owner")]


def test_a_due_time_that_moves_is_a_new_one(cases: Cases, telling: Notifier, conn: Connection) -> None:
    id = cases.open(hours=1)
    telling.work(hours=1.1)
    cases.beat()
    cases.change(id, due_at=isoformat(telling.now + timedelta(hours=1)))
    telling.work(hours=1.1)
    cases.beat()
    rows = conn.execute("SELECT name FROM announcement WHERE kind = 'follow_up_overdue'").fetchall()
    assert len(rows) == 2


def test_a_batch_holds_each_case_as_it_ends(cases: Cases, conn: Connection) -> None:
    id = cases.open(owner=None)
    first = dict(cases.known[id])
    steps = [first | {"revision": 3, "owner": "ana"}, first | {"revision": 2, "owner": "ben"}]
    with conn.transaction():
        follow_ups.take(conn, steps)
    found = store.read(conn, id)
    assert found is not None
    assert (found["revision"], found["owner"]) == (3, "ana")
    assert store.revisions(conn) == {id: 3}
    assert store.taken(conn) == 3
