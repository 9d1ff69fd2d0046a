"""What may be called, and what may not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
import requests
from standardwebhooks import Webhook

from services.alerts.channels import addressed, chat, webhook
from services.alerts.channels.outcome import Refused
from services.alerts.channels.remote import SCHEMES, WORKFLOWS, refusal
from services.alerts.messages.compose import message
from services.alerts.secret_texts import NothingStored, filled_in, masked, restored
from tests.unit.alerts.stories import opened

OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEW = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
    ],
)
def test_private_addresses_are_refused(address: str) -> None:
    assert not webhook.is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_public_addresses_are_not(address: str) -> None:
    assert webhook.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/x",
        "http://127.1/x",
        "http://2130706433/x",
        "http://[::1]/x",
        "http://0x7f.1/x",
        "ftp://1.1.1.1/x",
        "http:///x",
        "http://a_name_that_is_nowhere.invalid/x",
        "http://1.1.1.1:99999/x",
    ],
)
def test_urls_that_lead_inside_are_refused(url: str) -> None:
    with pytest.raises(Refused):
        webhook.checked_address(urlsplit(url), private=False)


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = [(2, 1, 6, "", (address, 443)) for address in ("1.1.1.1", "10.0.0.1")]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: answer)
    with pytest.raises(Refused, match="private"):
        webhook.checked_address(urlsplit("https://hooks.example/"), private=False)


def test_the_call_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers publicly first and privately afterwards must not lead inside."""
    answers = [[(2, 1, 6, "", ("203.0.113.7", 80))], [(2, 1, 6, "", ("127.0.0.1", 80))]]
    monkeypatch.setattr(
        "socket.getaddrinfo", lambda *_, **__: answers.pop(0) if len(answers) > 1 else answers[0]
    )
    monkeypatch.setattr(webhook, "is_public", lambda address: address == "203.0.113.7")
    called: list[str] = []

    def call(parts: object, address: str, *_: object) -> webhook.Outcome:
        called.append(address)
        return webhook.Outcome(True, "")

    monkeypatch.setattr(webhook, "_post", call)
    webhook.send("http://hooks.example/", OLD, "n-1", {}, datetime.now(UTC), private=False)
    assert called == ["203.0.113.7"]


def test_private_addresses_can_be_allowed() -> None:
    assert webhook.checked_address(urlsplit("http://127.0.0.1:9/x"), private=True) == "127.0.0.1"


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_both_secrets_verify_while_one_replaces_the_other(secret: str) -> None:
    now, body = datetime.now(UTC), b'{"type":"test"}'
    headers = {
        "webhook-id": "n-1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": webhook.signatures(f"{NEW} {OLD}", "n-1", now, body),
    }
    assert Webhook(secret).verify(body, headers) == {"type": "test"}


@pytest.mark.parametrize("secret", ["", " ", "whsec_", "whsec_a"])
def test_without_a_usable_secret_nothing_is_sent(secret: str) -> None:
    with pytest.raises(Refused, match="secret"):
        webhook.send("http://127.0.0.1:1/", secret, "n-1", {}, datetime.now(UTC), private=True)


@pytest.mark.parametrize(
    "url",
    [
        "json://localhost",
        "file:///etc/passwd",
        "dbus://",
        "syslog://",
        "exec://x",
        "mailto://a:b@example.com",
        "ntfy://10.0.0.1/topic",
        "https://hooks.slack.com/services/a/b/c",
        "workflows://127.0.0.1:80/a/b",
        "workflows://logic.azure.com.evil.example/a/b",
        f"{SLACK}?template=/etc/passwd",
        f"{SLACK}?verify=no",
        "slack",
        "",
    ],
)
def test_apprise_urls_outside_the_list_are_refused(url: str) -> None:
    assert refusal(url)


@pytest.mark.parametrize(
    "url",
    [SLACK, "PAGERDUTY://a@b", "workflows://prod-1.westeurope.logic.azure.com:443/a/b", "tgram://1:a/2"],
)
def test_apprise_urls_on_the_list_are_not(url: str) -> None:
    assert refusal(url) is None


