"""The hosted page: plain HTML that records when a person presses Send, once."""

from __future__ import annotations

import re
from typing import Any

from tests.integration.survey.conftest import Service
from tests.integration.survey.forms import Form

PATH = "/s/delivery-nps"


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
    page = Form(shop.call("GET", PATH, None).text).fields
    sent = {**page, "score": "7", "comment": "", "reasons": ["late", "damaged"]}
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
    assert "You answered 7. Change it?" in changed.text
    stranger = post(shop, id=sent["id"], score="2", edit="forged")
    assert stranger.status_code == 409
    assert "You have answered already" in stranger.text
    assert sent["edit"] not in stranger.text + post(shop, id=sent["id"]).text


def test_wrong_input_is_shown_again(shop: Service) -> None:
    page = Form(shop.call("GET", PATH, None).text).fields
    id_ = page["id"]
    missing = post(shop, **page, comment="<b>kept</b>", reasons="late")
    assert missing.status_code == 422
    assert "Please choose an answer." in missing.text
    assert "&lt;b&gt;kept&lt;/b&gt;" in missing.text
    assert Form(missing.text).fields["id"] == id_
    assert 'value="late" checked' in missing.text
    assert "at most 5,000 characters" in post(shop, id=id_, score="7", comment="x" * 5_001).text
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
    page = Form(shop.call("GET", PATH, None).text).fields
    for status, title in (
        ("paused", "This survey is taking a break"),
        ("draft", "This survey has not started yet"),
        ("archived", "This survey is closed"),
    ):
        shop.put_survey(status=status)
        assert title in shop.call("GET", PATH, None).text
        closed = post(shop, **page, score="7")
        assert closed.status_code == 409
        assert title in closed.text
    assert "Diese Umfrage ist geschlossen" in shop.call("GET", f"{PATH}?lang=de", None).text
    for method in ("GET", "POST"):
        unknown = shop.call(method, "/s/nowhere", None)
        assert unknown.status_code == 404
        assert "There is no such survey" in unknown.text


def test_a_person_changes_their_answer_for_a_day(shop: Service) -> None:
    page = Form(shop.call("GET", PATH, None).text).fields
    thanks = Form(post(shop, **page, score="7", comment="fine", reasons="late").text)
    again = Form(post(shop, **thanks.fields).text)
    assert (again.fields["act"], again.fields["score"], again.fields["reasons"]) == ("amend", "7", "late")
    assert "fine" in again.words
    wrong = post(shop, **again.fields | {"score": "11"})
    assert wrong.status_code == 422
    assert Form(wrong.text).fields["act"] == "amend"
    changed = post(shop, **again.fields | {"score": "2", "comment": "less", "reasons": []})
    assert "Your new answer has been recorded." in changed.text
    (row,) = shop.rows("SELECT score, comment, reasons FROM response")
    assert row == {"score": 2, "comment": "less", "reasons": []}
    assert [event["type"].split(".")[-2] for event in shop.events("survey.responses")] == [
        "recorded",
        "amended",
    ]
    forged = post(shop, **thanks.fields | {"edit": "forged"})
    assert forged.status_code == 422
    assert "less" not in forged.text
    shop.conn.execute("UPDATE response SET received_at = received_at - interval '25 hours'")
    for act in ("change", "amend"):
        late = post(shop, **again.fields | {"act": act, "score": "9"})
        assert (late.status_code, "can no longer be changed" in late.text) == (409, True)


def test_pages_keep_to_themselves(shop: Service) -> None:
    headers = shop.call("GET", PATH, None).headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Cache-Control"] == "no-store"
