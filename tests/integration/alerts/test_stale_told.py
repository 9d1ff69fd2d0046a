"""How people hear that a stage has gone silent: the mail, the webhook, a silence that mutes it, and the API."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dev.mail_sink import MailSink
from shared.db import Connection
from shared.events import isoformat
from tests.integration.alerts.conftest import Call, Notifier, Put
from tests.integration.alerts.line import Line, stale
from tests.integration.alerts.receiver import Receiver
from tests.integration.alerts.test_notifier import subjects, text
from tests.integration.beating import beat, pass_time

pytestmark = pytest.mark.usefixtures("mail_sink")


@pytest.fixture
def silent(conn: Connection) -> Line:
    """Delivery has been silent for a quarter of an hour, after eight days with an answer each 43 seconds."""
    line = Line(conn, delivery=1.4, returns=0.07)
    line.known(days=8)
    line.pass_(3)
    line.rates["delivery"] = 0
    line.pass_(15)
    assert stale(conn) == ["shop/delivery"]
    return line


def test_the_owner_gets_one_mail(
    silent: Line, telling: Notifier, put_owner: Put, mail_sink: MailSink
) -> None:
    put_owner("ben")
    telling.work()
    silent.pass_(120)
    telling.work(hours=30)
    [mail] = mail_sink.messages()
    assert mail["To"] == "ben@example.com"
    assert mail["Subject"] == "Delivery: no answers since Mon 2 Mar, 09:02; about 15 expected"
    body = " ".join(text(mail_sink).split())
    assert "Ben, nobody has answered about Delivery (Shop journey) since Monday 2 Mar, 09:02 CET." in body
    assert "You get this because you own Delivery." in body
    assert "/s/delivery-nps" in body
    assert [row["state"] for row in telling.rows()] == ["sent"]


def test_a_webhook_gets_it_as_a_kind_of_its_own(
    silent: Line, telling: Notifier, put_owner: Put, receiver: Receiver
) -> None:
    put_owner("ben", receiver.channel())
    telling.settings = replace(telling.settings, allow_private_webhooks=True)
    telling.work()
    [call] = receiver.calls
    payload = call.verified()
    assert payload["type"] == "stage.stale"
    assert payload["data"]["since"] == isoformat(silent.last_answer("delivery"))


def test_a_silence_mutes_it_and_tells_at_its_end_unless_answers_came(
    silent: Line, call: Call, telling: Notifier, mail_sink: MailSink, conn: Connection
) -> None:
    silence(call, telling, hours=2)
    telling.work()
    telling.work(hours=1)
    assert mail_sink.messages() == []
    telling.work(hours=1.1)
    assert len(subjects(mail_sink)) == 1


def test_a_silence_that_outlasts_it_leaves_nothing_to_tell(
    silent: Line, call: Call, telling: Notifier, mail_sink: MailSink, conn: Connection
) -> None:
    silence(call, telling, hours=2)
    telling.work()
    silent.rates["delivery"] = 1.4
    silent.pass_(2)
    telling.work(hours=3)
    assert mail_sink.messages() == []


def silence(call: Call, telling: Notifier, hours: float) -> None:
    begin = telling.now - timedelta(minutes=1)
    period = {"from": isoformat(begin), "to": isoformat(telling.now + timedelta(hours=hours))}
    body = {"journey": "shop", "stage": "delivery", "why": "Maintenance"} | period
    assert call("PUT", "/v1/silences/maintenance", json=body).status_code in (200, 201)


def detectors(call: Call) -> dict[str, Any]:
    items = call("GET", "/v1/detectors", role="viewer").json["items"]
    return {item["stage"]: item for item in items}


def test_the_detectors_of_the_stage_say_so(silent: Line, call: Call, telling: Notifier) -> None:
    found = detectors(call)["delivery"]
    assert found["state"] == "stale"
    assert found["since"] == isoformat(silent.last_answer("delivery"))
    assert found["expected"] == pytest.approx(14 * 1.4, rel=0.02)
    assert detectors(call)["returns"]["state"] == "learning"
    silent.rates["delivery"] = 1.4
    silent.pass_(1)
    heard = detectors(call)["delivery"]
    assert (heard["state"], heard["since"], heard["expected"]) == ("learning", None, None)


def test_a_silenced_detector_says_until_when_and_what_it_would_be(
    silent: Line, call: Call, telling: Notifier
) -> None:
    silence(call, telling, hours=2)
    found = detectors(call)["delivery"]
    assert (found["state"], found["muted"], found["silenced"]) == ("silenced", "stale", "maintenance")
    assert found["since"] == isoformat(silent.last_answer("delivery"))
    assert detectors(call)["returns"]["muted"] is None


def test_metrics_count_stale_detectors_and_say_how_old_the_last_beat_is(silent: Line, call: Call) -> None:
    lines = call("GET", "/metrics").text.splitlines()
    assert "journeyloop_detectors_stale 1.0" in lines
    assert any(line.startswith("journeyloop_heartbeat_age_seconds ") for line in lines)


def test_detectors_say_where_answers_may_be_on_their_way(silent: Line, call: Call, conn: Connection) -> None:
    beat(conn, 600)
    at = beat(conn, 5, delivery=1_000_000)
    listed = call("GET", "/v1/detectors", role="viewer").json
    assert {item["stage"]: item["late"] for item in listed["items"]} == {"delivery": True, "returns": False}
    assert (listed["late"], listed["as_of"] < isoformat(at)) == (True, True)
    pass_time(conn, 120)
    assert all(one["late"] for one in detectors(call).values())
