"""The delivery log as a page, and Redeliver."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from dev.mail_sink import MailSink
from shared.db import Connection
from tests.integration.alerts.conftest import Call, Notifier, Open, Put
from tests.integration.alerts.receiver import SECRET
from tests.integration.alerts.signing_in import sign_in
from tests.integration.alerts.test_owner_pages import inputs, text

PRIVATE = {"kind": "webhook", "url": "http://10.0.0.1/", "secret": SECRET}
MAIL = {"kind": "email", "url": "mailto:ben@example.com"}


@pytest.fixture
def incident(open_incident: Open, put_owner: Put, telling: Notifier, mail_sink: MailSink, shop: None) -> str:
    """One whose opening arrived by e-mail and failed by webhook."""
    put_owner("ben", MAIL, PRIVATE)
    put_owner("ana")
    opened = open_incident()
    telling.work(seconds=61)
    assert len(mail_sink.messages()) == 1
    return opened


def test_an_empty_log_says_so(call: Call) -> None:
    assert "Nothing was told yet" in text(call("GET", "/notifications"))
    assert call("GET", "/notifications", role="viewer").status_code == 403


def test_each_message_with_how_it_went(call: Call, incident: str) -> None:
    page = text(call("GET", "/notifications"))
    assert "Opening Shop · Delivery · NPS of customers Ben owns the stage E-mail to ben@example.com" in page
    assert "● Sent The mail server took it." in page
    assert "Webhook at 10.0.0.1 ◐ Being tried again" in page
    assert "Next try" in page


def test_filters_are_in_the_address(call: Call, incident: str) -> None:
    def found(query: str) -> tuple[int, int]:
        page = call("GET", f"/notifications?{query}")
        return page.status_code, page.text.count('<td data-label="When">')

    assert found("state=sent&owner=ben&kind=opened&journey=shop") == (200, 1)
    assert found(f"incident={incident.lower()}") == (200, 2)
    assert found("owner=ana") == (200, 0)
    assert found("owner=.") == (200, 0)
    assert "No message like that" in text(call("GET", "/notifications?kind=test"))
    assert found("state=lost")[0] == 422
    assert found("cursor=x")[0] == 422
    items = call("GET", "/v1/notifications?fallback=true").json["items"]
    assert (items, len(call("GET", "/v1/notifications?kind=opened&journey=shop").json["items"])) == ([], 2)


def test_redeliver_sends_it_again_and_comes_back_to_the_same_log(
    call: Call, incident: str, telling: Notifier, mail_sink: MailSink
) -> None:
    page = call("GET", "/notifications?state=sent")
    [sent] = call("GET", "/v1/notifications?state=sent").json["items"]
    path = f"/notifications/{sent['id']}/redeliver"
    form = inputs(page, path)
    assert form == {"back": "/notifications?state=sent"}
    answer = call("POST", path, data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/notifications?state=sent")
    telling.work(seconds=1)
    first, second = mail_sink.messages()
    assert first["Message-ID"] == second["Message-ID"]
    assert "2 attempts" in text(call("GET", "/notifications?state=sent"))
    for back in (
        "https://evil.example/notifications",
        "//evil.example",
        "/notifications.evil",
        "/incidents",
        "/notifications?a\r\nb: c",
    ):
        assert call("POST", path, data={"back": back}).headers["Location"] == "/notifications"
    assert call("GET", path).status_code == 405
    assert call("POST", "/notifications/none/redeliver").status_code == 404
    assert call("POST", path, role="viewer").status_code == 403


def test_a_lead_sees_their_own_messages_first(
    client: FlaskClient, conn: Connection, incident: str, telling: Notifier
) -> None:
    sign_in(client, conn, "ana@example.com")
    assert "Nothing was told to you yet" in text(client.get("/notifications"))
    assert "Ben" in text(client.get("/notifications?whose=all"))
    assert "You are told about no stage" not in text(client.get("/owners"))
    assert "Delivery" not in text(client.get("/owners")).partition("Who is told?")[2]


def test_pages_of_the_log(call: Call, conn: Connection) -> None:
    conn.execute(
        """INSERT INTO notification (id, kind, because, channel_kind, channel_number, state, planned_at, due_at)
           SELECT gen_random_uuid(), 'opened', 'fallback', 'email', 0, 'merged', now(), now()
           FROM generate_series(1, 53)"""
    )
    first = call("GET", "/notifications?owner=.")
    [older] = [part.split('"')[0] for part in first.text.split('rel="next" href="')[1:]]
    rest = call("GET", older.replace("&amp;", "&"))
    assert [page.text.count('<td data-label="When">') for page in (first, rest)] == [50, 3]
