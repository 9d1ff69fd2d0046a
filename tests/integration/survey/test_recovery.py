"""After a case was solved its customer is asked once, by mail, how it went; what they say is the recovery score."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from dev.mail_sink import MailSink
from services.survey import recovery_mails
from services.survey.recovery_mails import RecoveryMails
from services.survey.store import recoveries
from shared.settings import Settings
from tests.integration.survey.conftest import SURVEY, Service

EMAIL = "planted.person@customers.example"
RULE = {
    "score_at_most": 6,
    "due_hours": 24,
    "recovery_survey": "recovery-csat",
    "ask_contact": {"en": "May we get in touch?", "de": "Dürfen wir uns melden?"},
}
RECOVERY = {
    "journey": "shop", "stage": "delivery", "touchpoint": "tracking", "metric": "csat", "audience": "customer",
    "status": "live", "question": {"en": "Did we solve it?", "de": "Haben wir es gelöst?"},
}  # fmt: skip


class Desk:
    """The service with a mail server and an unhappy customer now and then."""

    def __init__(self, service: Service, settings: Settings, sink: MailSink) -> None:
        self.service, self.settings, self.sink = service, settings, sink

    def case(self, score: int = 2, **fields: Any) -> dict[str, Any]:
        """A low answer with a contact, and the case that it opened."""
        contact = {"email": EMAIL, "name": "Paula Planted", "consent": True}
        assert self.service.answer(score=score, contact=contact, **fields).status_code == 201
        rows = self.service.rows("SELECT id FROM follow_up ORDER BY opened_at DESC LIMIT 1")
        found: dict[str, Any] = self.service.call("GET", f"/v1/follow-ups/{rows[0]['id']}").json
        return found

    def change(self, case: dict[str, Any], **fields: Any) -> None:
        answer = self.service.call("PATCH", f"/v1/follow-ups/{case['id']}", json=fields)
        assert answer.status_code == 200, answer.text

    def solve(self, case: dict[str, Any]) -> None:
        self.change(case, state="resolved", outcome="solved", cause="delay")

    def work(self) -> int:
        """Let the worker do all there is to do; how many mails came."""
        before, mails = len(self.sink.messages()), RecoveryMails()
        while mails.step(self.service.conn, self.settings):
            pass
        return len(self.sink.messages()) - before

    def link(self) -> str:
        """The path and query of the link in the last mail."""
        body = self.sink.messages()[-1].get_body(("plain",))
        assert body is not None
        found = re.search(r"https?://[^/]+(/s/\S+)", body.get_content())
        assert found
        return found[1]

    def answer(self, score: int) -> None:
        path = self.link()
        token = parse_qs(urlsplit(path).query)["t"][0]
        form = {"t": token, "score": str(score)}
        assert self.service.call("POST", urlsplit(path).path, None, data=form).status_code == 200

    def scores(self, **query: Any) -> list[dict[str, Any]]:
        found = self.service.call("GET", "/v1/follow-ups/recovery", "viewer", query_string=query)
        assert found.status_code == 200, found.text
        items: list[dict[str, Any]] = found.json["items"]
        return items


def asked(service: Service, **changes: Any) -> int:
    """PUT the survey that asks afterwards; the status."""
    status: int = service.call("PUT", "/v1/surveys/recovery-csat", json=RECOVERY | changes).status_code
    return status


@pytest.fixture
def desk(shop: Service, settings: Settings, mail_sink: MailSink) -> Desk:
    assert asked(shop) == 201
    assert shop.put_survey(**SURVEY | {"follow_ups": RULE}).status_code == 200
    return Desk(shop, replace(settings, smtp_url=mail_sink.url), mail_sink)


def test_a_solved_case_asks_its_customer_once(desk: Desk) -> None:
    case = desk.case(lang="de")
    assert desk.work() == 0
    desk.solve(case)
    assert desk.work() == 1
    desk.change(case, state="open")
    desk.solve(case)
    assert desk.work() == 0
    [mail] = desk.sink.messages()
    assert (mail["To"], mail["Subject"]) == (EMAIL, "Haben wir es gelöst?")
    assert "List-Unsubscribe" in mail
    assert case["id"] not in mail.as_string()
    kinds = [
        line["kind"] for line in desk.service.call("GET", f"/v1/follow-ups/{case['id']}").json["history"]
    ]
    assert kinds.count("recovery sent") == 1


def test_the_text_of_the_mail_is_no_html(desk: Desk) -> None:
    question = {"en": "Was it <quick> & easy?", "de": "Ging es <schnell> & leicht?"}
    desk.service.put_survey("recovery-csat", **(RECOVERY | {"question": question}))
    desk.solve(desk.case(lang="de"))
    assert desk.work() == 1
    text, html = (desk.sink.messages()[-1].get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert "Ging es <schnell> & leicht?" in text.get_content()
    assert parse_qs(urlsplit(desk.link()).query)["lang"] == ["de"]
    assert "&amp;" not in text.get_content()
    assert "Ging es &lt;schnell&gt; &amp; leicht?" in html.get_content()


def test_only_what_was_solved_for_somebody_who_left_a_contact_is_asked_about(desk: Desk) -> None:
    desk.change(desk.case(), state="resolved", outcome="no_answer")
    reopened = desk.case()
    desk.solve(reopened)
    desk.change(reopened, state="contacted")
    assert desk.work() == 0
    desk.solve(reopened)
    assert desk.work() == 1


def test_what_they_say_is_the_recovery_score_of_the_cases_stage(desk: Desk) -> None:
    for score in (5, 2):
        desk.solve(desk.case())
        assert desk.work() == 1
        desk.answer(score)
    desk.solve(desk.case())
    desk.work()
    [found] = desk.scores(journey="shop")
    assert (found["stage"], found["survey"], found["metric"]) == ("delivery", "recovery-csat", "csat")
    assert (found["sent"], found["n"], found["score"]) == (3, 2, 50.0)
    assert found["low"] < 50 < found["high"]
    assert found["small_sample"]
    assert desk.scores(stage="order") == []
    channels = desk.service.rows("SELECT channel FROM response WHERE survey = 'recovery-csat'")
    assert {row["channel"] for row in channels} == {"recovery"}


def test_the_score_stays_when_the_person_is_erased_and_nothing_else(desk: Desk) -> None:
    answered, waiting = desk.case(), desk.case()
    desk.solve(answered)
    desk.work()
    desk.answer(5)
    desk.solve(waiting)
    erased = desk.service.call("POST", "/v1/respondents/erase", json={"respondent": EMAIL})
    assert erased.status_code == 200
    assert desk.work() == 0
    [found] = desk.scores()
    assert (found["n"], found["score"]) == (1, 100.0)
    assert desk.service.rows("SELECT token FROM recovery") == [{"token": None}]


def test_nobody_is_asked_who_asked_not_to_be(desk: Desk) -> None:
    desk.solve(desk.case())
    desk.work()
    token = parse_qs(urlsplit(desk.link()).query)["t"][0]
    path = "/s/recovery-csat/unsubscribe"
    assert desk.service.call("POST", path, None, data={"t": token}).status_code == 200
    desk.solve(desk.case())
    assert desk.work() == 0


def test_a_worker_killed_after_sending_repeats_the_same_message(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.solve(desk.case())

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(recovery_mails, "_note", die)
    with pytest.raises(KeyboardInterrupt):
        desk.work()
    monkeypatch.undo()
    assert desk.work() == 0, "another worker waits for the lease"
    desk.service.conn.execute("UPDATE recovery SET due_at = now()")
    assert desk.work() == 1
    assert len({mail["Message-ID"] for mail in desk.sink.messages()}) == 1
    links = {str(mail.get_body(("plain",))) for mail in desk.sink.messages()}
    assert len(links) == 1


def test_a_mail_server_that_is_away_is_tried_again_and_not_named_in_the_log(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.solve(desk.case())
    working = desk.settings
    desk.settings = replace(working, smtp_url="smtp://127.0.0.1:1")
    assert desk.work() == 0
    row = desk.service.rows("SELECT tries, due_at > now() AS later, sent_at FROM recovery")[0]
    assert row == {"tries": 1, "later": True, "sent_at": None}
    desk.settings = working
    recoveries.try_later(
        desk.service.conn, desk.service.rows("SELECT follow_up FROM recovery")[0]["follow_up"], timedelta()
    )
    assert desk.work() == 1
    assert EMAIL not in "".join(capsys.readouterr())


def test_a_survey_that_is_paused_is_asked_later(desk: Desk) -> None:
    desk.solve(desk.case())
    assert asked(desk.service, status="paused") == 200
    assert desk.work() == 0
    assert asked(desk.service) == 200
    desk.service.conn.execute("UPDATE recovery SET due_at = now()")
    assert desk.work() == 1


def test_a_case_without_a_contact_is_only_closed(desk: Desk) -> None:
    id = str(uuid4())
    desk.service.answer(id=id, score=1)
    answer_id = desk.service.rows(f"SELECT answer_id FROM response WHERE id = '{id}'")[0]["answer_id"]
    case = desk.service.call("POST", "/v1/follow-ups", json={"answer_id": str(answer_id)}).json
    desk.solve(case)
    assert desk.service.rows("SELECT * FROM recovery") == []
