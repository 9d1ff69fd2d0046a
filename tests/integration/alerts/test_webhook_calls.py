"""Webhooks over real connections: where they go, what they prove, how long they may take."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from flask.testing import FlaskClient
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from services.alerts import sending
from services.alerts.channels import webhook
from services.alerts.channels.outcome import Outcome, Refused
from shared.settings import Settings
from tests.integration.alerts.conftest import Call, Notifier, Open, Put
from tests.integration.alerts.internet import lead, site
from tests.integration.alerts.receiver import SECRET, Receiver, receiving
from tests.integration.alerts.receiver import Call as Sent

NEW = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
PUBLIC = ("203.0.113.7", 443)


def post(url: str, *, private: bool = True) -> Outcome:
    return webhook.send(url, SECRET, "n-1", {"type": "test"}, datetime.now(UTC), private=private)


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with another answer each time is asked for once, and what it said first is called."""
    with receiving() as first, receiving() as second:
        answers = [("127.0.0.1", first.port), ("127.0.0.2", second.port)]

        def answer(name: str) -> list[tuple[str, int]] | None:
            return [answers.pop(0)] if name == "hooks.example" else None

        asked = lead(monkeypatch, answer)
        assert post(f"http://hooks.example:{first.port}/in").sent
        assert asked == ["hooks.example"]
        assert (len(first.calls), len(second.calls)) == (1, 0)
        assert first.calls[0].headers["host"] == f"hooks.example:{first.port}"
        assert first.calls[0].verified() == {"type": "test"}


def test_a_name_with_a_private_address_is_not_called(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for answer in ([("127.0.0.1", receiver.port)], [PUBLIC, ("127.0.0.1", receiver.port)]):
        lead(monkeypatch, lambda name, found=answer: found if name == "hooks.example" else None)  # type: ignore[misc]
        with pytest.raises(Refused, match="private"):
            post(f"http://hooks.example:{receiver.port}/in", private=False)
    assert receiver.calls == []


def test_tls_is_checked_for_the_name_not_the_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("hooks.example", "other.example", "xn--bcher-kva.example")
    with site(tmp_path, names[0], names[2]) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.ca))
        lead(monkeypatch, lambda name: [("127.0.0.1", running.port)] if name in names else None)
        assert post(f"https://us%C3%A9r:p%40ss@hooks.example:{running.port}/a/%20b?c=d").sent
        assert post(f"https://bücher.example:{running.port}/ü").sent
        refused = post(f"https://other.example:{running.port}/")
        assert refused.detail == "other.example could not be reached: its TLS certificate was not accepted."
    first, second = running.requests
    assert (first.server_name, first.path) == ("hooks.example", "/a/%20b?c=d")
    assert first.headers["host"] == f"hooks.example:{running.port}"
    assert first.headers["authorization"] == "Basic dXPDqXI6cEBzcw=="
    assert (second.server_name, second.path) == ("xn--bcher-kva.example", "/%C3%BC")
    assert Webhook(SECRET).verify(second.body, second.headers) == orjson.loads(second.body)


def test_an_address_nobody_listens_at_is_passed_over(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead(monkeypatch, lambda name: [("127.0.0.2", 1), ("127.0.0.1", 1)] if name == "hooks.example" else None)
    assert post(f"http://hooks.example:{receiver.port}/in").sent
    assert len(receiver.calls) == 1
    receiver.statuses = [500]
    assert not post(f"http://hooks.example:{receiver.port}/in").sent
    assert len(receiver.calls) == 2, "an answer is an answer: no second address is asked"


def test_a_redirect_into_the_private_network_leads_nowhere(receiver: Receiver) -> None:
    with receiving() as inside:
        receiver.statuses, receiver.headers = [307], {"Location": inside.url}
        assert post(receiver.url).detail == "127.0.0.1 answered 307: a redirect, which is not followed."
        assert inside.calls == []


@pytest.mark.usefixtures("shop")
def test_a_secret_is_changed_over_without_a_gap(
    call: Call,
    client: FlaskClient,
    settings: Settings,
    telling: Notifier,
    put_owner: Put,
    open_incident: Open,
    receiver: Receiver,
) -> None:
    """The same message before, during and after: the receiver may change its secret at any time during."""
    telling.settings = client.application.extensions["journeyloop"].settings = replace(
        settings, allow_private_webhooks=True
    )
    put_owner("ben", receiver.channel())
    open_incident()
    telling.work(seconds=61)
    [message] = telling.rows()
    assert receiver.calls[0].verified(SECRET)["type"]
    for secret, knows in ((f"{NEW} {SECRET}", {NEW, SECRET}), (NEW, {NEW})):
        ben = call("GET", "/v1/owners/ben", role="admin").json
        ben["channels"][0]["secret"] = secret
        kept = {name: ben[name] for name in ("name", "email", "channels")}
        assert call("PUT", "/v1/owners/ben", role="admin", json=kept).status_code == 200
        masked = kept | {"channels": call("GET", "/v1/owners/ben").json["channels"]}
        assert masked["channels"][0]["secret"] == "***"
        assert call("PUT", "/v1/owners/ben", role="admin", json=masked).status_code == 200
        assert call("POST", f"/v1/notifications/{message['id']}/redeliver").status_code == 202
        telling.work(seconds=5)
        sent = receiver.calls[-1]
        assert {one for one in (NEW, SECRET) if verifies(sent, one)} == knows
    assert [one.id for one in receiver.calls] == [str(message["id"])] * 3


def verifies(sent: Sent, secret: str) -> bool:
    try:
        sent.verified(secret)
    except WebhookVerificationError:
        return False
    return True


@pytest.mark.usefixtures("shop")
def test_a_receiver_that_drips_does_not_hold_up_the_others(
    settings: Settings,
    telling: Notifier,
    put_owner: Put,
    open_incident: Open,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sending, "MOST_SECONDS", 1.0)
    telling.settings = replace(settings, allow_private_webhooks=True)
    with dripping() as port:
        slow = receiver.channel() | {"url": f"http://127.0.0.1:{port}/"}
        put_owner("ben", slow, receiver.channel())
        open_incident()
        began = time.monotonic()
        telling.work(seconds=61)
    assert time.monotonic() - began < 10
    assert [attempt["detail"] for attempt in telling.attempts()] == [
        "No answer within 1 s.",
        "127.0.0.1 took it.",
    ]
    assert [row["state"] for row in telling.rows()] == ["due", "sent"]


@contextmanager
def dripping() -> Iterator[int]:
    """A server that answers with a byte now and then, for ever: no time limit of a socket ever strikes."""
    over = threading.Event()

    def serve(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, suppress(ConnectionError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not over.wait(0.1):
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=[listening], daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        over.set()
        thread.join()
