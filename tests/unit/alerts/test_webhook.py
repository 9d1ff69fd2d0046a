"""Which addresses a webhook may call, and how it is signed."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from standardwebhooks import Webhook

from services.alerts.channels import webhook
from services.alerts.channels.outcome import Outcome, Refused

OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEW = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


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

    def call(parts: object, address: str, *_: object) -> Outcome:
        called.append(address)
        return Outcome(True, "")

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
