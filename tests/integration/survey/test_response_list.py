"""`GET /v1/responses`: what a lead reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.events import isoformat
from tests.integration.survey.conftest import Service


def listed(shop: Service, query: str = "") -> list[dict[str, Any]]:
    answer = shop.call("GET", f"/v1/responses?{query}", "lead")
    assert answer.status_code == 200
    items: list[dict[str, Any]] = answer.json["items"]
    return items


def test_newest_first_by_pages(shop: Service) -> None:
    shop.put_survey("order-csat", stage="order", touchpoint="basket", metric="csat")
    now = datetime.now(UTC)
    for hours in range(7):
        survey = ("delivery-nps", "order-csat")[hours % 2]
        shop.answer(
            survey, score=4, comment=f"h{hours}", answered_at=(now - timedelta(hours=hours)).isoformat()
        )
    seen, cursor = [], ""
    while True:
        body = shop.call("GET", f"/v1/responses?limit=3{cursor}", "lead").json
        seen += [item["comment"] for item in body["items"]]
        if body["next"] is None:
            break
        cursor = f"&cursor={body['next']}"
    assert seen == [f"h{hours}" for hours in range(7)]


def test_filters_and_what_is_told(shop: Service) -> None:
    shop.put_survey("order-csat", stage="order", touchpoint="basket", metric="csat")
    shop.put_survey("staff-nps", audience="employee")
    shop.answer(
        "order-csat", score=2, comment="meh", respondent="c-1", attributes={"plan": "pro", "secret": "x"}
    )
    shop.answer(score=9, reasons=["late"], answered_at=isoformat(datetime.now(UTC) - timedelta(days=2)))
    shop.answer("staff-nps", comment="my boss")
    (meh,) = listed(shop, "survey=order-csat")
    assert set(meh) == {
        "answer_id", "survey", "journey", "stage", "touchpoint", "metric", "audience", "survey_revision", "score",
        "comment", "reasons", "segments", "lang", "channel", "answered_at", "received_at", "historic",
    }  # fmt: skip
    assert meh["segments"] == {"plan": "pro"}
    today = datetime.now(UTC).date().isoformat()
    for query, count in {
        "": 2, "journey=shop": 2, "journey=x": 0, "stage=delivery": 1, "touchpoint=basket": 1, "metric=nps": 1,
        "score=2": 1, "score=3": 0, "score=0-2": 1, "score=2-9": 2, "score=3-8": 0, "with_comment=true": 1,
        "q=ME": 1, "q=%25": 0, "q=m_h": 0, "q=boss": 0, "reason=late": 1, "reason=%27": 0, "audience=employee": 0,
        f"from={today}": 1, "from=2000-01-01&to=2000-01-02": 0, "to=2100-01-01T00:00:00Z": 2, "survey=%F0%9F%98%80": 0,
    }.items():  # fmt: skip
        assert (query, len(listed(shop, query))) == (query, count)


def test_odd_filters(shop: Service) -> None:
    for odd in (
        "score=x", "score=99999999999999", "score=7-3", "score=-1", "score=1-11", f"q={'x' * 201}",
        "from=yesterday", "to=0001-01-01T00:00:00%2B14:00", "to=9999-12-31",
        "from=2026-13-01", "limit=501", "cursor=x", "cursor=W10", "cursor=WyJhIiwiYiJd", "audience=all", "metric=x",
    ):  # fmt: skip
        answer = shop.call("GET", f"/v1/responses?{odd}", "lead")
        assert (odd, answer.status_code) == (odd, 422)
    assert shop.call("GET", "/v1/responses?survey=%00", "lead").status_code == 400
    assert listed(shop, "survey=%ED%A0%80") == []
    assert listed(shop, "q=%ED%A0%80") == []
    assert shop.call("GET", "/v1/responses", "viewer").status_code == 403
    assert shop.call("GET", "/v1/responses", "collector").status_code == 403


def test_a_voided_answer_is_not_read(shop: Service) -> None:
    shop.answer(comment="spam")
    shop.conn.execute("UPDATE response SET voided_at = now()")
    assert listed(shop) == []
