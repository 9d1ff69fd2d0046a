"""What a customer leaves to be reached by is in one table and nowhere else, and goes with the person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.survey import erasing, respondents
from shared.db import Connection
from shared.settings import Settings
from shared.telemetry import configure_logs
from tests.integration.survey.cases import CONTACT, EMAIL, NAME, cases, following, kinds, told, unhappy
from tests.integration.survey.conftest import Service
from tests.integration.survey.forms import Form

PLANTED = (EMAIL.lower(), NAME.lower(), "left-by-hand")
PAGE = "/s/delivery-nps"


@pytest.fixture
def shop(shop: Service) -> Service:
    following(shop)
    return shop


def planted_in(conn: Connection) -> set[str]:
    """The tables of the whole database, whosever they are, that hold something planted."""
    found = set()
    for row in conn.execute(
        """SELECT schemaname AS schema, tablename AS name FROM pg_tables
           WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"""
    ).fetchall():
        table = f'"{row["schema"]}"."{row["name"]}"'
        rows = conn.execute(f"SELECT lower(t::text) AS text FROM {table} AS t")
        if any(word in one["text"] for one in rows for word in PLANTED):
            found.add(f"{row['schema']}.{row['name']}")
    return found


@pytest.fixture
def all_logs(shop: Service, settings: Settings) -> Iterator[None]:
    configure_logs("DEBUG")
    yield
    configure_logs(settings.log_level)


@pytest.mark.usefixtures("all_logs")
def test_it_is_in_one_table_and_no_other_place(shop: Service, capfd: pytest.CaptureFixture[str]) -> None:
    unhappy(shop, respondent="c-1")
    sent = shop.answer(score=1).json
    body = {"contact": CONTACT, "edit_token": sent["edit_token"]}
    assert shop.call("PATCH", f"/v1/responses/{sent['id']}", None, json=body).status_code == 200
    assert shop.answer(score=2, contact={"email": f"{EMAIL} oops", "consent": True}).status_code == 422
    one, other = (case["id"] for case in cases(shop))
    for wanted in ({"note": "left-by-hand"}, {"state": "resolved", "outcome": "solved"}):
        assert shop.call("PATCH", f"/v1/follow-ups/{one}", "lead", json=wanted).status_code == 200
    assert shop.call("POST", f"/v1/follow-ups/{other}/take", "lead", json={}).status_code == 200
    for path in ("/v1/follow-ups", f"/v1/follow-ups/{one}", "/v1/responses", "/v1/surveys", "/v1/journeys"):
        seen = shop.call("GET", path, "viewer").text + shop.call("GET", path, "collector").text
        assert not any(word in seen.lower() for word in PLANTED), path
    assert planted_in(shop.conn) == {
        "survey.contact_details", "survey.follow_up", "survey.follow_up_event",  # the note
    }  # fmt: skip
    shop.conn.execute("UPDATE follow_up SET note = NULL")
    shop.conn.execute("DELETE FROM follow_up_event WHERE kind = 'noted'")
    assert planted_in(shop.conn) == {"survey.contact_details"}
    metrics = shop.call("GET", "/metrics", None).text
    written = "".join(capfd.readouterr())
    assert "follow-ups" in written, "requests are logged"
    assert not any(word in (metrics + written).lower() for word in PLANTED)


def test_a_person_is_erased_by_name_or_by_address(shop: Service) -> None:
    for name in ("c-1", EMAIL.upper()):
        unhappy(shop, respondent="c-1", comment="call me")
        (case,) = (case for case in cases(shop, "?state=open"))
        noted = {"note": "left-by-hand"}
        assert shop.call("PATCH", f"/v1/follow-ups/{case['id']}", "lead", json=noted).status_code == 200
        found = shop.call("POST", "/v1/respondents/export", json={"respondent": name}).json
        assert [one["email"] for one in found["contact_details"]] == [EMAIL]
        assert [one["id"] for one in found["follow_ups"]] == [case["id"]]
        receipt = shop.call("POST", "/v1/respondents/erase", json={"respondent": name}).json
        assert [receipt[one] for one in ("answers", "contact_details", "follow_ups")] == [1, 1, 1]
        assert planted_in(shop.conn) == set()
        after = shop.call("GET", f"/v1/follow-ups/{case['id']}", "lead").json
        assert (after["state"], after["outcome"], after["answer"]) == ("resolved", "not_needed", None)
        assert kinds(shop, case["id"]) == ["opened", "noted", "erased"]
        assert told(shop)[-1]["state"] == "resolved"
    links = shop.rows(
        "SELECT count(*) AS n FROM follow_up WHERE answer_id IS NOT NULL OR respondent IS NOT NULL"
    )
    assert links == [{"n": 0}]
    assert len(shop.rows("SELECT FROM response WHERE score = 2")) == 2, "they stay in the score"


def test_an_answer_from_before_the_erasure_leaves_nothing(shop: Service) -> None:
    before = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    shop.call("POST", "/v1/respondents/erase", json={"respondent": EMAIL})
    unhappy(shop, answered_at=before)
    assert (planted_in(shop.conn), cases(shop)) == (set(), [])
    unhappy(shop)
    assert len(cases(shop)) == 1, "they came back and left it anew"


def test_a_restored_contact_goes_once_more(shop: Service, settings: Settings) -> None:
    unhappy(shop)
    digest = respondents.pseudonym(settings.respondent_keys, EMAIL.lower()).digest

    @contextmanager
    def transaction() -> Iterator[Connection]:
        with shop.conn.transaction():
            yield shop.conn

    erasing.reapply(transaction, digest, datetime.now(UTC))
    assert planted_in(shop.conn) == set()
    assert cases(shop)[0]["outcome"] == "not_needed"


def contact(shop: Service, token: str, **fields: str) -> Any:
    sent = {"c": token, "lang": "en", "email": EMAIL, "name": NAME, "consent": "yes"} | fields
    return shop.call("POST", f"{PAGE}/contact", None, data=sent)


def test_the_page_asks_only_after_a_low_score(shop: Service) -> None:
    for score, asked in (("9", False), ("3", True)):
        form = Form(shop.call("GET", PAGE, None).text).fields
        thanks = shop.call("POST", PAGE, None, data=form | {"score": score})
        assert (f'action="{PAGE}/contact"' in thanks.text) is asked
    assert "Yes, contact me about my answer." in thanks.text
    assert "default-src 'none'" in thanks.headers["Content-Security-Policy"]
    token = thanks.text.split('name="c" value="')[1].split('"')[0]
    wrong = contact(shop, token, email="no address", consent="")
    assert wrong.status_code == 422
    assert 'href="#contact-email"' in wrong.text
    assert 'href="#contact-consent"' in wrong.text
    assert cases(shop) == []
    for _ in range(2):
        kept = contact(shop, token)
        assert (kept.status_code, "We will get in touch with you." in kept.text) == (200, True)
    assert len(cases(shop)) == 1


def test_what_the_link_of_the_widget_opens(shop: Service) -> None:
    link = shop.answer(score=1, lang="de").json["contact_url"]
    path = link[link.index("/s/") :]
    page = shop.call("GET", path, None)
    assert (page.status_code, "Ja, melden Sie sich dazu bei mir." in page.text) == (200, True)
    assert page.headers["Referrer-Policy"] == "no-referrer", "the token stays here"
    token = path.split("c=")[1]
    assert contact(shop, token, lang="de").status_code == 200
    assert shop.rows("SELECT consented_to FROM contact_details") == [
        {"consented_to": "Ja, melden Sie sich dazu bei mir."}
    ]
    assert EMAIL not in shop.call("GET", path, None).text, "what was left is never shown"
    assert contact(shop, token[:-1]).status_code == 404
    assert shop.call("GET", f"{PAGE}/contact", None).status_code == 404
    assert shop.call("GET", path.replace("delivery-nps", "other"), None).status_code == 404
    shop.conn.execute("UPDATE response SET received_at = received_at - interval '25 hours'")
    assert contact(shop, token).status_code == 409


def test_surveys_that_may_not_ask(shop: Service) -> None:
    for changes, paths in (
        ({"audience": "employee"}, ["follow_ups"]),
        (
            {"follow_ups": {"score_at_most": 11, "ask_contact": {"en": "a", "de": "b"}}},
            ["follow_ups.score_at_most"],
        ),
        ({"follow_ups": {"score_at_most": 6}}, ["follow_ups.ask_contact.de", "follow_ups.ask_contact.en"]),
        ({"follow_ups": {"ask_contact": {"en": "a"}}}, ["follow_ups.ask_contact.de"]),
        ({"follow_ups": {"due_hours": 0}}, ["follow_ups.due_hours"]),
        ({"follow_ups": {"assign_to": ["ana", "ana"]}}, ["follow_ups.assign_to[1]"]),
        ({"follow_ups": {"recovery_survey": "new"}}, ["follow_ups.recovery_survey"]),
    ):
        given: dict[str, Any] = {"follow_ups": {"score_at_most": 6}} | changes
        refused = shop.put_survey("new", **given)
        assert (refused.status_code, sorted(refused.json["errors"])) == (422, paths), given
    draft = shop.put_survey(
        "new", status="draft", follow_ups={"score_at_most": 6, "recovery_survey": "later"}
    )
    assert draft.status_code == 201
