"""A case opens with the answer that it is about, in its transaction and once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.survey.store.follow_up_changes import next_turn
from shared.events import decode_follow_up, encode
from tests.integration.survey.cases import CONTACT, EMAIL, NAME, cases, following, kinds, told, unhappy
from tests.integration.survey.conftest import Service
from tests.integration.survey.test_public_door import ID


@pytest.fixture
def shop(shop: Service) -> Service:
    following(shop)
    return shop


def test_a_low_score_with_a_contact_opens_one_case(shop: Service) -> None:
    unhappy(shop, score=6)
    (case,) = cases(shop)
    assert (case["state"], case["owner"], case["score"], case["opened_by"]) == ("open", "ana", 6, "rule")
    opened, due = (datetime.fromisoformat(case[name]) for name in ("opened_at", "due_at"))
    assert due - opened == timedelta(hours=48)
    (event,) = told(shop)
    value = encode("io.journeyloop.follow_up.changed.v1", case["id"], 1, case["opened_at"], event)
    assert decode_follow_up(value)["id"] == case["id"]
    found = shop.call("GET", f"/v1/follow-ups/{case['id']}", "lead")
    assert found.json["contact"]["email"] == EMAIL
    assert found.json["contact"]["name"] == NAME
    assert found.json["contact"]["consented_to"] == "Yes, contact me about my answer."
    assert found.json["answer"]["score"] == 6
    assert found.headers["Cache-Control"] == "no-store"
    assert EMAIL not in shop.call("GET", f"/v1/follow-ups/{case['id']}", "viewer").text


def test_what_opens_none(shop: Service) -> None:
    unhappy(shop, score=7)
    assert shop.answer(score=2).status_code == 201, "nobody agreed to be contacted"
    unhappy(shop, answered_at=(datetime.now(UTC) - timedelta(days=3)).isoformat())
    assert (cases(shop), told(shop)) == ([], [])
    assert len(shop.rows("SELECT FROM contact_details")) == 2, "kept beside the answer all the same"


def test_sent_again_it_is_one_case_and_no_turn_is_lost(shop: Service) -> None:
    following(shop, assign_to=["ana", "ben"])
    for again in (201, 200, 200):
        sent = shop.answer(id=ID, score=2, contact=CONTACT)
        assert sent.status_code == again
    assert [case["owner"] for case in cases(shop)] == ["ana"]
    assert shop.answer(id=ID, score=2, contact=CONTACT | {"name": "Other"}).status_code == 409
    assert shop.answer(id=ID, score=2).status_code == 409
    unhappy(shop)
    assert sorted(case["owner"] for case in cases(shop)) == ["ana", "ben"]


def test_what_a_contact_has_to_be(shop: Service) -> None:
    for contact, path in (
        ({"email": EMAIL}, "contact.consent"),
        ({"email": EMAIL, "consent": "yes"}, "contact.consent"),
        ({"email": "a@b.example\nBcc: c@d.example", "consent": True}, "contact.email"),
        ({"email": "no address", "consent": True}, "contact.email"),
        ({"consent": True}, "contact.email"),
        ({"email": EMAIL, "name": "a\nb", "consent": True}, "contact.name"),
        ({"email": EMAIL, "consent": True, "phone": "1"}, "contact.phone"),
        ("me", "contact"),
    ):
        refused = shop.answer(score=2, contact=contact)
        assert (refused.status_code, list(refused.json["errors"])) == (422, [path])
        assert "example" not in refused.text
    assert shop.put_survey("other").status_code == 201
    refused = shop.answer("other", score=2, contact=CONTACT)
    assert refused.json["errors"] == {"contact": ["this survey does not ask for a contact"]}
    assert shop.rows("SELECT FROM response") == []


def test_an_amendment_that_falls_opens_it_once(shop: Service) -> None:
    sent = unhappy(shop, score=9)
    assert sent["contact_url"] is None
    for score in (3, 2, 9, 1):
        body = {"score": score, "edit_token": sent["edit_token"]}
        assert shop.call("PATCH", f"/v1/responses/{sent['id']}", None, json=body).status_code == 200
    assert [case["score"] for case in cases(shop)] == [3]
    assert len(told(shop)) == 1


def test_a_contact_may_come_later_and_be_taken_back(shop: Service) -> None:
    sent = shop.answer(score=2).json
    assert "/s/delivery-nps/contact?c=" in sent["contact_url"]

    def amend(**body: Any) -> Any:
        path = f"/v1/responses/{sent['id']}"
        return shop.call("PATCH", path, None, json=body | {"edit_token": sent["edit_token"]})

    assert amend(comment="late").json["contact_url"] == sent["contact_url"]
    assert amend(contact=CONTACT).json["contact_url"] is None
    assert amend(contact=CONTACT).status_code == 200
    (case,) = cases(shop)
    assert amend(contact=None).status_code == 200
    assert shop.call("GET", f"/v1/follow-ups/{case['id']}").json["contact"] is None
    assert kinds(shop, case["id"]) == ["opened", "noted"]


def test_a_batch_opens_cases_too(shop: Service) -> None:
    following(shop, assign_to=["ana", "ben"])
    items = [
        {"survey": "delivery-nps", "id": str(uuid4()), "score": score, "contact": CONTACT}
        for score in (1, 9, 2)
    ]
    sent = shop.call("POST", "/v1/responses/batch", "collector", json=items)
    assert sent.json["accepted"] == 3
    assert sorted(case["owner"] for case in cases(shop)) == ["ana", "ben"]


def test_by_hand(shop: Service) -> None:
    shop.answer(score=9, comment="well")
    (answer,) = shop.call("GET", "/v1/responses", "lead").json["items"]
    body = {"answer_id": answer["answer_id"]}
    assert shop.call("POST", "/v1/follow-ups", "viewer", json=body).status_code == 403
    opened = shop.call("POST", "/v1/follow-ups", "lead", json=body)
    assert (opened.status_code, opened.json["opened_by"], opened.json["contact"]) == (201, "test", None)
    again = shop.call("POST", "/v1/follow-ups", "lead", json=body)
    assert (again.status_code, again.json["id"], len(told(shop))) == (200, opened.json["id"], 1)
    assert shop.call("POST", "/v1/follow-ups", json={"answer_id": str(uuid4())}).status_code == 404
    shop.conn.execute("UPDATE survey SET audience = 'employee'")
    refused = shop.call("POST", "/v1/follow-ups", "lead", json=body)
    assert list(refused.json["errors"]) == ["answer_id"]


def test_turns_go_round(shop: Service) -> None:
    assert [next_turn(shop.conn, "a") for _ in range(3)] == [0, 1, 2]
    assert next_turn(shop.conn, "b") == 0


def test_a_voided_answer_needs_nothing(shop: Service) -> None:
    unhappy(shop)
    wanted = {"survey": "delivery-nps", "expect": 1}
    assert shop.call("POST", "/v1/responses/void", json=wanted).status_code == 200
    (case,) = cases(shop)
    assert (case["state"], case["outcome"]) == ("resolved", "not_needed")
    assert told(shop)[-1]["outcome"] == "not_needed"
