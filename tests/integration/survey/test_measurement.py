"""GET /v1/measurement: volume, channels, languages and wordings of a stage in two periods."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.survey.store import measurement
from shared import outbox
from shared.events import parse_time
from tests.integration.survey.conftest import Service

ASKED = {"journey": "shop", "stage": "delivery", "metric": "nps"}
PERIODS = {"before_from": 6, "before_to": 4, "since_from": 3, "since_to": 0}  # days ago


def days_ago(number: int) -> str:
    return (datetime.now(ZoneInfo("Europe/Berlin")).date() - timedelta(days=number)).isoformat()


def ask(
    service: Service,
    role: str = "viewer",
    status: int = 200,
    path: str = "/v1/measurement",
    **changed: Any,
) -> Any:
    periods = {name: days_ago(number) for name, number in PERIODS.items()}
    query = {name: value for name, value in (ASKED | periods | changed).items() if value is not None}
    answer = service.call("GET", path, role, query_string=query)
    assert answer.status_code == status, answer.text
    return answer.json


def noon(ago: int) -> str:
    """Noon UTC, well within the day of Europe/Berlin."""
    return f"{days_ago(ago)}T12:00:00Z" if ago else datetime.now(UTC).isoformat()


def test_days_by_channel_and_language(shop: Service) -> None:
    for channel, lang, ago in (("app", "de", 5), ("app", "de-AT", 5), (None, "en", 5), ("link", None, 2)):
        given = shop.answer(channel=channel, lang=lang, answered_at=noon(ago))
        assert given.status_code == 201, given.text
    found = ask(shop)
    (day,) = found["before"]["days"]
    assert day == {
        "day": days_ago(5),
        "answers": 3,
        "channels": {"app": 2},
        "languages": {"de": 2, "en": 1},
    }
    assert [day["channels"] for day in found["since"]["days"]] == [{"link": 1}]
    assert found["response_rate"] == {"before": None, "since": None}
    assert (found["audience"], found["before"]["from"]) == ("customer", days_ago(6))


def test_other_places_are_not_counted(shop: Service) -> None:
    shop.put_survey("tracking-nps", touchpoint="tracking")
    shop.put_survey("order-nps", stage="order", touchpoint="basket")
    shop.put_survey("delivery-csat", metric="csat")
    for survey in ("delivery-nps", "tracking-nps", "order-nps"):
        assert shop.answer(survey).status_code == 201
    assert shop.answer("delivery-csat", score=4).status_code == 201
    assert sum(day["answers"] for day in ask(shop)["since"]["days"]) == 2


def test_wordings_say_since_when_they_are_live(shop: Service) -> None:
    began = datetime.now(UTC)
    assert shop.put_survey(thanks={"en": "Thank you."}).status_code == 200
    assert (
        shop.put_survey(question={"en": "Will you come back?", "de": "Kommen Sie wieder?"}).status_code == 200
    )
    shop.put_survey("paused-nps", touchpoint="tracking", status="paused")
    outbox.stamp(shop.conn, 100)
    found = ask(shop)["wordings"]
    assert [(one["survey"], one["revision"]) for one in found] == [("delivery-nps", 1), ("delivery-nps", 2)]
    first, second = (parse_time(one["live_from"]) for one in found)
    assert first < began < second
    assert ask(shop, "viewer", 200, "/v1/wordings", **dict.fromkeys(PERIODS))["items"] == found


def test_employees_are_not_counted(shop: Service) -> None:
    shop.put_survey("staff-nps", audience="employee")
    assert shop.answer("staff-nps", channel="app").status_code == 201
    outbox.stamp(shop.conn, 100)
    found = ask(shop, audience="employee")
    assert (found["before"]["days"], found["since"]["days"]) == ([], [])
    assert [one["survey"] for one in found["wordings"]] == ["staff-nps"]


def test_an_unknown_place_is_an_empty_answer(shop: Service) -> None:
    found = ask(shop, stage="nowhere")
    assert (found["since"]["days"], found["wordings"]) == ([], [])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"stage": None}, "stage"),
        ({"metric": "csta"}, "metric"),
        ({"since_to": "2026-01-01"}, "since_to"),
        ({"before_from": "2020-01-01"}, "before_to"),
        ({"windw": "7d"}, "windw"),
    ],
)
def test_bad_questions_name_the_parameter(shop: Service, wrong: dict[str, Any], field: str) -> None:
    assert field in ask(shop, status=422, **wrong)["errors"]


def test_only_those_who_may_read(shop: Service) -> None:
    ask(shop, role="collector", status=403)


def test_nobody_waits_for_a_long_count(shop: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.conn.execute(
        """INSERT INTO response (id, answer_id, survey, survey_revision, score, reasons, attributes, segments,
                                 answered_at, received_at, historic, first_content)
           SELECT gen_random_uuid(), gen_random_uuid(), 'delivery-nps', 1, 9, '{}', '{}', '{}', now(), now(), false, ''
           FROM generate_series(1, 30000)"""
    )
    monkeypatch.setattr(measurement, "LONGEST_MS", 1)
    assert ask(shop, status=503)["title"] == "It took too long"
    monkeypatch.undo()
    assert ask(shop)["since"]["days"][0]["answers"] == 30_000
