"""Journeys are PUT whole, come back the same, and are told to the other services."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from shared.events import JOURNEYS
from tests.integration.survey.conftest import JOURNEY, Service


def test_comes_back_as_it_was_put(service: Service) -> None:
    assert service.put_journey().status_code == 201
    assert service.put_journey().status_code == 200
    got = service.call("GET", "/v1/journeys/shop", "viewer")
    assert got.json == JOURNEY
    assert (
        service.call("GET", "/v1/journeys/shop", headers={"If-None-Match": got.headers["ETag"]}).status_code
        == 304
    )


def test_smallest_one_stays_small(service: Service) -> None:
    assert service.call("PUT", "/v1/journeys/tiny", json={"name": "Tiny"}).status_code == 201
    assert service.call("GET", "/v1/journeys/tiny").json == {"name": "Tiny"}


def test_each_change_is_published_with_a_higher_revision_and_no_change_is_not(service: Service) -> None:
    service.put_journey()
    service.put_journey()
    service.put_journey(name="Web shop")
    told = service.events(JOURNEYS)
    assert [row["data"]["revision"] for row in told] == [1, 2]
    assert {row["type"] for row in told} == {"io.journeyloop.journey.published.v1"}
    data = told[-1]["data"]
    assert (data["name"], data["owner"], data["segments"], data["surveys"]) == (
        "Web shop",
        "ana",
        ["plan", "region"],
        [],
    )
    assert data["stages"][1]["touchpoints"][1] == {
        "key": "tracking",
        "name": "tracking",
        "moment_of_truth": False,
    }


def test_if_match_guards_against_overwriting(service: Service) -> None:
    assert (
        service.call("PUT", "/v1/journeys/shop", json=JOURNEY, headers={"If-Match": '"x"'}).status_code == 412
    )
    first = service.put_journey().headers["ETag"]
    second = service.put_journey(name="Other").headers["ETag"]
    assert first != second
    for tag, status in ((first, 412), ("*", 200), (second, 412)):
        answer = service.call("PUT", "/v1/journeys/shop", json=JOURNEY, headers={"If-Match": tag})
        assert answer.status_code == status
    assert service.call("DELETE", "/v1/journeys/shop", headers={"If-Match": second}).status_code == 412


def test_dry_run_says_what_would_change_and_writes_nothing(service: Service) -> None:
    service.put_journey()
    changed = deepcopy(JOURNEY)
    changed["stages"][0]["name"] = "Ordering"
    changed["owner"] = None
    answer = service.call("PUT", "/v1/journeys/shop?dry_run=true", json=changed)
    assert answer.status_code == 200
    assert {"path": "stages[0].name", "before": "Order", "after": "Ordering"} in answer.json["changes"]
    assert "Ordering has no owner; alerts go to the fallback." in answer.json["warnings"]
    assert service.call("GET", "/v1/journeys/shop").json == JOURNEY
    assert len(service.events(JOURNEYS)) == 1


def test_archived_ones_are_listed_only_on_demand_and_a_put_revives(service: Service) -> None:
    service.put_journey()
    service.put_journey("tour")
    assert service.call("DELETE", "/v1/journeys/shop").status_code == 204
    assert service.call("DELETE", "/v1/journeys/shop").status_code == 204
    keys = [item["journey"] for item in service.call("GET", "/v1/journeys").json["items"]]
    both = [item["journey"] for item in service.call("GET", "/v1/journeys?archived=true").json["items"]]
    assert (keys, both) == (["tour"], ["shop", "tour"])
    told = [
        (row["key"], row["type"].split(".")[3], row["data"]["revision"]) for row in service.events(JOURNEYS)
    ]
    assert told == [("shop", "published", 1), ("tour", "published", 1), ("shop", "retired", 2)]
    assert service.put_journey().status_code == 200
    assert service.events(JOURNEYS)[-1]["data"]["revision"] == 3


def test_pages_of_the_list(service: Service) -> None:
    for key in ("a", "b", "c"):
        service.put_journey(key)
    first = service.call("GET", "/v1/journeys?limit=2").json
    rest = service.call("GET", f"/v1/journeys?limit=2&cursor={first['next']}").json
    assert [item["journey"] for item in first["items"] + rest["items"]] == ["a", "b", "c"]
    assert rest["next"] is None
    for odd in ("cursor=x", "cursor=WyJcdTAwMDAiXQ", "limit=0", "limit=x", "archived=maybe"):
        assert service.call("GET", f"/v1/journeys?{odd}").status_code == 422


def test_a_place_in_use_cannot_be_removed(shop: Service) -> None:
    shop.answer()
    answer = shop.put_journey(stages=JOURNEY["stages"][:1])
    assert answer.status_code == 409
    assert "‘handover’" in answer.json["detail"]
    assert (
        "has 1 response and the live survey ‘delivery-nps’. Keep it, or archive the survey first."
        in answer.json["detail"]
    )
    assert shop.call("PUT", "/v1/journeys/shop?dry_run=true", json={"name": "Shop"}).status_code == 409
    shop.call("DELETE", "/v1/surveys/delivery-nps")
    assert shop.put_journey(stages=JOURNEY["stages"][:1]).status_code == 200


def test_a_journey_with_live_surveys_is_not_deleted(shop: Service) -> None:
    assert shop.call("DELETE", "/v1/journeys/shop").status_code == 409
    shop.put_survey(status="paused")
    assert shop.call("DELETE", "/v1/journeys/shop").status_code == 204
    assert shop.call("DELETE", "/v1/journeys/nowhere").status_code == 404


STAGE: dict[str, Any] = {"key": "a", "touchpoints": [{"key": "t"}]}
TWICE = {"key": "b", "touchpoints": [{"key": "t"}, {"key": "t"}]}


MOMENT_OF_TRUTH = "stages[0].touchpoints[0].moment_of_truth"
BAD_FIELDS: list[tuple[dict[str, Any], str]] = [
    ({"colour": "red"}, "colour"),
    ({"stages": [{**STAGE, "colour": "red"}]}, "stages[0].colour"),
    ({"stages": [{"key": "Not a slug"}]}, "stages[0].key"),
    ({"stages": [STAGE, STAGE]}, "stages[1].key"),
    ({"stages": [STAGE, TWICE]}, "stages[1].touchpoints[1].key"),
    ({"stages": [{**STAGE, "touchpoints": [{"key": "é"}]}]}, "stages[0].touchpoints[0].key"),
    ({"stages": [{**STAGE, "touchpoints": [{"key": "t", "channel": 1}]}]}, "stages[0].touchpoints[0].channel"),
    ({"stages": [{"key": "a", "touchpoints": [{"key": "t", "moment_of_truth": 1}]}]}, MOMENT_OF_TRUTH),
    ({"stages": [{**STAGE, "targets": [{"metric": "csat", "score": -1}]}]}, "stages[0].targets[0].score"),
    ({"stages": [{**STAGE, "targets": [{"metric": "csat", "score": "9"}]}]}, "stages[0].targets[0].score"),
    ({"stages": [{**STAGE, "name": "x" * 201}]}, "stages[0].name"),
    ({"segments": ["a", "b", "c", "d", "e", "f"]}, "segments"),
    ({"segments": ["a", "a"]}, "segments[1]"),
    ({"name": ""}, "name"),
    ({"name": None}, "name"),
    ({"owner": "Ana Sommer"}, "owner"),
    ({"stages": "none"}, "stages"),
]  # fmt: skip


def test_bad_fields_are_named(service: Service) -> None:
    for changes, path in BAD_FIELDS:
        answer = service.put_journey(**changes)
        assert (answer.status_code, list(answer.json["errors"])) == (422, [path])
        assert answer.content_type == "application/problem+json"
    assert service.rows("SELECT * FROM journey") == []


def test_bad_bodies(service: Service) -> None:
    bodies = {b"{": 400, b"": 422, b"[]": 422, b"null": 422, b'"x"': 422, b"\xff": 400}
    bodies |= {b'{"name": "\\u0000"}': 400, b'{"name": "\\ud800"}': 400}
    for body, status in bodies.items():
        answer = service.call("PUT", "/v1/journeys/shop", data=body, content_type="application/json")
        assert (body, answer.status_code) == (body, status)
        assert answer.content_type == "application/problem+json"


def test_bad_slug_in_the_address(service: Service) -> None:
    assert list(service.put_journey("Shop").json["errors"]) == ["journey"]
    assert service.call("GET", "/v1/journeys/Shop").status_code == 404


def test_only_admins_change_the_map(service: Service) -> None:
    for role, status in ((None, 401), ("viewer", 403), ("lead", 403), ("collector", 403)):
        assert service.call("PUT", "/v1/journeys/shop", role, json=JOURNEY).status_code == status
        assert service.call("DELETE", "/v1/journeys/shop", role).status_code == status
