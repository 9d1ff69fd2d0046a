"""Working a case: of two who press at once one gets it; a history stays; whoever has one is not asked meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from services.survey.follow_ups import working
from services.survey.signatures import sign
from shared.access import create_key
from shared.access.principal import Principal
from tests.integration.survey.cases import FOLLOW, cases, following, kinds, told, unhappy
from tests.integration.survey.conftest import Service

ANA = Principal("ana@shop.example", "Ana", "lead", "ana@shop.example", ("ana",))
BEN = Principal("ben@shop.example", "Ben", "lead", "ben@shop.example", ("ben", "returns"))


@pytest.fixture
def shop(shop: Service) -> Service:
    following(shop)
    return shop


def change(shop: Service, id: str, role: str = "lead", etag: str | None = None, **wanted: Any) -> Any:
    headers = {"If-Match": etag} if etag else {}
    return shop.call("PATCH", f"/v1/follow-ups/{id}", role, json=wanted, headers=headers)


def test_of_two_who_press_at_once_one_gets_it(shop: Service) -> None:
    unhappy(shop)
    (case,) = cases(shop)
    keys = [create_key(shop.conn, "lead", name) for name in ("Ana", "Ben")]

    def take(key: str) -> int:
        path, headers = f"/v1/follow-ups/{case['id']}/take", {"Authorization": f"Bearer {key}"}
        return shop.app.test_client().post(path, json={}, headers=headers).status_code

    with ThreadPoolExecutor(2) as both:
        found = list(both.map(take, keys))
    assert sorted(found) == [200, 409]
    assert [take(key) for key in keys] == found, "pressing again changes nothing"
    assert kinds(shop, case["id"]) == ["opened", "taken"]
    assert cases(shop)[0]["taken_by"] == ("Ana" if found[0] == 200 else "Ben")


def test_whose_it_is_when_a_person_takes_it(shop: Service) -> None:
    unhappy(shop)
    id = UUID(cases(shop)[0]["id"])
    with shop.conn.transaction():
        taken = working.take(shop.conn, id, BEN)
    assert (taken["owner"], taken["taken_by"]) == ("ben", "Ben"), "it was the stage's owner's"
    with shop.conn.transaction():
        handed = working.change(shop.conn, working.locked(shop.conn, id), {"owner": "ana"}, BEN)
    assert (handed["owner"], handed["taken_by"]) == ("ana", None)
    with shop.conn.transaction():
        contacted = working.change(shop.conn, working.locked(shop.conn, id), {"state": "contacted"}, ANA)
    assert (contacted["taken_by"], contacted["state"]) == ("Ana", "contacted")
    assert kinds(shop, str(id)) == ["opened", "taken", "assigned", "contacted"]
    assert [event["owner"] for event in told(shop)] == ["ana", "ben", "ana", "ana"]
    assert [event["revision"] for event in told(shop)] == [1, 2, 3, 4]


def test_an_admin_takes_it_as_an_owner_there_is(shop: Service) -> None:
    unhappy(shop)
    path = f"/v1/follow-ups/{cases(shop)[0]['id']}/take"
    refused = shop.call("POST", path, "admin", json={"owner": "nobody-we-know"})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["owner"])
    assert shop.call("POST", path, "admin", json={"owner": "ana"}).json["owner"] == "ana"


def test_work(shop: Service) -> None:
    unhappy(shop)
    id = cases(shop)[0]["id"]
    assert list(change(shop, id, state="resolved").json["errors"]) == ["outcome"]
    assert list(change(shop, id, outcome="solved").json["errors"]) == ["outcome"]
    assert list(change(shop, id, owner="nobody-we-know").json["errors"]) == ["owner"]
    assert list(change(shop, id).json["errors"]) == ["body"]
    noted = change(shop, id, note="Called; wants a refund")
    assert change(shop, id, etag='"1"', state="contacted").status_code == 412
    done = {"state": "resolved", "outcome": "solved", "cause": "late"}
    resolved = change(shop, id, etag=noted.headers["ETag"], **done)
    assert (resolved.status_code, resolved.json["outcome"], resolved.json["cause"]) == (200, "solved", "late")
    assert change(shop, id, **done).headers["ETag"] == resolved.headers["ETag"], "said twice, nothing changes"
    assert list(change(shop, id, cause="my own words").json["errors"]) == ["cause"]
    assert "refund" not in str(told(shop))
    assert "refund" not in shop.call("GET", f"/v1/follow-ups/{id}", "viewer").text
    reopened = change(shop, id, state="open").json
    assert (reopened["outcome"], reopened["resolved_at"], reopened["overdue"]) == (None, None, False)
    assert kinds(shop, id) == ["opened", "noted", "resolved", "reopened"]
    assert shop.call("PATCH", f"/v1/follow-ups/{id}", "viewer", json={"state": "open"}).status_code == 403


def test_the_list(shop: Service) -> None:
    following(shop, due_hours=1)
    unhappy(shop)
    following(shop, assign_to=["ben"])
    unhappy(shop)
    mine, bens = cases(shop)
    assert (mine["owner"], bens["owner"]) == ("ana", "ben")
    shop.conn.execute("UPDATE follow_up SET due_at = now() - interval '1 hour' WHERE owner = 'ben'")
    assert [case["owner"] for case in cases(shop)] == ["ben", "ana"], "what is due first is first"
    for query, found in (
        ("?overdue=true", ["ben"]), ("?overdue=false", ["ana"]), ("?owner=ana", ["ana"]), ("?owner=nobody", []),
        ("?owner=ana,ben", ["ben", "ana"]), ("?state=unresolved", ["ben", "ana"]), ("?state=contacted", []),
        ("?journey=shop&stage=delivery", ["ben", "ana"]), ("?stage=order", []),
    ):  # fmt: skip
        assert [case["owner"] for case in cases(shop, query)] == found, query
    first = shop.call("GET", "/v1/follow-ups?limit=1", "viewer").json
    second = shop.call("GET", f"/v1/follow-ups?limit=1&cursor={first['next']}", "viewer").json
    assert [page["items"][0]["owner"] for page in (first, second)] == ["ben", "ana"]
    assert second["next"] is None
    assert shop.call("GET", "/v1/follow-ups?cursor=x", "viewer").status_code == 422
    assert shop.call("GET", "/v1/follow-ups", "collector").status_code == 403


@pytest.fixture
def respondent(shop: Service) -> dict[str, str]:
    """A customer whose signature is right, of a survey that asks everybody."""
    fatigue = {"cooldown_days": 1, "sample_rate": 1}
    assert shop.put_survey(fatigue=fatigue, follow_ups=FOLLOW).status_code == 200
    secret = shop.call("GET", "/v1/surveys/delivery-nps/secret").json["secret"]
    return {"respondent": "c-1", "sig": sign(secret, "c-1")}


def test_one_with_an_open_case_is_not_asked(shop: Service, respondent: dict[str, str]) -> None:
    unhappy(shop, **respondent)
    shop.conn.execute("UPDATE response SET answered_at = now() - interval '1 year'")
    shop.conn.execute("DELETE FROM contact")

    def asked() -> dict[str, Any]:
        query = {**respondent, "explain": "1"}
        found: dict[str, Any] = shop.call(
            "GET", "/v1/surveys/delivery-nps/form", None, query_string=query
        ).json
        return found

    hidden = asked()
    assert (hidden["show"], hidden["hidden_because"]) == (False, "open_follow_up")
    assert {"passed": False, "text": "open_follow_up"} in hidden["explain"]
    links = {"links": [{"respondent": respondent["respondent"]}]}
    (link,) = shop.call("POST", "/v1/surveys/delivery-nps/links", json=links).json["items"]
    assert (link["declined"], link["because"]) == (True, "open_follow_up")
    change(shop, cases(shop)[0]["id"], state="resolved", outcome="solved")
    assert asked()["show"] is True


def test_somebody_who_only_says_to_be_another_keeps_nobody_from_being_asked(
    shop: Service, respondent: dict[str, str]
) -> None:
    unhappy(shop, respondent=respondent["respondent"])
    form = shop.call("GET", "/v1/surveys/delivery-nps/form", None, query_string=respondent).json
    assert form["show"] is True
