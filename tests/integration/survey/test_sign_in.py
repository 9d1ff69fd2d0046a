"""Signing in: by mailed link or key; nobody learns who may; links and sessions end when they should."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiosmtpd.controller import Controller
from flask.testing import FlaskClient

from dev.mail_sink import MailSink
from dev.ports import free_port
from services.survey import SCHEMA, worker
from services.survey.app import create_app
from services.survey.recovery_mails import RecoveryMails
from services.survey.sign_in_mails import SignInMails
from services.survey.store import imports
from shared.access import accounts, create_key
from shared.db import Connection, connect
from shared.process import Status, StopSignal
from shared.settings import Settings
from tests.integration.survey.maps import add_map
from tests.integration.survey.test_import_worker import HEADER, upload

ANA, NOBODY = "ana@example.com", "nobody@example.com"


class People:
    """The survey service with a mail server: `step` is the worker's look at what was asked for."""

    def __init__(self, settings: Settings, conn: Connection, sink: MailSink) -> None:
        self.settings, self.conn, self.sink = settings, conn, sink
        self.app = create_app(settings)
        self.client = self.app.test_client()
        accounts.add(conn, ANA, "admin", "Ana")

    def ask(self, email: str, next: str = "", client: FlaskClient | None = None) -> Any:
        return (client or self.client).post("/sign-in", data={"email": email, "next": next})

    def work(self) -> list[str]:
        """Let the worker do all there is to do; whom it mailed, in order."""
        before = len(self.sink.messages())
        mails = SignInMails()
        while mails.step(self.conn, self.settings):
            pass
        return [str(mail["To"]) for mail in self.sink.messages()[before:]]

    def token(self) -> str:
        """The token of the link in the last mail."""
        body = self.sink.messages()[-1].get_body(("plain",))
        assert body is not None
        (link,) = re.findall(r"https?://\S+", body.get_content())
        return parse_qs(urlsplit(link).query)["t"][0]

    def open(self, token: str, client: FlaskClient | None = None) -> Any:
        return (client or self.client).post("/sign-in/link", data={"t": token})

    def sign_in(self, email: str = ANA, next: str = "") -> Any:
        self.ask(email, next)
        assert self.work() == [email]
        return self.open(self.token())

    def who(self, client: FlaskClient | None = None) -> str | None:
        """What the sign-in page says about who is signed in."""
        found = re.search(r"<p>As <strong[^>]*>([^<]+)", (client or self.client).get("/sign-in").text)
        return found[1] if found else None


@pytest.fixture
def people(settings: Settings, mail_sink: MailSink) -> Iterator[People]:
    found = replace(settings, smtp_url=mail_sink.url)
    with connect(found, SCHEMA) as conn:
        running = People(found, conn, mail_sink)
        yield running
        running.app.extensions["journeyloop"].pool.close()


def test_a_link_by_mail_signs_in_and_leads_on(people: People) -> None:
    wanted = f"{people.settings.alerts_url}/incidents/7F3K?state=open"
    answer = people.sign_in(next=wanted)
    assert (answer.status_code, answer.location) == (303, wanted)
    assert people.who() == "Ana"
    assert people.conn.execute("SELECT signed_in_at FROM access.account").fetchone()["signed_in_at"]  # type: ignore[index]


def test_opening_the_link_uses_nothing_up(people: People) -> None:
    people.ask(ANA)
    people.work()
    token = people.token()
    for _ in range(3):
        page = people.client.get(f"/sign-in/link?t={token}")
        assert (page.status_code, ANA in page.text) == (200, True)
    assert people.who() is None
    assert people.open(token).status_code == 303


def test_a_link_is_good_once(people: People) -> None:
    people.sign_in()
    other = people.app.test_client()
    again = people.open(people.token(), other)
    assert (again.status_code, people.who(other)) == (410, None)
    assert people.client.get(f"/sign-in/link?t={people.token()}").status_code == 410


def test_a_link_is_good_for_15_minutes(people: People) -> None:
    people.ask(ANA)
    people.work()
    people.conn.execute("UPDATE access.sign_in_link SET created_at = now() - interval '15 minutes'")
    assert people.open(people.token()).status_code == 410
    assert people.who() is None


def test_a_forged_link_is_good_for_nothing(people: People) -> None:
    people.ask(ANA)
    people.work()
    token = people.token()
    row = people.conn.execute("SELECT id FROM access.sign_in_link").fetchone()
    assert row
    for forged in ("", token[:-2] + "xx", "é" + token, str(row["id"])):
        assert people.open(forged).status_code == 410
    assert people.open(token).status_code == 303


