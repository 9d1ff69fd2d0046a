"""The form and the answers of customers: nothing is lost, counted twice, or half-written."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from shared.events import RESPONSES, isoformat, parse_time
from tests.integration.survey.conftest import Service

ID = "3b241101-e2bb-4255-8caf-4136c566a962"


def count(shop: Service) -> tuple[int, int]:
    return len(shop.rows("SELECT * FROM response")), len(shop.events(RESPONSES))


def test_an_answer_is_one_row_and_one_event(shop: Service) -> None:
    attributes = {"plan": "pro", "region": "north", "basket": 3, "gift": True}
    answer = shop.answer(
        id=ID, comment=" Fine. ", reasons=["late", "late"], respondent="ann@shop.example", sig="x",
        attributes=attributes, lang="en", channel="web",
    )  # fmt: skip
    assert answer.status_code == 201
    assert set(answer.json) == {"id", "survey", "edit_token", "contact_url"}
    (row,) = shop.rows("SELECT * FROM response")
    assert (row["score"], row["comment"], row["reasons"], row["attributes"]) == (
        9,
        "Fine.",
        ["late"],
        attributes,
    )
    assert row["respondent"] not in (None, b"ann@shop.example")
    assert row["respondent_key"] == "k1"
    (event,) = shop.events(RESPONSES)
    assert (event["key"], event["type"]) == ("shop/delivery", "io.journeyloop.response.recorded.v1")
    assert event["data"] == {
        "answer_id": str(row["answer_id"]),
        "survey": "delivery-nps",
        "survey_revision": 1,
        "journey": "shop",
        "stage": "delivery",
        "touchpoint": "handover",
        "metric": "nps",
        "audience": "customer",
        "score": 9,
        "reasons": ["late"],
        "segments": {"plan": "pro", "region": "north"},
        "channel": "web",
        "lang": "en",
        "answered_at": isoformat(row["received_at"]),
        "historic": False,
    }
    assert ID not in str(event)
    assert "ann@shop.example" not in str(event)


def test_sent_again_it_is_the_same_answer(shop: Service) -> None:
    sent: dict[str, Any] = {"id": ID, "respondent": "c-1", "reasons": ["late", "damaged"]}
    first = shop.answer(**sent)
    again = shop.answer(**{**sent, "reasons": ["damaged", "late"]})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    for other in (
        {"score": 3},
        {"respondent": "c-2"},
        {"respondent": None},
        {"comment": "x"},
        {"lang": "en"},
    ):
        conflict = shop.answer(**{**sent, **other})
        assert (conflict.status_code, list(conflict.json["errors"])) == (409, ["id"])
    assert count(shop) == (1, 1)
    shop.put_survey(status="paused")
    assert shop.answer(**sent).status_code == 200


def test_eight_at_once_are_one(shop: Service) -> None:
    for _ in range(5):
        id_ = str(uuid4())
        with ThreadPoolExecutor(8) as threads:
            statuses = list(threads.map(lambda _, id_=id_: shop.answer(id=id_).status_code, range(8)))
        assert sorted(statuses) == [200] * 7 + [201]
    assert count(shop) == (5, 5)


def test_bad_answers_are_refused_by_field(shop: Service) -> None:
    ago = datetime.now(UTC) - timedelta(days=8)
    bad: list[tuple[dict[str, Any], str]] = [
        *(({"score": score}, "score") for score in (11, -1, 7.5, 9.0, "9", True, None, [9], 2**63)),
        ({"id": "1"}, "id"),
        ({"id": None}, "id"),
        ({"id": 7}, "id"),
        ({"reasons": ["late", "slow"]}, "reasons[1]"),
        ({"reasons": "late"}, "reasons"),
        ({"comment": "x" * 5_001}, "comment"),
        ({"comment": 7}, "comment"),
        ({"attributes": {"a": {"b": 1}}}, "attributes.a"),
        ({"attributes": {"a": None}}, "attributes.a"),
        ({"attributes": {"a": "x" * 201}}, "attributes.a"),
        ({"attributes": {f"k{i}": i for i in range(21)}}, "attributes"),
        ({"attributes": [1]}, "attributes"),
        ({"respondent": 12}, "respondent"),
        ({"lang": "?"}, "lang"),
        ({"channel": "My Channel"}, "channel"),
        ({"colour": "red"}, "colour"),
        ({"answered_at": "yesterday"}, "answered_at"),
        ({"answered_at": "2026-11-22T10:00:00"}, "answered_at"),
        ({"answered_at": 1_700_000_000}, "answered_at"),
        ({"answered_at": isoformat(ago)}, "answered_at"),
        ({"answered_at": "0001-01-01T00:00:00+14:00"}, "answered_at"),
    ]
    for fields, path in bad:
        answer = shop.answer(**fields)
        assert (fields, answer.status_code, list(answer.json["errors"])) == (fields, 422, [path])
        assert answer.content_type == "application/problem+json"
    assert shop.answer(score=11).json["errors"] == {"score": ["11 is outside 0-10"]}
    assert count(shop) == (0, 0)


def test_bad_bodies(shop: Service) -> None:
    path = "/v1/surveys/delivery-nps/responses"
    bodies = {
        b"": 400,
        b"{": 400,
        b"[]": 422,
        b"null": 422,
        b"9": 422,
        b"\xff": 400,
        b'{"a": "' + b"x" * 65_536 + b'"}': 413,
    }
    bodies |= {
        b'{"comment": "\\u0000"}': 400,
        b'{"comment": "\\ud800"}': 400,
        b'{"\\u0000": 1}': 400,
        b'{"score": NaN}': 400,
    }
    for content_type in ("application/json", "text/plain"):
        for body, status in bodies.items():
            answer = shop.call("POST", path, None, data=body, content_type=content_type)
            assert (body[:20], answer.status_code) == (body[:20], status)
            assert answer.content_type == "application/problem+json"
    assert count(shop) == (0, 0)


def test_closed_and_unknown_surveys(shop: Service) -> None:
    assert shop.answer("nowhere").status_code == 404
    shop.answer()
    for status in ("paused", "draft", "archived"):
        shop.put_survey(status=status)
        refused = shop.answer()
        assert (refused.status_code, refused.json["title"]) == (409, f"The survey is {status}")
    shop.put_survey()
    assert shop.answer().status_code == 201
    assert count(shop) == (2, 2)


def test_a_change_of_the_survey_counts_at_once(shop: Service) -> None:
    """Also in a process that remembers the survey as it was."""
    assert shop.answer(reasons=["late"]).status_code == 201
    shop.put_survey(reasons=[{"key": "slow"}])
    assert shop.answer(reasons=["late"]).status_code == 422
    assert shop.answer(reasons=["slow"]).status_code == 201
    shop.put_journey(segments=["basket"])
    shop.answer(attributes={"plan": "pro", "basket": 3})
    assert shop.events(RESPONSES)[-1]["data"]["segments"] == {"basket": "3"}


def test_times(shop: Service) -> None:
    now = datetime.now(UTC)
    given = [
        (None, None, False),
        (now + timedelta(minutes=10), None, False),
        (now - timedelta(hours=1), now - timedelta(hours=1), False),
        (now - timedelta(hours=49), now - timedelta(hours=49), True),
    ]
    for sent, expected, historic in given:
        shop.answer(answered_at=sent.isoformat() if sent else None)
        event = shop.events(RESPONSES)[-1]
        assert parse_time(event["data"]["answered_at"]) == (expected or event["received_at"])
        assert event["data"]["historic"] == event["historic"] == historic


def test_only_fifty_values_of_a_segment_are_kept(shop: Service) -> None:
    def segment(value: Any) -> str:
        assert shop.answer(attributes={"region": value}).status_code == 201
        return str(shop.events(RESPONSES)[-1]["data"]["segments"].get("region"))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: shop.answer(attributes={"region": f"r{n}"}), range(60)))
    kept = {row["value"] for row in shop.rows("SELECT value FROM segment_value")}
    assert len(kept) == 50
    events = [row["data"]["segments"]["region"] for row in shop.events(RESPONSES)]
    assert set(events) == kept | {"other"}
    assert events.count("other") == 10
    assert (segment("one more"), segment(min(kept)), segment("")) == ("other", min(kept), "None")


def test_a_broken_connection_is_not_the_customers_problem(shop: Service) -> None:
    assert shop.answer().status_code == 201
    for _ in range(3):
        shop.conn.execute(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()"""
        )
        assert shop.answer().status_code in (201, 503)
    assert shop.answer().status_code == 201
    assert len(shop.rows("SELECT * FROM response")) == len(shop.events(RESPONSES)) >= 2
