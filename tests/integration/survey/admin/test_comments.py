"""`/comments`: what is found, whose it is, and what leaves as CSV."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from services.survey.store import response_list
from shared.access import sessions
from shared.access.principal import Principal
from shared.settings import Settings
from shared.web import session_cookie
from tests.integration.survey.admin.browsing import Page, get
from tests.integration.survey.conftest import Service


@pytest.fixture
def said(shop: Service) -> Service:
    """Four answers at two stages, one without a comment, and an employee's."""
    shop.put_survey("order-csat", stage="order", touchpoint="basket", metric="csat", origins=[])
    shop.put_survey("staff-nps", audience="employee")
    now = datetime.now(UTC)
    for hours, (survey, score, comment) in enumerate(
        (
            ("delivery-nps", 2, "Came LATE, and wet"),
            ("delivery-nps", 9, "=HYPERLINK(1)"),
            ("order-csat", 4, "<b>lovely</b>"),
            ("order-csat", 5, None),
            ("staff-nps", 0, "my boss"),
        )
    ):
        at = (now - timedelta(hours=hours)).isoformat()
        assert shop.answer(survey, score=score, comment=comment, answered_at=at).status_code == 201
    return shop


def comments(page: Page) -> list[str]:
    """Which of the four texts stand in the page, in their order."""
    texts = ("Came LATE, and wet", "=HYPERLINK(1)", "<b>lovely</b>", "my boss", "Without a comment")
    return sorted((text for text in texts if text in page.text), key=page.text.index)


def test_newest_first_with_a_comment_and_never_an_employees(said: Service) -> None:
    page = get(said, "/comments", role="lead")
    assert comments(page) == ["Came LATE, and wet", "=HYPERLINK(1)", "<b>lovely</b>"]
    assert comments(get(said, "/comments?without=1"))[-1] == "Without a comment"
    assert said.call("GET", "/comments").headers["Cache-Control"] == "no-store"
    assert said.call("GET", "/comments", "viewer").status_code == 403


def test_filters_in_the_address(said: Service) -> None:
    for query, count in {
        "q=late": 1, "score=0-6": 2, "score=9": 1, "metric=csat": 1, "place=shop/order": 1,
        "journey=shop&stage=delivery": 2, "survey=order-csat": 1, "reason=late": 0, "from=2100-01-01": 0,
        "to=2000-01-01": 0, "q=boss": 0,
    }.items():  # fmt: skip
        assert (query, len(comments(get(said, f"/comments?{query}")))) == (query, count)
        exported = said.call("GET", f"/comments/export.csv?{query}", "lead").text
        assert (query, len(list(csv.DictReader(io.StringIO(exported))))) == (query, count)


def test_a_filter_that_is_wrong_says_so_and_stays(said: Service) -> None:
    page = get(said, "/comments?score=x&q=late", 422)
    assert "A score such as 7, or scores such as 0-6." in page.text
    assert page.form("/comments")["q"] == "late"
    assert "#f-score" in page.links


def test_page_by_page(said: Service) -> None:
    for number in range(30):
        said.answer(comment=f"number {number}")
    page = get(said, "/comments?q=number")
    (older,) = [link for link in page.links if "cursor=" in link]
    assert "q=number" in older
    rest = get(said, older)
    assert "number 0" in rest.text
    assert not [link for link in rest.links if "cursor=" in link]


def test_the_csv_is_harmless_and_not_kept(said: Service) -> None:
    answer = said.call("GET", "/comments/export.csv", "lead")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["comment"] for row in rows] == ["Came LATE, and wet", "'=HYPERLINK(1)", "<b>lovely</b>"]
    assert "respondent" not in rows[0]
    assert said.call("GET", "/comments/export.csv", "viewer").status_code == 403


def test_what_takes_too_long_says_so(said: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response_list, "LONGEST_MS", 1)
    monkeypatch.setattr(
        response_list, "_SEARCHED", "AND r.comment ILIKE %(pattern)s AND pg_sleep(0.2) IS NOT NULL"
    )
    page = get(said, "/comments?q=late", 422)
    assert "longer than 2 seconds" in page.text
    assert page.form("/comments")["q"] == "late"


def test_a_lead_sees_their_own_stages_first(said: Service, settings: Settings) -> None:
    said.conn.execute("INSERT INTO access.account_owner VALUES ('ben', 'ben@example.com', 'Ben')")
    said.put_journey(
        owner="ana",
        stages=[{**stage, "owner": "ben" if stage["key"] == "order" else None} for stage in _stages(said)],
    )
    browser = said.app.test_client()
    session = sessions.begin(said.conn, Principal("ben@example.com", "Ben", "lead", "ben@example.com"))
    browser.set_cookie(session_cookie.name(settings), session_cookie._signer(settings).dumps(session))
    mine = Page(browser.get("/comments").text)
    assert comments(mine) == ["<b>lovely</b>"]
    assert "/comments?whose=all" in mine.links
    assert len(comments(Page(browser.get("/comments?whose=all").text))) == 3
    assert len(comments(Page(browser.get("/comments?place=shop/delivery").text))) == 2
    assert "order-csat" in (surveys := Page(browser.get("/admin/surveys").text).text)
    assert "delivery-nps" not in surveys
    exported = browser.get("/comments/export.csv").text
    assert len(list(csv.DictReader(io.StringIO(exported)))) == 1


def test_nothing_yet(service: Service) -> None:
    assert "No comments yet" in get(service, "/comments").text
    assert "Nothing matches this choice." in get(service, "/comments?q=x").text


def _stages(service: Service) -> list[dict[str, object]]:
    stages: list[dict[str, object]] = service.call("GET", "/v1/journeys/shop").json["stages"]
    return stages


def test_a_follow_up_from_a_comment(said: Service) -> None:
    page = get(said, "/comments?q=late", role="lead")
    button = next(button for button in page.buttons if button.get("name") == "answer_id")
    fields = page.form("/comments/follow-up") | {"answer_id": button["value"]}
    for _ in range(2):
        sent = said.call("POST", "/comments/follow-up", "lead", data=fields)
        (case,) = said.call("GET", "/v1/follow-ups").json["items"]
        assert (sent.status_code, sent.location.partition("?")[0]) == (303, f"/follow-ups/{case['id']}")
    assert f"/follow-ups/{case['id']}" in get(said, "/comments?q=late", role="lead").links
    assert (
        said.call("POST", "/comments/follow-up", "lead", data=fields | {"answer_id": "x"}).status_code == 404
    )
    assert said.call("POST", "/comments/follow-up", "viewer", data=fields).status_code == 403
