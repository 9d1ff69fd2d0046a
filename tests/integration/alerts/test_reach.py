"""Who cannot be reached is a fact: told by GET /v1/owners, from what the real notifier recorded."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from dev.mail_sink import MailSink
from services.alerts.store import deliveries
from shared.db import Connection
from tests.integration.alerts.conftest import Call, Notifier, Put
from tests.integration.alerts.receiver import SECRET

PRIVATE = {"kind": "webhook", "url": "http://10.0.0.1/", "secret": SECRET}
MAIL = {"kind": "email", "url": "mailto:ana@example.com"}


def send_tests(conn: Connection, telling: Notifier, owner: str, *kinds: str) -> None:
    for kind in kinds:
        deliveries.add_test(conn, uuid4(), owner, kind, 0, datetime.now(UTC))
    telling.work(seconds=1)


def unreachable(call: Call) -> dict[str, str | None]:
    items = call("GET", "/v1/owners", role="viewer").json["items"]
    return {item["owner"]: item["unreachable"] and item["unreachable"]["in_words"] for item in items}


def test_an_owner_whose_every_channel_failed_last(
    call: Call, conn: Connection, telling: Notifier, put_owner: Put, mail_sink: MailSink
) -> None:
    put_owner("ana", MAIL, PRIVATE)
    put_owner("ben", PRIVATE)
    put_owner("eve", PRIVATE)
    assert unreachable(call) == {"ana": None, "ben": None, "eve": None}
    send_tests(conn, telling, "ana", "email", "webhook")
    send_tests(conn, telling, "ben", "webhook")
    found = unreachable(call)
    assert (found["ana"], found["eve"]) == (None, None)
    assert str(found["ben"]).startswith("Ben has not been reached since ")
    assert str(found["ben"]).endswith("is a private address; set ALLOW_PRIVATE_WEBHOOKS to allow that.")
    assert len(mail_sink.messages()) == 1


def test_another_channel_that_arrives_ends_it(
    call: Call, conn: Connection, telling: Notifier, put_owner: Put, mail_sink: MailSink
) -> None:
    put_owner("ben", PRIVATE)
    send_tests(conn, telling, "ben", "webhook")
    put_owner("ben", MAIL)
    assert unreachable(call) == {"ben": None}
    send_tests(conn, telling, "ben", "email")
    assert unreachable(call) == {"ben": None}
    assert len(mail_sink.messages()) == 1


def test_the_fallback_can_be_out_of_reach_too(call: Call, conn: Connection) -> None:
    assert call("GET", "/v1/owners").json["fallback"] == {"unreachable": None}
    conn.execute(
        """WITH made AS (
               INSERT INTO notification (id, kind, because, channel_kind, channel_number, state, planned_at, due_at)
               VALUES (gen_random_uuid(), 'opened', 'fallback', 'email', 0, 'failed', now(), now()) RETURNING id)
           INSERT INTO attempt (notification_id, started_at, finished_at, outcome, detail)
           SELECT id, now(), now(), 'failed', 'The mail server answered 550: no such user' FROM made"""
    )
    words = call("GET", "/v1/owners").json["fallback"]["unreachable"]["in_words"]
    assert words.startswith("The fallback address has not been reached since ")
