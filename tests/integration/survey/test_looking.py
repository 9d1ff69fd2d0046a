"""One customer's journey: who may see it, what it holds, and that every look is kept."""

from __future__ import annotations

from typing import Any

from services.survey import looking
from services.survey.respondents import pseudonym
from services.survey.store import follow_up_changes
from shared.access import accounts
from shared.settings import Settings
from tests.integration.survey.admin.browsing import Page, get, post
from tests.integration.survey.conftest import Service


def look(shop: Service, name: str = "cust-one", role: str = "admin", **more: Any) -> Any:
    return shop.call("POST", "/v1/respondents/journey", role, json={"respondent": name, **more})


def looks(shop: Service) -> list[dict[str, Any]]:
    return shop.rows("SELECT looked_by, what, why, answers, respondent FROM look ORDER BY looked_at, id")


def test_a_customers_answers_stand_stage_by_stage(shop: Service) -> None:
    shop.put_survey("basket-nps", stage="order", touchpoint="basket")
    shop.put_survey("staff-nps", audience="employee")
    shop.answer(
        respondent="cust-one", comment="late again", reasons=["late"], attributes={"plan": "pro", "mail": "x"}
    )
    shop.answer("basket-nps", respondent="cust-one", score=4)
    shop.answer("staff-nps", respondent="cust-one", score=1, comment="my boss")
    shop.answer(respondent="cust-two", comment="not mine")
    answer = look(shop, " cust-one ", why="He called us")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    (journey,) = answer.json["journeys"]
    assert [stage["stage"] for stage in journey["stages"]] == ["order", "delivery"]
    order, delivery = (stage["answers"] for stage in journey["stages"])
    assert [row["score"] for row in order] == [4]
    assert [(row["comment"], row["segments"], row["touchpoint_name"]) for row in delivery] == [
        ("late again", {"plan": "pro"}, "Courier hand-over")
    ]
    assert "attributes" not in delivery[0]
    (kept,) = looks(shop)
    assert (kept["looked_by"], kept["what"], kept["why"], kept["answers"]) == (
        "test",
        "journey",
        "He called us",
        2,
    )


def test_a_voided_answer_is_not_told_and_nobody_is_looked_at_unseen(shop: Service) -> None:
    shop.answer(respondent="cust-one")
    shop.call("POST", "/v1/responses/void", json={"survey": "delivery-nps", "expect": 1})
    assert look(shop).json["journeys"] == []
    assert look(shop, "nobody").json["journeys"] == []
    assert look(shop, "").status_code == 422
    assert [row["answers"] for row in looks(shop)] == [0, 0]


def test_who_looks_at_answers_to_be_voided_of_one_person_is_kept(shop: Service) -> None:
    shop.answer(respondent="cust-one", comment="my secret")
    void, one = "/v1/responses/void", {"respondent": " cust-one "}
    found = shop.call("POST", f"{void}?dry_run=true", json=one).json
    assert found["sample"][0]["comment"] == "my secret"
    refused = shop.call("POST", void, json=one | {"expect": 3})
    assert (refused.status_code, "1 match" in refused.text) == (409, False)
    shop.call("POST", f"{void}?dry_run=true", json={"survey": "delivery-nps"})
    post(shop, "/privacy/void/look", 200, respondent="cust-one")
    assert [(row["what"], row["answers"]) for row in looks(shop)] == [("void", 1), ("void", 1)]
    assert looks(shop)[0]["looked_by"] == "test"
    assert "answers to be voided" in get(shop, "/privacy").text


def test_follow_ups_of_the_person_are_there(shop: Service, settings: Settings) -> None:
    shop.answer(respondent="cust-one", score=2)
    (row,) = shop.rows("SELECT answer_id, respondent, respondent_key, survey, answered_at FROM response")
    place = {
        "journey": "shop",
        "stage": "delivery",
        "touchpoint": "handover",
        "metric": "nps",
        "audience": "customer",
    }
    times = {"opened_at": row["answered_at"], "due_at": row["answered_at"]}
    case = {name: row[name] for name in ("answer_id", "survey")} | place | times
    who = {"respondent": None, "respondent_key": None, "owner": "ana", "opened_by": "rule", "score": 2}
    follow_up_changes.insert(shop.conn, case | who | {"id": row["answer_id"]})
    shop.conn.commit()
    (found,) = look(shop).json["journeys"][0]["stages"][1]["follow_ups"]
    assert (found["state"], found["owner"], found["overdue"]) == ("open", "ana", True)
    assert "Open, overdue" in post(shop, "/people", 200, respondent="cust-one").text


def test_a_lead_sees_the_journeys_in_which_a_stage_is_theirs(shop: Service, settings: Settings) -> None:
    shop.put_journey("hotel", name="Hotel", owner="ben")
    shop.put_survey("hotel-nps", journey="hotel")
    shop.answer(respondent="cust-one")
    shop.answer("hotel-nps", respondent="cust-one")
    assert look(shop, role="viewer").status_code == 403
    assert look(shop, role="lead").status_code == 403  # a key owns no stage
    assert shop.call("GET", "/people", "lead").status_code == 403
    assert looks(shop) == []
    shop.conn.execute(
        "INSERT INTO access.account_owner (owner, email, name) VALUES ('ana', 'ana@example.com', 'Ana')"
    )
    ana = accounts.person(shop.conn, settings.fallback_owner, "ana@example.com")
    assert ana is not None
    seen = looking.look(shop.conn, settings.respondent_keys, ana, "cust-one", None)
    assert [journey["journey"] for journey in seen["journeys"]] == ["shop"]


def test_an_erasure_keeps_who_looked_and_takes_why(shop: Service, settings: Settings) -> None:
    shop.answer(respondent="cust-one")
    look(shop, why="cust-one, the one with the lamp")
    shop.call("POST", "/v1/respondents/erase", json={"respondent": "cust-one"})
    (kept,) = looks(shop)
    whom = pseudonym(settings.respondent_keys, "cust-one").digest
    assert (kept["looked_by"], kept["why"], bytes(kept["respondent"])) == ("test", None, whom)
    again = look(shop).json
    assert (again["journeys"], len(again["erased_at"])) == ([], 1)


def test_the_page_and_the_log_for_admins(shop: Service) -> None:
    shop.answer(respondent="cust-one", comment="call <b>me</b>", reasons=["late"])
    assert "Nobody looked yet" in get(shop, "/privacy").text
    assert "/people" in get(shop, "/comments").links
    start = get(shop, "/people")
    assert "Say who" in post(shop, "/people", 422, respondent=" ").text
    page: Page = post(
        shop, "/people", 200, **start.form("/people") | {"respondent": "cust-one", "why": "A call"}
    )
    for words in (
        "“cust-one” along the journey",
        "1. Order No answer here.",
        "call <b>me</b>",
        "It was late",
    ):
        assert words in page.text
    assert "That you looked is kept, with your reason" in page.text
    log = get(shop, "/privacy").text
    assert "A call" in log
    assert "cust-one" not in log
    kept = post(shop, "/privacy", 200, respondent="cust-one").text
    assert "Who looked" in kept
    assert [row["what"] for row in looks(shop)] == ["journey", "kept"]
