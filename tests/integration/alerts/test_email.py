"""What mail servers do with our mail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from dev.mail_sink import MailSink
from dev.ports import free_port
from services.alerts.channels import email
from services.alerts.channels.outcome import Refused
from services.alerts.messages.compose import message
from tests.unit.alerts.stories import opened

Serve = Callable[..., str]


class Choosy:
    """Refuses everybody but Ana."""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address != "ana@example.com":
            return "550 5.1.1 No such\tuser here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        return "452 4.2.2 Mailbox full" if b"full" in envelope.content else "250 Taken"


@pytest.fixture
def serve() -> Iterator[Serve]:
    """serve(auth_required=True): a choosy mail server; its host and port."""
    running: list[Controller] = []

    def start(**how: Any) -> str:
        server = Controller(Choosy(), hostname="127.0.0.1", port=free_port(), **how)
        server.start()
        running.append(server)
        return f"127.0.0.1:{server.port}"

    yield start
    for server in running:
        server.stop()


def letter(to: str = "ana@example.com", stage: str = "Delivery") -> EmailMessage:
    return email.mail(
        message([opened(stage_name=stage)]),
        to=to,
        mail_from="journeyloop@example.com",
        notification_id="n-1",
        earlier=[],
        list_name="shop",
        now=datetime.now(UTC),
    )


def test_names_arrive_as_they_are(mail_sink: MailSink) -> None:
    stage = "Zustellung in Köln & „Übergabe“ an die Tür, 配送 – mit einem sehr langen Namen für eine Zeile"
    assert email.send(mail_sink.url, letter(stage=stage)).sent
    [mail] = mail_sink.messages()
    assert mail["Subject"] == f"{stage} NPS down 19 to 22 since Thu 13 Nov"
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert f"customers rate {stage} (Shop journey) clearly lower" in plain.get_content()


def test_the_servers_refusal_is_told(serve: Serve) -> None:
    url = f"smtp://{serve()}"
    refused = email.send(url, letter("ben@example.com"))
    assert (refused.sent, refused.status) == (False, 550)
    assert refused.detail == "The mail server answered 550: 5.1.1 No such user here"
    full = email.send(url, letter(stage="full"))
    assert (full.sent, full.status) == (False, 452)


def test_a_password_is_used_and_a_wrong_one_told(serve: Serve) -> None:
    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=data.password == b"p@ss", handled=False)

    address = serve(auth_required=True, auth_require_tls=False, authenticator=check)
    assert email.send(f"smtp://me:p%40ss@{address}", letter()).sent
    assert email.send(f"smtp://me:wrong@{address}", letter()).status == 535
    assert email.send(f"smtp://{address}", letter()).status == 530


def test_starttls_asked_for_is_never_left_out(serve: Serve) -> None:
    outcome = email.send(f"smtp://{serve()}?starttls=1", letter())
    assert not outcome.sent
    assert "STARTTLS" in outcome.detail


@pytest.mark.parametrize(
    "url", ["mailto:", "mailto:nobody", "ana@example.com", "mailto:a@b.example c@d.example"]
)
def test_a_channel_without_an_address_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        email.address(url)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(Refused, match="Not an e-mail address"):
        letter("a@b@c")
