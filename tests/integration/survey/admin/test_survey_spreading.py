"""Preview, Install, Link, E-mail, QR and Health of a survey."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from tests.integration.survey.admin.browsing import Page, get, post
from tests.integration.survey.conftest import Service

NPS = "/admin/surveys/delivery-nps"
WRITTEN = ("response", "outbox", "impression", "blocked_origin", "contact")


def rows(service: Service) -> dict[str, Any]:
    return {table: service.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in WRITTEN}


def frame(service: Service, query: str = "") -> str:
    """The address that the preview's frame opens."""
    found = re.search(r'<iframe src="([^"]+)"', service.call("GET", f"{NPS}/preview{query}", "viewer").text)
    assert found
    return found[1]


def test_the_preview_shows_a_draft_and_records_nothing(shop: Service) -> None:
    shop.put_survey(status="draft", origins=["https://a.example"])
    before = rows(shop)
    address = frame(shop, "?lang=de")
    page = shop.call("GET", address, None)
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    base = re.search(r'base="([^"]+)"', page.text)
    assert base
    assert 'storage="none"' in page.text
    form = shop.call("GET", f"{base[1]}v1/surveys/delivery-nps/form?lang=de&respondent=c-1", None).json
    assert form["show"]
    assert form["question"] == "Würden Sie uns empfehlen?"
    assert "counts" not in form
    answer = {"id": str(uuid4()), "score": 3, "comment": "x"}
    taken = shop.call("POST", f"{base[1]}v1/surveys/delivery-nps/responses", None, json=answer)
    assert (taken.status_code, taken.json["id"]) == (201, answer["id"])
    change = {"score": 4, "edit_token": taken.json["edit_token"]}
    assert (
        shop.call("POST", f"{base[1]}v1/responses/{answer['id']}/amend", None, json=change).json["id"]
        == answer["id"]
    )
    for service_path in ("v1/surveys/delivery-nps/impressions", "v1/surveys/other/form"):
        assert shop.call("GET", base[1] + service_path, None).status_code == 404
    assert rows(shop) == before


def test_the_hosted_page_in_the_preview_records_nothing(shop: Service) -> None:
    before = rows(shop)
    address = frame(shop, "?what=page&way=rtl&look=dark")
    page = shop.call("GET", address, None)
    assert 'dir="rtl"' in page.text
    assert "look-dark.css" in page.text
    (form,) = Page(page.text).forms
    assert form["action"] == address
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
    thanks = shop.call("POST", address, None, data=form["fields"] | {"score": "3"})
    assert "Thanks a lot." in thanks.text
    (again,) = Page(thanks.text).forms
    assert again["action"] == address
    assert "recommend" in shop.call("POST", address, None, data={"act": "change"}).text
    assert rows(shop) == before


def test_a_previews_token_opens_nothing_else(shop: Service) -> None:
    shop.put_survey("other", touchpoint="tracking")
    address = frame(shop)
    assert shop.call("GET", address.replace("delivery-nps", "other"), None).status_code == 404
    assert shop.call("GET", address.replace("/frame", "x/frame"), None).status_code == 404


def test_the_lines_to_copy(shop: Service) -> None:
    page = get(shop, f"{NPS}/install?placement=corner&trigger=delay", role="viewer")
    assert 'survey="delivery-nps" placement="corner" trigger="delay" delay="5"' in page.text
    assert "script-src http" in page.text
    assert "Waiting for the first display" in page.text


def test_a_blocked_site_is_added_by_its_button(shop: Service) -> None:
    shop.put_survey(origins=["https://a.example"])
    headers = {"Origin": "https://shop.example"}
    for _ in range(2):
        assert shop.call("GET", "/v1/surveys/delivery-nps/form", None, headers=headers).status_code == 403
    page = get(shop, f"{NPS}/install")
    assert "Blocked 2 displays from https://shop.example" in page.text
    assert [
        form for form in get(shop, f"{NPS}/install", role="lead").forms if "origins" in form["action"]
    ] == []
    post(shop, f"{NPS}/origins", **page.form("/origins"))
    assert shop.call("GET", "/v1/surveys/delivery-nps").json["origins"] == [
        "https://a.example",
        "https://shop.example",
    ]
    assert "Blocked" not in get(shop, f"{NPS}/install").text
    assert shop.call("GET", "/v1/surveys/delivery-nps/form", None, headers=headers).status_code == 200
    assert "Drop the path" in post(shop, f"{NPS}/origins", 422, origin="https://b.example/x").text