def test_nobody_learns_whose_an_address_is(people: People) -> None:
    answers = {email: people.ask(email) for email in (ANA, NOBODY)}
    shown = {
        email: re.sub(r"\d\d:\d\d", "", answer.text).replace(email, "…") for email, answer in answers.items()
    }
    assert shown[ANA] == shown[NOBODY]
    assert people.conn.execute(
        "SELECT email, attempts, settled_at, next FROM access.sign_in_link"
    ).fetchall() == [
        {"email": email, "attempts": 0, "settled_at": None, "next": ""} for email in (ANA, NOBODY)
    ]
    assert people.work() == [ANA]
    waiting = people.conn.execute("SELECT 1 FROM access.sign_in_link WHERE settled_at IS NULL").fetchall()
    assert waiting == [], "what is asked for nobody is settled too"


def test_what_is_no_address_is_said_and_kept(people: People) -> None:
    for typed in ("", "ana", "ana@", "a b@example.com"):
        answer = people.ask(typed)
        assert (answer.status_code, f'value="{typed}"' in answer.text) == (422, True)
    assert people.ask("ana@example.com\x00").status_code == 400
    assert people.conn.execute("SELECT 1 FROM access.sign_in_link").fetchall() == []


def test_an_address_is_read_in_any_case(people: People) -> None:
    people.ask("  ANA@Example.COM ")
    assert people.work() == [ANA]


def test_owners_and_the_fallback_sign_in_as_leads(people: People) -> None:
    accounts.keep_owner(people.conn, "delivery-team", "Ben", ["Ben@example.com", ANA])
    for email, role in (("ben@example.com", "lead"), ("fallback@example.com", "lead"), (ANA, "admin")):
        assert people.sign_in(email).status_code == 303
        assert f"with the role {role}" in people.client.get("/sign-in").text


def test_a_mail_server_that_is_away_is_tried_again_with_the_same_link(people: People) -> None:
    people.ask(ANA)
    up, people.settings = people.settings, replace(people.settings, smtp_url="smtp://127.0.0.1:1")
    assert people.work() == []
    people.settings = up
    assert people.work() == [], "not at once"
    people.conn.execute("UPDATE access.sign_in_link SET try_at = now()")
    assert people.work() == [ANA]
    assert people.open(people.token()).status_code == 303


class Refusing:
    """A mail server that takes no mail, and says for whom."""

    async def handle_RCPT(self, _: Any, __: Any, ___: Any, address: str, ____: Any) -> str:
        return f"550 5.1.1 <{address}>: no such mailbox"


def test_the_log_says_why_a_mail_is_refused_but_not_whose(
    people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    server = Controller(Refusing(), hostname="127.0.0.1", port=free_port())
    server.start()
    people.ask(ANA)
    people.settings = replace(people.settings, smtp_url=f"smtp://127.0.0.1:{server.port}")
    people.work()
    server.stop()
    told = capsys.readouterr().err
    assert "no such mailbox" in told
    assert ANA not in told


def test_a_mail_that_comes_twice_is_the_same(people: People) -> None:
    people.ask(ANA)
    people.work()
    people.conn.execute("UPDATE access.sign_in_link SET settled_at = NULL, sent_at = NULL, try_at = now()")
    people.work()
    first, second = people.sink.messages()
    assert first["Message-ID"] == second["Message-ID"]
    assert first.get_body(("plain",)).get_content() == second.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_a_link_that_is_too_old_is_not_mailed(people: People) -> None:
    people.ask(ANA)
    people.conn.execute("UPDATE access.sign_in_link SET created_at = now() - interval '15 minutes'")
    assert people.work() == []


def test_one_address_gets_a_few_mails_at_most(people: People) -> None:
    for _ in range(7):
        assert people.ask(ANA).status_code == 200
    assert people.work() == [ANA] * 5
    assert people.open(people.token()).status_code == 303, "and these are good"


def test_who_asks_too_often_waits(people: People) -> None:
    answers = [people.ask(f"{number}@example.com").status_code for number in range(30)]
    assert set(answers) == {200}
    refused = people.ask(NOBODY)
    assert (refused.status_code, refused.mimetype) == (429, "text/html")
    assert int(refused.headers["Retry-After"]) > 0
    assert people.client.post("/sign-in", data={"key": "jl_no_key"}).status_code == 429
    key = create_key(people.conn, "viewer", "a good key")
    assert people.client.post("/sign-in", data={"key": key}).status_code == 303


def test_who_may_no_longer_sign_in_has_a_link_for_nothing(people: People) -> None:
    people.ask(ANA)
    people.work()
    accounts.disable(people.conn, ANA)
    assert people.client.get(f"/sign-in/link?t={people.token()}").status_code == 410
    assert people.open(people.token()).status_code == 410
    assert people.who() is None


def test_a_mail_does_not_wait_for_an_import_to_end(people: People) -> None:
    add_map(people.conn)
    upload(people.conn, HEADER + "7,north\n")
    work = imports.claim(people.conn)
    assert work is not None
    people.ask(ANA)
    stop = object.__new__(StopSignal)  # without taking over the signals of the tests' own process
    stop.asked = False
    worker._work_off(
        people.conn, people.settings, work, Status("worker"), stop, (SignInMails(), RecoveryMails())
    )
    assert [mail["To"] for mail in people.sink.messages()] == [ANA]
