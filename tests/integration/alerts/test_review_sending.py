"""The weekly review: frozen and mailed once, whatever is away or dies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dev.mail_sink import MailSink
from services.alerts.store import reviews
from shared.db import Connection
from shared.events import parse_time
from tests.integration.alerts.conftest import Call, Notifier, Open, Put
from tests.integration.alerts.reviewed import last_week
from tests.integration.alerts.test_cause_in_mail import body
from tests.integration.alerts.test_reviews_http import REVIEW
from tests.integration.alerts.test_reviews_http import scores as _scores

pytestmark = pytest.mark.usefixtures("shop")
scores = _scores


def due(call: Call, conn: Connection, telling: Notifier, **plan: Any) -> None:
    """Have the review due now."""
    sent = call("PUT", f"{REVIEW}/schedule", json={"weekday": "monday", "hour": 9} | plan)
    assert sent.status_code in (200, 201), sent.text
    conn.execute("UPDATE review_schedule SET next_at = %s", [telling.now])


@pytest.mark.usefixtures("scores")
def test_it_is_mailed_once_and_frozen(
    call: Call, conn: Connection, telling: Notifier, put_owner: Put, open_incident: Open, mail_sink: MailSink
) -> None:
    for owner in ("ben", "ana"):
        put_owner(owner)
    call("POST", f"{REVIEW}/decisions", json={"text": "Call the courier", "week": str(last_week().before(1))})
    due(call, conn, telling, to=["ben", "ana"])
    telling.work()
    mails = mail_sink.messages()
    assert sorted(mail["To"] for mail in mails) == ["ana@example.com", "ben@example.com"]
    words = body(mails[0])
    assert mails[0]["Subject"] == f"Shop, week {last_week().number}: 1 changed beyond noise"
    assert "down" not in mails[0]["Subject"]
    assert "Changed beyond noise: Delivery NPS: " in words
    assert "Too few answers to tell: Returns CES (21)." in words
    assert "Decided earlier, not done: Call the courier." in words
    assert f"/reviews/shop?week={last_week()}" in words
    assert "because the schedule of Shop’s review names you" in words
    kept = call("GET", REVIEW).json
    assert kept["frozen_at"] is not None
    open_incident(stage="returns", metric="ces")
    conn.execute("DELETE FROM review_schedule")
    call("POST", f"{REVIEW}/decisions", json={"text": "Another", "week": str(last_week())})
    now = call("GET", REVIEW).json
    assert now["decisions"]["taken"][0]["text"] == "Another"
    assert now | {"decisions": None} == kept | {"decisions": None}, "what was sent stays as it was"
    due(call, conn, telling, to=["ben", "ana"])
    telling.work()
    assert len(mail_sink.messages()) == 2, "a week is told once"
    row = reviews.schedule(conn, "shop")
    assert row is not None
    assert row["next_at"] > telling.now
    [log] = call("GET", "/v1/notifications?kind=review&owner=ben").json["items"]
    assert (log["because"], log["state"]) == ("review", "sent")


def test_it_waits_an_hour_for_scores_that_do_not_come(
    call: Call, conn: Connection, telling: Notifier, put_owner: Put, mail_sink: MailSink
) -> None:
    put_owner("ana")
    due(call, conn, telling)
    telling.work()
    telling.work(minutes=30)
    assert mail_sink.messages() == []
    telling.work(minutes=31)
    [mail] = mail_sink.messages()
    words = body(mail)
    assert mail["To"] == "ana@example.com", "whoever owns the journey"
    assert "What changed beyond noise is not known: the scores did not come." in words
    assert "because you own Shop" in words
    assert call("GET", REVIEW).json["failed"]["changes"] == "does not answer"


def test_whoever_dies_between_leaves_it_to_the_next(
    call: Call, conn: Connection, telling: Notifier, mail_sink: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed while the transaction is open: nothing of it is there, and the next sends all of it, once."""
    due(call, conn, telling)
    conn.execute("UPDATE review_schedule SET next_at = next_at - interval '2 hours'")
    monkeypatch.setattr(reviews, "sent", killed)
    with pytest.raises(KeyboardInterrupt):
        telling.work()
    assert conn.execute("SELECT 1 FROM review UNION ALL SELECT 1 FROM review_told").fetchall() == []
    monkeypatch.undo()
    telling.work(minutes=1)
    assert mail_sink.messages() == [], "until its lease is over nobody else works on it"
    telling.work(minutes=5)
    [mail] = mail_sink.messages()
    assert mail["To"] == "fallback@example.com", "nobody of the journey can be reached"


def killed(*_: Any) -> None:
    raise KeyboardInterrupt


def test_a_review_neither_delays_an_alarm_nor_goes_with_it(
    call: Call, conn: Connection, telling: Notifier, put_owner: Put, open_incident: Open, mail_sink: MailSink
) -> None:
    put_owner("ben")
    due(call, conn, telling, to=["ben"])
    conn.execute("UPDATE review_schedule SET next_at = next_at - interval '2 hours'")
    telling.work()
    open_incident()
    telling.work(seconds=61)
    assert len(mail_sink.messages()) == 2
    planned = [row["planned_at"] for row in telling.rows()]
    assert planned[1] - planned[0] < timedelta(seconds=100)
    assert [row["kind"] for row in telling.rows()] == ["review", "opened"]


def test_a_retired_journey_is_told_to_nobody(
    call: Call, conn: Connection, telling: Notifier, mail_sink: MailSink
) -> None:
    due(call, conn, telling)
    conn.execute("UPDATE journey SET retired = true")
    telling.work(hours=2)
    assert mail_sink.messages() == []
    assert parse_time(call("GET", REVIEW).json["computed_at"])
