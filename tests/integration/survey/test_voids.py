"""Spam and tests taken out of every score: counted first, an event each, and never back by being sent again."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from shared.events import RESPONSES, response_type
from tests.integration.survey.conftest import Service

ID = str(uuid4())


def void(shop: Service, *, dry: bool = False, role: str = "admin", **body: Any) -> Any:
    return shop.call("POST", f"/v1/responses/void{'?dry_run=true' if dry else ''}", role, json=body)


def seen(shop: Service, **body: Any) -> dict[str, Any]:
    answer = void(shop, dry=True, **body)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json
    return found


def voided(shop: Service) -> list[int]:
    return [
        row["score"] for row in shop.rows("SELECT score FROM response WHERE voided_at IS NOT NULL ORDER BY 1")
    ]


def test_counted_then_voided(shop: Service) -> None:
    shop.answer(
        id=ID, score=0, comment="BUY pills now", reasons=["late"], attributes={"plan": "pro"}, lang="en"
    )
    shop.answer(score=3, comment="buy Pills")
    shop.answer(score=3, comment="slow")
    recorded = shop.events(RESPONSES)[0]["data"]
    found = seen(shop, survey="delivery-nps", q="pills")
    assert (found["answers"], found["surveys"]) == (2, {"delivery-nps": 2})
    assert [row["comment"] for row in found["sample"]] == ["buy Pills", "BUY pills now"]
    assert voided(shop) == []
    assert void(shop, q="pills").json["errors"].keys() == {"expect"}
    assert void(shop, q="pills", expect=3).status_code == 409
    assert voided(shop) == []
    done = void(shop, q="pills", expect=2)
    assert (done.status_code, done.json["answers"], done.json["surveys"]) == (200, 2, {"delivery-nps": 2})
    assert voided(shop) == [0, 3]
    events = [row for row in shop.events(RESPONSES) if row["type"] == response_type("voided")]
    (event,) = [row["data"] for row in events if row["data"]["answer_id"] == recorded["answer_id"]]
    assert event == recorded | {"score": None, "reasons": [], "previous": {"score": 0, "reasons": ["late"]}}
    assert len(events) == 2
    assert seen(shop, q="pills") == {
        "answers": 0, "surveys": {}, "first_answered_at": None, "last_answered_at": None, "sample": [],
    }  # fmt: skip
    (noted,) = shop.rows("SELECT voided_by, filter, answers FROM void")
    assert noted == {"voided_by": "test", "filter": {"q": True, "audience": "customer"}, "answers": 2}


def test_a_voided_answer_is_in_no_list_and_does_not_come_back(shop: Service) -> None:
    token = shop.answer(id=ID, score=0).json["edit_token"]
    void(shop, score=0, expect=1)
    events = len(shop.events(RESPONSES))
    assert shop.call("GET", "/v1/responses", "lead").json["items"] == []
    assert shop.answer(id=ID, score=0).status_code == 200
    changed = shop.call("PATCH", f"/v1/responses/{ID}", None, json={"score": 9, "edit_token": token})
    assert changed.status_code == 200
    assert len(shop.events(RESPONSES)) == events
    assert voided(shop) == [9]


def test_filters(shop: Service) -> None:
    shop.put_survey("order-csat", stage="order", touchpoint="basket", metric="csat")
    shop.answer("order-csat", score=2, channel="mail", respondent="tester")
    shop.answer(score=9, reasons=["late"], channel="mail")
    shop.answer(score=10, comment="100% fine")
    for body, count in (
        ({"journey": "shop"}, 3), ({"journey": "other"}, 0), ({"stage": "order"}, 1), ({"touchpoint": "basket"}, 1),
        ({"survey": "delivery-nps"}, 2), ({"metric": "csat"}, 1), ({"score": 9}, 1), ({"score": "9-10"}, 2),
        ({"reason": "late"}, 1), ({"channel": "mail"}, 2), ({"respondent": " tester "}, 1), ({"q": "0% F"}, 1),
        ({"respondent": "other"}, 0), ({"from": "2000-01-01", "to": "2000-01-02"}, 0), ({"from": "2000-01-01"}, 3),
        ({"channel": "mail", "score": "0-5"}, 1), ({"channel": "mail", "q": ""}, 2),
    ):  # fmt: skip
        assert (body, seen(shop, **body)["answers"]) == (body, count)


def test_employees_are_taken_out_by_place_and_time_uncounted(shop: Service) -> None:
    shop.put_survey("staff-nps", audience="employee")
    shop.answer("staff-nps", score=1, comment="my boss")
    assert seen(shop, journey="shop")["answers"] == 0
    assert seen(shop, survey="staff-nps", audience="employee") == {
        "answers": None, "surveys": {}, "first_answered_at": None, "last_answered_at": None, "sample": [],
    }  # fmt: skip
    for named in ({"score": 1}, {"q": "boss"}, {"respondent": "x"}, {"reason": "late"}):
        refused = void(shop, dry=True, audience="employee", **named)
        assert (refused.status_code, list(refused.json["errors"])) == (422, list(named))
    assert void(shop, survey="staff-nps", audience="employee", expect=1).status_code == 200


def test_odd_bodies(shop: Service) -> None:
    shop.answer()
    for body, field in (
        ({}, "body"), ({"audience": "customer"}, "body"), ({"survey": "X"}, "survey"), ({"score": "x"}, "score"),
        ({"score": True}, "score"), ({"from": "soon"}, "from"), ({"score": 9, "expect": 0}, "expect"),
        ({"score": 9, "expect": "1"}, "expect"), ({"score": 9, "also": 1}, "also"), ({"q": "x" * 201}, "q"),
    ):  # fmt: skip
        answer = void(shop, **body)
        assert (body, answer.status_code, list(answer.json["errors"])) == (body, 422, [field])
    assert void(shop, role="lead", score=9, expect=1).status_code == 403
    assert voided(shop) == []
