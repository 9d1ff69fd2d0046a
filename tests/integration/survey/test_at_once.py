"""What holds when several do it at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from shared.events import JOURNEYS, RESPONSES
from tests.integration.survey.conftest import Service


def test_batches_with_the_same_answers_in_other_orders(shop: Service) -> None:
    items = [
        {"survey": "delivery-nps", "id": str(uuid4()), "score": n % 11, "attributes": {"plan": f"p{n % 60}"}}
        for n in range(600)
    ]
    orders = [items, items[::-1], items[300:] + items[:300], items[::-1], items]
    with ThreadPoolExecutor(5) as threads:
        answers = list(
            threads.map(lambda batch: shop.call("POST", "/v1/responses/batch", json=batch), orders)
        )
    assert [answer.status_code for answer in answers] == [200] * 5
    assert sum(answer.json["accepted"] for answer in answers) == 600
    assert len(shop.rows("SELECT * FROM response")) == len(shop.events(RESPONSES)) == 600
    assert len(shop.rows("SELECT * FROM segment_value WHERE key = 'plan'")) == 50


def test_events_of_a_batch_keep_its_order(shop: Service) -> None:
    items = [{"survey": "delivery-nps", "id": str(uuid4()), "score": n % 11} for n in range(50)]
    shop.call("POST", "/v1/responses/batch", json=items)
    assert [row["data"]["score"] for row in shop.events(RESPONSES)] == [item["score"] for item in items]


def test_no_answer_is_left_behind_when_a_survey_moves(shop: Service) -> None:
    """The place changes until the first answer is there; whichever comes first, all answers are where the survey is."""

    def move(n: int) -> Any:
        return shop.put_survey(touchpoint=("handover", "tracking")[n % 2])

    def answer(n: int) -> Any:
        return shop.answer(score=n % 11)

    for _ in range(3):
        shop.conn.execute("TRUNCATE response, outbox")
        with ThreadPoolExecutor(8) as threads:
            moves = [threads.submit(move, n) for n in range(8)]
            sent = [threads.submit(answer, n) for n in range(16)]
            assert {future.result().status_code for future in moves} <= {200, 409}
            assert {future.result().status_code for future in sent} == {201}
        touchpoint = shop.call("GET", "/v1/surveys/delivery-nps").json["touchpoint"]
        assert {row["data"]["touchpoint"] for row in shop.events(RESPONSES)} == {touchpoint}


def test_changes_of_one_journey_are_published_in_order(service: Service) -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda n: service.put_journey(name=f"Shop {n}").status_code, range(16)))
    assert sorted(made) == [200] * 15 + [201]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: service.put_survey(f"s{n}").status_code, range(8)))
    told = [row["data"] for row in service.events(JOURNEYS)]
    assert [data["revision"] for data in told] == list(range(1, 25))
    assert len(told[-1]["surveys"]) == 8
    assert told[-1]["name"] == service.call("GET", "/v1/journeys/shop").json["name"]