def test_a_display_ends_the_waiting(shop: Service) -> None:
    assert "data-live" in shop.call("GET", f"{NPS}/install").text
    shop.call("POST", "/v1/surveys/delivery-nps/impressions", None, json={"step": "shown"})
    page = shop.call("GET", f"{NPS}/install").text
    assert "Displayed" in page
    assert "data-live" not in page


def test_explaining_asks_nobody(shop: Service) -> None:
    shop.put_survey(origins=["https://a.example"], fatigue={"cooldown_days": 30})
    before = rows(shop)
    page = post(shop, f"{NPS}/explain", 200, respondent="c-1", origin="https://b.example")
    assert "Hidden: site: https://b.example is not among its sites." in page.text
    assert "It would be shown." in post(shop, f"{NPS}/explain", 200, respondent="c-1", origin="").text
    assert rows(shop) == before
    shop.put_survey(status="paused")
    assert "Hidden: status: the survey is paused." in post(shop, f"{NPS}/explain", 200).text


def test_what_the_rules_know_of_a_person_is_for_admins(shop: Service) -> None:
    assert "as your pages name them" in get(shop, f"{NPS}/install").text.lower()
    for role in ("lead", "viewer"):
        asked = shop.call("POST", f"{NPS}/explain", role, data={"respondent": "c-1", "origin": ""})
        assert asked.status_code == 403
        assert "as your pages name them" not in get(shop, f"{NPS}/install", role=role).text.lower()


def test_the_secret_is_shown_by_post_to_admins_only(shop: Service) -> None:
    secret = shop.call("GET", "/v1/surveys/delivery-nps/secret").json["secret"]
    assert secret not in get(shop, f"{NPS}/link").text
    assert secret in post(shop, f"{NPS}/link", 200, act="reveal").text
    assert shop.call("POST", f"{NPS}/link", "lead", data={"act": "reveal"}).status_code == 403
    renewed = post(shop, f"{NPS}/link", 200, act="rotate").text
    assert shop.call("GET", "/v1/surveys/delivery-nps/secret").json["secret"] in renewed
    assert secret not in renewed


def test_the_mail_and_the_code(shop: Service) -> None:
    page = get(shop, f"{NPS}/email?lang=de&merge=%25%25TOKEN%25%25", role="viewer")
    assert "t=%%TOKEN%%&amp;lang=de&amp;score=7" in page.text
    assert "List-Unsubscribe" in page.text
    assert "List-Unsubscribe" not in get(shop, f"{NPS}/email?merge=").text
    mail = shop.call("GET", f"{NPS}/email/frame?lang=de", "viewer")
    assert "Würden Sie uns empfehlen?" in mail.text
    assert "frame-ancestors 'self'" in mail.headers["Content-Security-Policy"]
    assert "/s/delivery-nps/qr.svg?lang=de" in get(shop, f"{NPS}/qr?lang=de", role="viewer").links


def test_health_shows_answers_to_those_who_may_read_them(shop: Service) -> None:
    shop.answer(comment="the courier smiled")
    shop.call("POST", "/v1/surveys/delivery-nps/impressions", None, json={"step": "shown"})
    assert "the courier smiled" in get(shop, f"{NPS}/health", role="lead").text
    viewer = get(shop, f"{NPS}/health", role="viewer").text
    assert "the courier smiled" not in viewer
    assert "Displayed" in viewer
    shop.put_survey("staff-nps", audience="employee")
    shop.answer("staff-nps", comment="my boss")
    assert "my boss" not in get(shop, "/admin/surveys/staff-nps/health").text
