"""Surveys are PUT whole; their place is fixed by the first answer, their wording is counted."""

from __future__ import annotations

from typing import Any

from shared.events import JOURNEYS, RESPONSES
from tests.integration.survey.conftest import SURVEY, Service

REQUIRED = ("journey", "stage", "touchpoint", "metric", "audience", "status", "question")


def test_comes_back_as_it_was_put(shop: Service) -> None:
    assert shop.put_survey().status_code == 200
    got = shop.call("GET", "/v1/surveys/delivery-nps", "viewer")
    assert got.json == SURVEY
    smallest = {name: SURVEY[name] for name in REQUIRED}
    assert shop.call("PUT", "/v1/surveys/small", json=smallest).status_code == 201
    assert shop.call("GET", "/v1/surveys/small").json == smallest
    for name in REQUIRED:
        left = {key: value for key, value in smallest.items() if key != name}
        assert list(shop.call("PUT", "/v1/surveys/other", json=left).json["errors"]) == [name]


def test_a_live_survey_is_published_with_its_journey(shop: Service) -> None:
    shop.put_survey(status="paused")
    shop.put_survey(status="paused")
    told = shop.events(JOURNEYS)
    assert [(row["data"]["revision"], len(row["data"]["surveys"])) for row in told] == [
        (1, 0),
        (2, 1),
        (3, 0),
    ]
    assert told[1]["data"]["surveys"] == [
        {
            "survey": "delivery-nps",
            "stage": "delivery",
            "touchpoint": "handover",
            "metric": "nps",
            "audience": "customer",
            "revision": 1,
            "reasons": SURVEY["reasons"],
        }
    ]


def test_new_words_start_a_new_revision(shop: Service) -> None:
    def revision(**changes: Any) -> int:
        assert shop.put_survey(**changes).status_code == 200
        return int(shop.call("GET", "/v1/surveys").json["items"][0]["revision"])

    german = SURVEY["question"]["de"]
    assert revision(question={"en": "How was it?", "de": german}) == 2
    assert revision(question={"en": "How was it??", "de": german}, same_meaning=True) == 2
    assert revision(question={"en": "How was it??"}, labels={}) == 2
    assert revision(question={"en": "And now?"}, labels={}, thanks={"en": "x"}) == 3
    shop.answer()
    assert shop.events(RESPONSES)[0]["data"]["survey_revision"] == 3


def test_the_place_is_fixed_by_the_first_answer(shop: Service) -> None:
    shop.put_journey("tour")
    assert shop.put_survey(journey="tour", touchpoint="tracking", metric="csat").status_code == 200
    assert [row["key"] for row in shop.events(JOURNEYS)][-2:] == ["shop", "tour"]
    assert shop.put_survey().status_code == 200
    shop.answer()
    changed = {
        "journey": "tour",
        "stage": "order",
        "touchpoint": "basket",
        "metric": "ces",
        "audience": "employee",
    }
    answer = shop.put_survey(**changed)
    assert (answer.status_code, set(answer.json["errors"])) == (409, set(changed))
    assert shop.put_survey(touchpoint="tracking").status_code == 409
    assert shop.call("GET", "/v1/surveys/delivery-nps").json == SURVEY


def test_place_must_exist(shop: Service) -> None:
    for field, value in (("journey", "nowhere"), ("stage", "nowhere"), ("touchpoint", "basket")):
        answer = shop.put_survey("other", **{field: value})
        assert (answer.status_code, list(answer.json["errors"])) == (422, [field])
    shop.put_survey(status="archived")
    shop.call("DELETE", "/v1/journeys/shop")
    assert list(shop.put_survey().json["errors"]) == ["journey"]


def test_delete_archives(shop: Service) -> None:
    assert shop.call("DELETE", "/v1/surveys/delivery-nps").status_code == 204
    assert shop.call("DELETE", "/v1/surveys/delivery-nps").status_code == 204
    assert shop.call("GET", "/v1/surveys/delivery-nps").json == {**SURVEY, "status": "archived"}
    assert shop.call("GET", "/v1/surveys").json["items"] == []
    assert len(shop.call("GET", "/v1/surveys?archived=true&journey=shop").json["items"]) == 1
    assert shop.call("GET", "/v1/surveys?archived=true&journey=tour").json["items"] == []
    assert shop.put_survey().status_code == 200
    assert shop.answer().status_code == 201
    assert shop.call("DELETE", "/v1/surveys/nowhere").status_code == 404


def test_dry_run_and_if_match(shop: Service) -> None:
    tag = shop.call("GET", "/v1/surveys/delivery-nps").headers["ETag"]
    paused = {**SURVEY, "status": "paused"}
    answer = shop.call("PUT", "/v1/surveys/delivery-nps?dry_run=true", json=paused)
    assert answer.json == {
        "changes": [{"path": "status", "before": "live", "after": "paused"}],
        "warnings": [],
    }
    assert shop.call("GET", "/v1/surveys/delivery-nps").json == SURVEY
    warned = shop.call("PUT", "/v1/surveys/new?dry_run=true", json=SURVEY)
    assert warned.json["warnings"] == ["origins is empty: any site may show this survey."]
    assert shop.call("GET", "/v1/surveys/new").status_code == 404
    for wanted, status in (('"no"', 412), (tag, 200), (tag, 412)):
        sent = shop.call("PUT", "/v1/surveys/delivery-nps", json=paused, headers={"If-Match": wanted})
        assert sent.status_code == status


BAD_FIELDS: list[tuple[dict[str, Any], list[str]]] = [
    ({"colour": "red"}, ["colour"]),
    ({"metric": "nsp"}, ["metric"]),
    ({"status": "open"}, ["status"]),
    ({"question": {}}, ["question"]),
    ({"question": "How?"}, ["question"]),
    ({"question": {"english please": "How?"}}, ["question.english please.key"]),
    ({"question": {"en": "x" * 501}}, ["question.en"]),
    ({"question": {"en": "How?"}}, ["question.de"]),
    ({"labels": {"en": {"low": "bad"}}}, ["labels.en.high"]),
    ({"reasons": [{"key": "a"}, {"key": "a"}]}, ["reasons[1].key"]),
    ({"reasons": [{"key": "A"}]}, ["reasons[0].key"]),
    ({"origins": ["https://shop.example/checkout"]}, ["origins[0]"]),
    ({"origins": ["shop.example"]}, ["origins[0]"]),
    ({"origins": ["https://shop.example:99999"]}, ["origins[0]"]),
    ({"origins": ["https://["]}, ["origins[0]"]),
    ({"privacy_url": "javascript:alert(1)"}, ["privacy_url"]),
    ({"privacy_url": "https://["}, ["privacy_url"]),
    ({"fatigue": {"sample_rate": 2}}, ["fatigue.sample_rate"]),
    ({"fatigue": {"cooldown_days": 1.5}}, ["fatigue.cooldown_days"]),
    ({"same_meaning": "yes"}, ["same_meaning"]),
]


def test_bad_fields_are_named(service: Service) -> None:
    service.put_journey()
    for changes, paths in BAD_FIELDS:
        answer = service.put_survey(**changes)
        assert (changes, answer.status_code, list(answer.json["errors"])) == (changes, 422, paths)
    assert service.rows("SELECT * FROM survey") == []


def test_origins_say_what_to_drop(shop: Service) -> None:
    answer = shop.put_survey(origins=["https://shop.example/checkout"])
    assert answer.json["errors"] == {"origins[0]": ["Drop the path ‘/checkout’."]}
