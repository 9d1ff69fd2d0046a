"""An answer may be changed for 24 hours by whoever sent it; scores learn what to take away and what to add."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from shared.events import RESPONSES
from tests.integration.survey.cases import CONTACT, following
from tests.integration.survey.conftest import Service
from tests.integration.survey.test_public_door import ID, count


def test_amendments(shop: Service) -> None:
    token = shop.answer(id=ID, score=9, comment="good", respondent="c").json["edit_token"]

    def amend(method: str = "PATCH", path: str = f"/v1/responses/{ID}", **body: Any) -> Any:
        return shop.call(method, path, None, json=body, headers={"Edit-Token": token})

    assert amend(score=4, reasons=["late"]).json == {
        "id": ID, "survey": "delivery-nps", "score": 4, "comment": "good", "reasons": ["late"],
        "contact_url": None,
    }  # fmt: skip
    recorded, amended = (row["data"] for row in shop.events(RESPONSES))
    assert amended == {**recorded, "score": 4, "reasons": ["late"], "previous": {"score": 9, "reasons": []}}
    assert shop.events(RESPONSES)[1]["type"] == "io.journeyloop.response.amended.v1"
    assert amend(score=4).status_code == amend(comment=None).status_code == amend().status_code == 200
    assert amend("POST", f"/v1/responses/{ID}/amend", reasons=["late"]).json["comment"] is None
    assert count(shop) == (1, 2)
    assert shop.answer(id=ID, score=9, comment="good", respondent="c").status_code == 200
    for body, path in (({"score": 11}, "score"), ({"score": None}, "score"), ({"reasons": ["x"]}, "reasons[0]"),
                       ({"comment": "x" * 5_001}, "comment"), ({"lang": "de"}, "lang")):  # fmt: skip
        assert list(amend(**body).json["errors"]) == [path]
    assert count(shop) == (1, 2)


def test_who_may_amend(shop: Service) -> None:
    token = shop.answer(id=ID).json["edit_token"]
    path = f"/v1/responses/{ID}"
    assert shop.call("PATCH", path, None, json={"score": 1, "edit_token": token}).status_code == 200
    for wrong in ({}, {"edit_token": "x"}, {"edit_token": 7}, {"edit_token": "é"}):
        assert shop.call("PATCH", path, None, json={"score": 2, **wrong}).status_code == 403
    assert shop.call("PATCH", f"/v1/responses/{uuid4()}", None, json={"edit_token": token}).status_code == 403
    assert shop.call("PATCH", path, None, json=[]).status_code == 422
    shop.conn.execute("UPDATE response SET received_at = received_at - interval '25 hours'")
    assert shop.call("PATCH", path, None, json={"score": 3, "edit_token": token}).status_code == 403
    assert [row["score"] for row in shop.rows("SELECT score FROM response")] == [1]


def test_a_change_that_was_overtaken_changes_nothing(shop: Service) -> None:
    token = shop.answer(id=ID, score=9).json["edit_token"]

    def amend(**body: Any) -> Any:
        return shop.call("PATCH", f"/v1/responses/{ID}", None, json=body, headers={"Edit-Token": token})

    assert amend(score=3, comment="late", change=1_000).json["score"] == 3
    assert amend(score=4, comment="late and broken", change=2_000).json["score"] == 4
    overtaken = amend(score=3, comment="late", reasons=["late"], change=1_000)
    assert (overtaken.status_code, overtaken.json["score"]) == (200, 4)
    assert (overtaken.json["comment"], overtaken.json["reasons"]) == ("late and broken", [])
    assert count(shop) == (1, 3)
    assert amend(score=4, comment="late and broken", change=3_000).status_code == 200, "the same, later"
    assert amend(score=5, change=2_500).json["score"] == 4
    assert amend(score=6).json["score"] == 6, "a sender that numbers nothing"
    assert amend(score=7, change=2_500).json["score"] == 6
    assert amend(score=7, change=3_000).json["score"] == 7, "the same number again"
    for wrong in (-1, 2**53, 1.5, "7", True, None):
        assert list(amend(score=1, change=wrong).json["errors"]) == ["change"]
    assert count(shop) == (1, 5)


def test_a_contact_taken_back_is_not_left_again_by_what_was_overtaken(shop: Service) -> None:
    following(shop)
    token = shop.answer(id=ID, score=2).json["edit_token"]

    def amend(**body: Any) -> Any:
        return shop.call("PATCH", f"/v1/responses/{ID}", None, json=body, headers={"Edit-Token": token})

    assert amend(contact=CONTACT, change=1).json["contact_url"] is None
    assert amend(contact=None, change=2).json["contact_url"]
    assert amend(contact=CONTACT, change=1).json["contact_url"]
    assert shop.rows("SELECT FROM contact_details") == []
