"""Owners, their test message and the delivery log over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from dev.mail_sink import MailSink
from shared.db import Connection
from tests.integration.alerts.conftest import Call, Notifier, Open, Put
from tests.integration.alerts.receiver import SECRET, Receiver
from tests.processes import Processes

SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
ANA: dict[str, Any] = {
    "name": "Ana",
    "email": "ana@example.com",
    "channels": [
        {"kind": "email", "url": "mailto:ana@example.com"},
        {"kind": "apprise", "url": SLACK},
        {"kind": "webhook", "url": "https://hooks.example/in?key=k", "secret": SECRET},
    ],
    "escalate_to": "ben",
    "escalate_after_hours": 4,
    "repeat_hours": 24,
}


def test_an_owner_is_what_was_put(call: Call) -> None:
    made = call("PUT", "/v1/owners/ana", role="admin", json=ANA)
    assert (made.status_code, made.json) == (201, ANA)
    again = call("PUT", "/v1/owners/ana", role="admin", json=ANA)
    assert (again.status_code, again.headers["ETag"]) == (200, made.headers["ETag"])
    assert call("GET", "/v1/owners/ana", role="admin").json == ANA
    listed = call("GET", "/v1/owners", role="admin").json
    assert listed["items"] == [{"owner": "ana", "unreachable": None} | ANA]
    assert (listed["next"], listed["fallback"]) == (None, {"unreachable": None})
    assert call("DELETE", "/v1/owners/ana", role="admin").status_code == 204
    assert call("GET", "/v1/owners/ana", role="admin").status_code == 404
    assert call("DELETE", "/v1/owners/ana", role="admin").status_code == 404
    assert call("PUT", "/v1/owners/ana", role="admin", json=ANA).status_code == 201


def test_saving_an_owner_sends_nothing(call: Call, telling: Notifier, mail_sink: MailSink) -> None:
    call("PUT", "/v1/owners/ana", role="admin", json={"name": "Ana", "email": "ana@example.com"})
    telling.work(seconds=200)
    assert mail_sink.messages() == []


def test_secrets_are_for_admins_and_a_mask_put_back_keeps_them(call: Call) -> None:
    call("PUT", "/v1/owners/ana", role="admin", json=ANA)
    for role in ("viewer", "lead"):
        shown = call("GET", "/v1/owners/ana", role=role).json
        assert [channel["url"] for channel in shown["channels"]][1:] == [
            "slack://***",
            "https://hooks.example/***",
        ]
        assert shown["channels"][2]["secret"] == "***"
        assert SECRET not in call("GET", "/v1/owners", role=role).text
    renamed = shown | {"name": "Ana B."}
    assert call("PUT", "/v1/owners/ana", role="admin", json=renamed).json == ANA | {"name": "Ana B."}
    assert call("GET", "/v1/owners/ana", role="admin").json["channels"] == ANA["channels"]


def test_conditional_and_dry_puts(call: Call) -> None:
    dry = call("PUT", "/v1/owners/ana?dry_run=true", role="admin", json=ANA)
    assert dry.status_code == 200
    assert SECRET not in dry.text
    assert {"path": "name", "before": None, "after": "Ana"} in dry.json["changes"]
    assert call("GET", "/v1/owners/ana").status_code == 404
    tag = call("PUT", "/v1/owners/ana", role="admin", json=ANA).headers["ETag"]
    changed = ANA | {"name": "Ana B."}
    stale = call("PUT", "/v1/owners/ana", role="admin", json=changed, headers={"If-Match": '"other"'})
    assert stale.status_code == 412
    fresh = call("PUT", "/v1/owners/ana", role="admin", json=changed, headers={"If-Match": tag})
    assert fresh.status_code == 200
    read = call("GET", "/v1/owners/ana", headers={"If-None-Match": fresh.headers["ETag"]})
    assert read.status_code == 304


def test_a_dry_run_warns_of_an_escalation_to_nobody(call: Call, put_owner: Put) -> None:
    def warnings(**changed: Any) -> Any:
        return call("PUT", "/v1/owners/ana?dry_run=true", role="admin", json=ANA | changed).json["warnings"]

    assert "No owner ‘ben’ is known" in warnings()[0]
    assert warnings(escalate_to=None) == ["escalate_after_hours does nothing without escalate_to."]
    put_owner("ben")
    assert warnings() == []


def channel(**fields: Any) -> dict[str, Any]:
    return {"channels": [fields]}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"nickname": "A"}, "nickname"),
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": "Ana\r\nBcc: x"}, "name"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@example.com\nBcc: b@example.com"}, "email"),
        ({"email": None, "channels": []}, "email"),
        ({"escalate_to": "Ben B"}, "escalate_to"),
        ({"escalate_to": "ana"}, "escalate_to"),
        ({"escalate_after_hours": 0}, "escalate_after_hours"),
        ({"escalate_after_hours": True}, "escalate_after_hours"),
        ({"repeat_hours": "24"}, "repeat_hours"),
        (channel(kind="pigeon", url="coo"), "channels[0].kind"),
        (channel(kind="email"), "channels[0].url"),
        (channel(kind="email", url="ana@example.com"), "channels[0].url"),
        (channel(kind="email", url="mailto:a@example.com,b"), "channels[0].url"),
        (channel(kind="email", url="mailto:a%0aBcc:b@example.com"), "channels[0].url"),
        (channel(kind="webhook", url="ftp://x", secret=SECRET), "channels[0].url"),
        (channel(kind="webhook", url="https://x:99999/", secret=SECRET), "channels[0].url"),
        (channel(kind="webhook", url="http://169.254.169.254/", secret=SECRET), "channels[0].url"),
        (channel(kind="webhook", url="http://2130706433:80/", secret=SECRET), "channels[0].url"),
        (channel(kind="webhook", url="http://[::ffff:10.0.0.1]/", secret=SECRET), "channels[0].url"),
        (channel(kind="webhook", url="https://LOCALHOST./", secret=SECRET), "channels[0].url"),
        (channel(kind="webhook", url="https://x/"), "channels[0].secret"),
        (channel(kind="webhook", url="https://x/", secret="whsec_!"), "channels[0].secret"),
        (channel(kind="webhook", url="https://x/", secret="***"), "channels[0].secret"),
        (channel(kind="webhook", url="${env:DATABASE_URL}", secret=SECRET), "channels[0].url"),
        (channel(kind="apprise", url="json://localhost"), "channels[0].url"),
        (channel(kind="apprise", url=SLACK, secret="x"), "channels[0].secret"),
        (channel(kind="apprise", url=SLACK, colour="red"), "channels[0].colour"),
    ],
)
def test_wrong_fields_are_named(call: Call, wrong: dict[str, Any], field: str) -> None:
    document = {"name": "Ana", "email": "ana@example.com"} | wrong
    answer = call("PUT", "/v1/owners/ana", role="admin", json=document)
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]
    assert call("GET", "/v1/owners/ana").status_code == 404


def test_keys_and_roles(call: Call) -> None:
    assert list(call("PUT", "/v1/owners/Ana_B", role="admin", json=ANA).json["errors"]) == ["owner"]
    assert call("PUT", "/v1/owners/ana", role="lead", json=ANA).status_code == 403
    assert call("DELETE", "/v1/owners/ana", role="lead").status_code == 403
    assert call("POST", "/v1/owners/ana/test", role="lead").status_code == 403
    assert call("GET", "/v1/owners", role="collector").status_code == 403
    assert call("GET", "/v1/notifications", role="viewer").status_code == 403


def test_the_list_is_paged(call: Call, put_owner: Put) -> None:
    for owner in ("c", "a", "b"):
        put_owner(owner)
    first = call("GET", "/v1/owners?limit=2").json
    assert [item["owner"] for item in first["items"]] == ["a", "b"]
    assert [item["owner"] for item in call("GET", f"/v1/owners?cursor={first['next']}").json["items"]] == [
        "c"
    ]
    assert call("GET", "/v1/owners?cursor=%F0").status_code in (400, 422)


@pytest.mark.usefixtures("shop")
def test_the_delivery_log_and_redeliver(
    call: Call, telling: Notifier, put_owner: Put, open_incident: Open, mail_sink: MailSink
) -> None:
    put_owner("ben")
    incident = open_incident()
    telling.work(seconds=61)
    [item] = call("GET", f"/v1/notifications?incident={incident}&owner=ben&state=sent").json["items"]
    assert (item["kind"], item["channel"]) == ("opened", {"kind": "email", "number": 0})
    assert [attempt["status"] for attempt in item["attempts"]] == [250]
    assert call("GET", "/v1/notifications?state=failed").json["items"] == []
    assert list(call("GET", "/v1/notifications?state=lost").json["errors"]) == ["state"]
    again = call("POST", f"/v1/notifications/{item['id']}/redeliver")
    assert (again.status_code, again.json["state"]) == (202, "due")
    telling.work(seconds=5)
    first, second = mail_sink.messages()
    assert first["Message-ID"] == second["Message-ID"]
    assert call("POST", "/v1/notifications/none/redeliver").status_code == 404


@pytest.mark.e2e
def test_a_test_message_goes_through_the_real_notifier(
    call: Call, processes: Processes, put_owner: Put, receiver: Receiver, mail_sink: MailSink
) -> None:
    put_owner("ana", {"kind": "email", "url": "mailto:ana@example.com"}, receiver.channel())
    processes.start("alerts", "notifier")
    answer = call("POST", "/v1/owners/ana/test", role="admin")
    assert answer.status_code == 200
    mail, webhook = answer.json["results"]
    assert (mail["state"], mail["channel"]) == ("sent", {"kind": "email", "url": "mailto:ana@example.com"})
    assert webhook["state"] == "failed"
    assert webhook["detail"].endswith("is a private address; set ALLOW_PRIVATE_WEBHOOKS to allow that.")
    assert [str(sent["Subject"]) for sent in mail_sink.messages()] == ["Test from Journeyloop for Ana"]
    assert call("POST", "/v1/owners/nobody/test", role="admin").status_code == 404


def test_without_a_notifier_a_test_says_so(
    call: Call, put_owner: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.alerts.trial.PATIENCE_SECONDS", 0.3)
    put_owner("ana")
    [result] = call("POST", "/v1/owners/ana/test", role="admin").json["results"]
    assert result["state"] == "waiting"
    assert "whether the notifier runs" in result["detail"]


def test_the_database_keeps_no_trace_of_a_refused_owner(call: Call, conn: Connection) -> None:
    call("PUT", "/v1/owners/ana", role="admin", json=ANA | {"nickname": "A"})
    assert conn.execute("SELECT count(*) AS n FROM owner").fetchone() == {"n": 0}
