"""Which addresses a message may be sent to."""

from __future__ import annotations

import socket
from datetime import UTC, datetime

import pytest

from services.alerts.channels import addresses, webhook
from services.alerts.channels.outcome import Refused

PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "192.88.99.1",
    "198.18.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "fe80::1%eth0",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "ff0e::1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "3fff::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_not_public(address: str) -> None:
    assert not addresses.is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_public_addresses_are(address: str) -> None:
    assert addresses.is_public(address)


INSIDE = [
    "localhost",
    "LOCALHOST.",
    "shop.localhost",
    "127.1",
    "127.0.0.1",
    "0",
    "2130706433",
    "017700000001",
    "0x7f000001",
    "0x7f.1",
    "0300.0250.0.1",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "fe80::1",
]


@pytest.mark.parametrize("host", INSIDE)
def test_private_addresses_are_known_in_any_notation(host: str) -> None:
    assert addresses.names_a_private_address(host)


def test_knowing_them_asks_no_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(host: str, *_: object, flags: int = 0, **__: object) -> None:
        assert flags & socket.AI_NUMERICHOST, f"{host} was looked up"
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", asked)
    assert not addresses.names_a_private_address("hooks.example")


def url_of(host: str) -> str:
    return f"http://[{host}]/x" if ":" in host else f"http://{host}/x"


@pytest.mark.parametrize(
    "url",
    [
        *(url_of(host) for host in INSIDE if host != "shop.localhost"),
        "http://[::1%25lo]/x",
        "http://１２７.0.0.1/x",
        "http://user@127.0.0.1/x",
        "http://1.1.1.1@127.0.0.1/x",
        "http://1.1.1.1\\@127.0.0.1/x",
        "ftp://1.1.1.1/x",
        "http:///x",
        "http://a_name_that_is_nowhere.invalid/x",
        "http://1.1.1.1:99999/x",
        f"http://{'a' * 64}.example/x",
        "http://[1.1.1.1/x",
    ],
)
def test_urls_that_lead_inside_or_nowhere_are_refused(url: str) -> None:
    with pytest.raises(Refused):
        webhook.send(
            url, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "n-1", {}, datetime.now(UTC), private=False
        )


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = [(2, 1, 6, "", (address, 443)) for address in ("1.1.1.1", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)
    with pytest.raises(Refused, match=r"hooks\.example is a private address"):
        addresses.checked("hooks.example", 443, private=False)
    assert addresses.checked("hooks.example", 443, private=True) == ["1.1.1.1", "10.0.0.1"]
