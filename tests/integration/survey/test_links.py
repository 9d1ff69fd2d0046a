"""Signed links: whose answer it is, until when, once; and “don't ask me again”."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from services.survey.signatures import sign
from tests.integration.survey.conftest import Service
from tests.integration.survey.forms import Form


def make(
    shop: Service, *wanted: dict[str, Any], role: str = "collector", **more: Any
) -> list[dict[str, Any]]:
    made = shop.call(
        "POST", "/v1/surveys/delivery-nps/links", role, json={"links": list(wanted or [{}]), **more}
    )
    assert made.status_code == 200, made.text
    return list(made.json["items"])


def path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def get(shop: Service, url: str) -> Any:
    return shop.call("GET", path(url), None)


def send(shop: Service, form: Form, **fields: Any) -> Any:
    return shop.call("POST", form.action, None, data=form.fields | fields)


def test_the_answer_belongs_to_whom_the_link_was_sent(shop: Service) -> None:
    (item,) = make(shop, {"respondent": "c-123", "attributes": {"region": "north"}, "lang": "de"})
    assert "c-123" not in item["url"]
    page = get(shop, item["url"] + "&score=4")
    assert "Würden Sie uns empfehlen?" in page.text
    form = Form(page.text)
    assert form.fields["score"] == "4"
    for _ in range(2):
        assert send(shop, form).status_code == 200
    (row,) = shop.rows(
        "SELECT respondent, respondent_verified, attributes, segments, channel, lang FROM response"
    )
    shop.answer(respondent="c-123")
    named = shop.rows("SELECT respondent FROM response WHERE channel IS NULL")
    assert row.pop("respondent") == named[0]["respondent"]
    assert row == {
        "respondent_verified": True,
        "attributes": {"region": "north"},
        "segments": {"region": "north"},
        "channel": "email",
        "lang": "de",
    }


def test_one_link_one_answer_to_be_changed_for_a_day(shop: Service) -> None:
    (item,) = make(shop, {"respondent": "c-1"})
    assert send(shop, Form(get(shop, item["url"]).text), score="4").status_code == 200
    again = get(shop, item["url"] + "&score=9")
    assert "You answered 4. Change it?" in again.text
    changing = Form(send(shop, Form(again.text)).text)
    assert changing.fields["score"] == "4"
    assert "Your new answer has been recorded." in send(shop, changing, score="8").text
    assert [row["score"] for row in shop.rows("SELECT score FROM response")] == [8]
    fresh = Form(get(shop, item["url"]).text).fields
    other = {**fresh, "score": "1"}
    other.pop("act")
    assert shop.call("POST", "/s/delivery-nps", None, data=other).status_code == 409
    shop.conn.execute("UPDATE response SET received_at = received_at - interval '25 hours'")
    assert "can no longer be changed" in get(shop, item["url"]).text
    assert [row["score"] for row in shop.rows("SELECT score FROM response")] == [8]


def test_a_damaged_link_gives_an_answer_that_is_nobodys(shop: Service) -> None:
    (item,) = make(shop, {"respondent": "c-1", "attributes": {"plan": "pro"}})
    token = item["token"]
    for bad in (token[:-1], token[:20], token + "x", "ü", "", "." * 9, token.replace(".", "")):
        form = Form(shop.call("GET", "/s/delivery-nps", None, query_string={"t": bad}).text)
        assert "t" not in form.fields
        assert send(shop, form, score="3", t=bad).status_code == 200
    shop.put_survey("other")
    assert "t" not in Form(shop.call("GET", f"/s/other?t={token}", None).text).fields
    rows = shop.rows("SELECT respondent, attributes FROM response")
    assert rows == [{"respondent": None, "attributes": {}}] * 7


def test_links_end(shop: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    item, second = make(shop, {"respondent": "c-1", "lang": "de"}, {"respondent": "c-2"}, expires_in_days=2)
    form, forgotten = (Form(get(shop, one["url"]).text) for one in (item, second))
    later(monkeypatch, days=2)
    over = get(shop, item["url"])
    assert over.status_code == 410
    assert "Dieser Link gilt nicht mehr" in over.text
    assert send(shop, form, score="3").status_code == 200, "opened in time"
    later(monkeypatch, days=4)
    assert send(shop, forgotten, score="3").status_code == 410
    assert shop.call("POST", path(item["unsubscribe_url"]), None).status_code == 200


def later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """The page's clock is `days` ahead."""
    from datetime import datetime, timedelta

    from services.survey import pages

    class Ahead(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(days=days)

    monkeypatch.setattr(pages, "datetime", Ahead)


def test_unsubscribing_by_the_page_and_by_one_click(shop: Service) -> None:
    first, second = make(shop, {"respondent": "c-1"}, {"respondent": "c-2"})
    assert first["headers"] == {
        "List-Unsubscribe": f"<{first['unsubscribe_url']}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    page = Form(get(shop, first["unsubscribe_url"]).text)
    assert shop.rows("SELECT * FROM contact") == []
    undo = Form(send(shop, page).text)
    one_click = {"List-Unsubscribe": "One-Click"}
    assert shop.call("POST", path(second["unsubscribe_url"]), None, data=one_click).status_code == 200
    again = make(shop, {"respondent": "c-1"}, {"respondent": "c-2"}, {"respondent": "c-3"})
    assert [item["declined"] for item in again] == [True, True, False]
    assert "url" not in again[0]
    spaced = make(shop, {"respondent": "c-1 "}, {"respondent": "c-1"}, {"respondent": " c-1"})
    assert all(item["declined"] for item in spaced), "one person, however the name is spaced"
    secret = shop.call("GET", "/v1/surveys/delivery-nps/secret").json["secret"]
    query = {"respondent": "c-1", "sig": sign(secret, "c-1"), "draw": 0}
    form = shop.call("GET", "/v1/surveys/delivery-nps/form", None, query_string=query).json
    assert form["hidden_because"] == "asked not to be asked again"
    assert "we may ask you again" in send(shop, undo).text
    assert [item["declined"] for item in make(shop, {"respondent": "c-1"})] == [False]
    assert get(shop, "/s/delivery-nps/unsubscribe?t=nonsense").status_code == 404
    (nobody,) = make(shop, {}, email=True)
    assert (nobody["unsubscribe_url"], nobody["headers"]) == (None, {})
    assert "unsubscribe" not in nobody["email"]["html"] + nobody["email"]["text"]
    assert shop.call("POST", f"/s/delivery-nps/unsubscribe?t={nobody['token']}", None).status_code == 404


def test_who_may_make_links_and_what_is_refused(shop: Service) -> None:
    address = "/v1/surveys/delivery-nps/links"
    for role, status in ((None, 401), ("lead", 403), ("collector", 200), ("admin", 200)):
        assert shop.call("POST", address, role, json={"links": [{}]}).status_code == status
    assert shop.call("POST", "/v1/surveys/no/links", json={"links": [{}]}).status_code == 404
    bad = shop.call(
        "POST",
        address,
        json={
            "links": [{}, {"attributes": {"a b": 1}}, {"lang": "?"}, {"respondent": " "}],
            "expires_in_days": 0,
        },
    )
    assert bad.status_code == 422
    assert set(bad.json["errors"]) == {
        "links[1].attributes.a b",
        "links[2].lang",
        "links[3].respondent",
        "expires_in_days",
    }
    many = make(shop, *({"respondent": f"c-{number}"} for number in range(2_000)))
    assert len({item["token"] for item in many}) == 2_000
    assert max(len(item["url"]) for item in many) < 400


def test_mails_for_at_most_500_people_at_once(shop: Service) -> None:
    people = [{"respondent": f"c-{number}"} for number in range(501)]
    wanted = {"links": people, "email": True}
    refused = shop.call("POST", "/v1/surveys/delivery-nps/links", "collector", json=wanted)
    assert refused.status_code == 422
    assert refused.json["errors"] == {"links": ["With email at most 500 links at once."]}
    assert all("html" in item["email"] for item in make(shop, *people[:500], email=True))


@pytest.mark.parametrize("role", ["viewer", "admin"])
def test_the_email_to_paste(shop: Service, role: str) -> None:
    address = "/v1/surveys/delivery-nps/email"
    mail = shop.call("GET", address, role, query_string={"merge": "{{ token }}", "lang": "de"}).json
    assert mail["html"].count("&amp;score=") == 11
    assert "?t={{ token }}&amp;lang=de&amp;score=10" in mail["html"]
    assert "Abmelden" in mail["html"]
    assert "Abmelden" in mail["text"]
    assert "?t={{ token }}&lang=de" in mail["text"]
    for foreign in ("<script", "<img", "<style", "http://www", "url("):
        assert foreign not in mail["html"]
    plain = shop.call("GET", address, role).json
    assert "unsubscribe" not in plain["html"]
    assert plain["headers"] == {}
    assert shop.call("GET", address, role, query_string={"merge": '"><script>'}).status_code == 422
    (item,) = make(shop, {"respondent": "c-1"}, email=True)
    assert item["email"]["html"].count(item["token"]) == 12
    assert parse_qs(urlsplit(item["email"]["unsubscribe_url"]).query)["t"] == [item["token"]]


def test_qr_codes(shop: Service) -> None:
    svg = shop.call("GET", "/s/delivery-nps/qr.svg", None)
    assert (svg.status_code, svg.content_type) == (200, "image/svg+xml")
    assert b"/s/delivery-nps</title>" in svg.data
    png = shop.call("GET", "/s/delivery-nps/qr.png?scale=3&lang=de", None)
    assert png.data.startswith(b"\x89PNG")
    assert shop.call("GET", "/s/nowhere/qr.svg", None).status_code == 404
    assert shop.call("GET", "/s/delivery-nps/qr.gif", None).status_code == 404
    assert shop.call("GET", "/s/delivery-nps/qr.png?scale=1000", None).status_code == 422


def test_an_id_from_a_link_is_of_no_use_to_another_survey(shop: Service) -> None:
    shop.put_survey("other")
    id_ = str(uuid4())
    shop.answer("other", id=id_, score=2)
    assert shop.call("POST", "/s/delivery-nps", None, data={"id": id_, "score": "2"}).status_code == 409