def test_every_allowed_scheme_is_one_of_apprise_at_a_fixed_host() -> None:
    from apprise.plugins import N_MGR

    N_MGR.load_modules()
    assert not [scheme for scheme in SCHEMES | WORKFLOWS if scheme not in N_MGR]
    named_hosts = [s for s in SCHEMES if any("{host" in template for template in N_MGR[s].templates)]
    assert named_hosts == []


OWNER: dict[str, Any] = {
    "name": "Ana",
    "channels": [
        {"kind": "email", "url": "mailto:ana@example.com"},
        {"kind": "apprise", "url": SLACK},
        {"kind": "webhook", "url": "https://hooks.example/in?key=s3cret", "secret": OLD},
        {"kind": "webhook", "url": "${env:JOURNEYLOOP_HOOK}", "secret": "${env:JOURNEYLOOP_KEY}"},
    ],
}


def test_secrets_are_masked_and_a_mask_put_back_keeps_them() -> None:
    shown = masked(OWNER)
    assert [channel["url"] for channel in shown["channels"]] == [
        "mailto:ana@example.com",
        "slack://***",
        "https://hooks.example/***",
        "${env:JOURNEYLOOP_HOOK}",
    ]
    assert [channel.get("secret") for channel in shown["channels"]] == [
        None,
        None,
        "***",
        "${env:JOURNEYLOOP_KEY}",
    ]
    assert "s3cret" not in repr(shown)
    assert restored(shown, OWNER) == OWNER


def test_a_mask_follows_its_channel_to_another_place() -> None:
    shown = masked(OWNER)
    moved = {"name": "Ana", "channels": [shown["channels"][2], shown["channels"][1]]}
    assert restored(moved, OWNER)["channels"] == [OWNER["channels"][2], OWNER["channels"][1]]


def test_a_mask_without_anything_stored_is_refused() -> None:
    document = {"channels": [{"kind": "webhook", "url": "https://other.example/", "secret": "***"}]}
    with pytest.raises(NothingStored, match=r"channels\[0\]\.secret"):
        restored(document, OWNER)


def test_environment_references_are_filled_in() -> None:
    values = {"JOURNEYLOOP_A": "x", "JOURNEYLOOP_B": "y"}
    assert filled_in("https://${env:JOURNEYLOOP_A}/${env:JOURNEYLOOP_B}", values.__getitem__) == "https://x/y"


def test_channels_are_numbered_within_their_kind() -> None:
    found = addressed.channels(OWNER)
    assert [(way.kind, way.number) for way in found] == [
        ("email", 0),
        ("apprise", 0),
        ("webhook", 0),
        ("webhook", 1),
    ]
    assert addressed.channels({"email": "b@example.com"}) == [addressed.fallback("b@example.com")]
    assert addressed.find(OWNER, "webhook", 2) is None


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> list[requests.PreparedRequest]:
    """Slack's server: every request it gets; it knows no webhook."""
    requested: list[requests.PreparedRequest] = []

    def answer(_: object, request: requests.PreparedRequest, **__: object) -> requests.Response:
        requested.append(request)
        response = requests.Response()
        response.status_code, response._content, response.request = 404, b"no_service", request
        return response

    monkeypatch.setattr("requests.adapters.HTTPAdapter.send", answer)
    return requested


def test_slack_gets_the_two_lines_and_its_answer_is_told_in_words(
    slack: list[requests.PreparedRequest],
) -> None:
    found = chat.send(SLACK, message([opened()]))
    assert (found.sent, found.status) == (False, 404)
    assert found.detail == "Slack answered 404: the webhook was revoked or is mistyped."
    [request] = slack
    assert request.url == "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    [attachment] = orjson.loads(request.body or b"{}")["attachments"]
    assert attachment["title"] == "Delivery NPS down 19 to 22 since Thu 13 Nov"
    assert "Courier hand-over (moment of truth) -15, mostly region North." in attachment["text"]
    assert "https://fb.example/incidents/7F3K2M9Q?t=signed" in attachment["text"]


@pytest.mark.parametrize("url", ["json://localhost", "slack://incomplete"])
def test_chat_refuses_what_it_cannot_use(url: str) -> None:
    with pytest.raises(Refused):
        chat.send(url, message([opened()]))
