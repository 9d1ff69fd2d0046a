"""The hosted page: plain HTML that records when a person presses Send, once."""

from __future__ import annotations

import re
from typing import Any

from tests.integration.survey.conftest import Service

PATH = "/s/delivery-nps"


def hidden_id(html: str) -> str:
    found = re.search(r'name="id" value="([^"]+)"', html)
    assert found
    return found[1]


def post(shop: Service, **fields: Any) -> Any:
    return shop.call("POST", PATH, None, data=fields)


def test_shows_the_question_and_records_nothing(shop: Service) -> None:
    page = shop.call("GET", f"{PATH}?score=7", None)
    assert (page.status_code, page.content_type) == (200, "text/html; charset=utf-8")
    assert "How likely are you to recommend our delivery?" in page.text
    assert page.text.count('type="radio"') == 11
    assert page.text.count(" checked>") == 1
    assert re.search(r'value="7" required checked', page.text)
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert shop.rows("SELECT * FROM response") == []
    assert "Würden Sie uns empfehlen?" in shop.call("GET", f"{PATH}?lang=de", None).text
    assert shop.call("GET", "/static/survey/page.css", None).status_code == 200
    assert shop.call("GET", "/static/shared/journeyloop.css", None).status_code == 200


def test_records_once_and_thanks(shop: Service) -> None:
    shop.put_survey(origins=["https://shop.example"])
    id_ = hidden_id(shop.call("GET", PATH, None).text)
    sent = {"id": id_, "score": "7", "comment": "", "reasons": ["late", "damaged"], "lang": "en"}
    for _ in range(2):
        thanks = post(shop, **sent)
        assert thanks.status_code == 200
        assert "Thanks a lot." in thanks.text
    (row,) = shop.rows("SELECT score, comment, reasons, lang, channel FROM response")
    assert row == {
        "score": 7,
        "comment": None,
        "reasons": ["damaged", "late"],
        "lang": "en",
        "channel": "page",
    }
    changed = post(shop, **{**sent, "score": "2"})
    assert changed.status_code == 409
    assert "You have answered already" in changed.text


def test_wrong_input_is_shown_again(shop: Service) -> None:
    id_ = hidden_id(shop.call("GET", PATH, None).text)
    missing = post(shop, id=id_, comment="<b>kept</b>", reasons="late")
    assert missing.status_code == 422
    assert "Please choose a number." in missing.text
    assert "&lt;b&gt;kept&lt;/b&gt;" in missing.text
    assert hidden_id(missing.text) == id_
    assert 'value="late" checked' in missing.text
    assert "too long" in post(shop, id=id_, score="7", comment="x" * 5_001).text
    for odd in (
        {"score": "11"},
        {"score": "²"},
        {"score": "7", "reasons": "x"},
        {"score": "7", "id": "no"},
        {},
    ):
        assert post(shop, **{"id": id_, **odd}).status_code == 422
    assert post(shop).status_code == 422
    assert post(shop, id=id_, score="7", comment="\0").status_code in (400, 422)
    assert post(shop, id=id_, score="7", lang="nonsense?").status_code == 422
    assert shop.rows("SELECT * FROM response") == []
    assert post(shop, id=id_, score="7", comment="\r\n").status_code == 200


def test_closed_and_unknown(shop: Service) -> None:
    id_ = hidden_id(shop.call("GET", PATH, None).text)
    for status in ("paused", "draft", "archived"):
        shop.put_survey(status=status)
        assert "This survey is closed" in shop.call("GET", PATH, None).text
        closed = post(shop, id=id_, score="7")
        assert closed.status_code == 409
        assert "This survey is closed" in closed.text
    assert "Diese Umfrage ist geschlossen" in shop.call("GET", f"{PATH}?lang=de", None).text
    for method in ("GET", "POST"):
        unknown = shop.call(method, "/s/nowhere", None)
        assert unknown.status_code == 404
        assert "There is no such survey" in unknown.text
