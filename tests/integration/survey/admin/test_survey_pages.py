"""A survey from a touchpoint to live, by form: its draft, its words, its status."""

from __future__ import annotations

from typing import Any

from tests.integration.survey.admin.browsing import Page, get, post
from tests.integration.survey.conftest import SURVEY, Service

NPS = "/admin/surveys/delivery-nps"


def document(service: Service, survey: str = "delivery-nps") -> Any:
    return service.call("GET", f"/v1/surveys/{survey}").json


def become(service: Service, status: str, code: int = 303, survey: str = "delivery-nps", **more: str) -> Page:
    """Press the button that gives the survey another status."""
    there = f"/admin/surveys/{survey}"
    fields = get(service, there).form("/status") | more | {"status": status}
    answer = service.call("POST", f"{there}/status", data=fields)
    assert answer.status_code == code, answer.text
    return Page(answer.text)


def save(service: Service, changes: dict[str, str], status: int = 303) -> Any:
    fields = get(service, NPS).form("delivery-nps")
    return post(service, NPS, status, **fields | {"act": "save"} | changes)


def test_from_a_touchpoint_to_live(shop: Service) -> None:
    page = get(shop, "/admin/surveys?journey=shop&stage=delivery&touchpoint=tracking")
    fields = page.form("/admin/surveys")
    assert fields["place"] == "shop/delivery/tracking"
    answer = post(shop, "/admin/surveys", **fields | {"metric": "ces", "languages": "de"})
    assert answer.location == "/admin/surveys/tracking-ces"
    assert document(shop, "tracking-ces")["question"] == {"de": "Es war einfach, mein Anliegen zu erledigen."}
    assert "origins is empty" in become(shop, "live", 422, "tracking-ces").text
    assert document(shop, "tracking-ces")["status"] == "draft"
    become(shop, "live", survey="tracking-ces", any_site="true")
    assert document(shop, "tracking-ces")["status"] == "live"
    assert "tracking-ces" in get(shop, "/admin/surveys?status=live").text
    assert "tracking-ces" not in get(shop, "/admin/surveys?status=draft").text


def test_pain_points_become_reasons(shop: Service) -> None:
    fields = get(shop, "/admin/surveys?journey=shop&stage=delivery&touchpoint=handover").form(
        "/admin/surveys"
    )
    post(shop, "/admin/surveys", **fields | {"metric": "csat", "languages": "en", "key": "hand"})
    assert [reason["key"] for reason in document(shop, "hand")["reasons"]] == ["late", "damaged"]


def test_a_new_survey_that_cannot_be_keeps_what_was_typed(shop: Service) -> None:
    page = post(shop, "/admin/surveys", 422, metric="nps", languages="en", key="A b", place="")
    assert page.focused["role"] == "alert"
    assert {"#f-place", "#f-key"} <= set(page.links)
    assert page.form("/admin/surveys")["key"] == "A b"
    taken = {"metric": "nps", "languages": "en", "key": "delivery-nps", "place": "shop/order/basket"}
    assert "already" in post(shop, "/admin/surveys", 422, **taken).text
    gone = taken | {"key": "", "place": "shop/order/gone"}
    assert "no touchpoint ‘gone’" in post(shop, "/admin/surveys", 422, **gone).text
    assert document(shop)["stage"] == "delivery"


def test_saved_unchanged_it_is_the_same(shop: Service) -> None:
    save(shop, {})
    assert document(shop) == SURVEY


def test_the_first_language_is_not_swapped_by_an_empty_question(shop: Service) -> None:
    shop.put_survey(status="draft")
    page = save(shop, {"question.en": "", "sample_percent": "200"}, 422)
    assert {"#f-question-en", "#f-sample_percent"} <= set(page.links)
    assert list(document(shop)["question"]) == ["en", "de"]
    save(shop, {"question.de": ""})
    assert list(document(shop)["question"]) == ["en"]


def test_going_live_is_refused_with_every_reason_at_once(shop: Service) -> None:
    shop.put_survey(status="paused", question={"en": "How likely?"})
    page = become(shop, "live", 422)
    assert "question.de is missing" in page.text
    assert "origins is empty" in page.text
    assert {"#f-question-de", "#f-origins"} <= set(page.links)


def test_an_owner_nobody_named_is_a_warning(shop: Service) -> None:
    shop.put_journey(owner=None)
    shop.put_survey(status="draft", origins=["https://a.example"])
    assert "Delivery has no owner; alerts go to the fallback." in get(shop, NPS).text
    become(shop, "live")
    assert document(shop)["status"] == "live"


def test_new_words_under_answers_ask_what_they_mean(shop: Service) -> None:
    new = {"question.en": "How likely is it?"}
    save(shop, new)
    shop.answer()
    again = {"question.en": "How likely is it now?"}
    page = save(shop, again, 422)
    assert "Does the question still ask the same?" in page.text
    assert page.form("delivery-nps")["question.en"] == again["question.en"]
    save(shop, again | {"meaning": "same"})
    assert shop.call("GET", "/v1/surveys").json["items"][0]["revision"] == 2
    save(shop, {"question.en": "And now?", "meaning": "new"})
    assert shop.call("GET", "/v1/surveys").json["items"][0]["revision"] == 3
    save(shop, {"thanks.en": "Cheers"})
    assert document(shop)["thanks"] == {"en": "Cheers"}


def test_each_mistake_is_said_beside_its_field_and_on_top(shop: Service) -> None:
    wrong = {"origins": "https://a.example/checkout", "question.en": "", "sample_percent": "200"}
    page = save(shop, wrong | {"thanks.en": "kept"}, 422)
    assert {"#f-origins", "#f-sample_percent"} <= set(page.links)
    assert "origins[0]: Drop the path ‘/checkout’." in page.text
    fields = page.form("delivery-nps")
    assert {name: fields[name] for name in wrong} == wrong
    assert fields["thanks.en"] == "kept"
    assert document(shop) == SURVEY


def test_languages_and_reasons_by_button_save_nothing(shop: Service) -> None:
    fields = get(shop, NPS).form("delivery-nps")
    page = post(
        shop, NPS, 200, **fields | {"act": "add_language", "new_language": "ar", "question.en": "typed"}
    )
    grown = page.form("delivery-nps")
    assert grown["question.en"] == "typed"
    assert "ما مدى" in grown["question.ar"]
    page = post(shop, NPS, 200, **grown | {"act": "add_reason"})
    assert "reasons[2].key" in page.form("delivery-nps")
    assert "language tag" in post(shop, NPS, 422, **grown | {"act": "add_language", "new_language": ""}).text
    post(shop, NPS, 200, **grown | {"act": f"remove_reason:{'9' * 5000}"})  # more digits than Python reads
    assert document(shop) == SURVEY


def test_what_somebody_changed_meanwhile_is_not_overwritten(shop: Service) -> None:
    fields = get(shop, NPS).form("delivery-nps")
    shop.put_survey(thanks={"en": "theirs"})
    page = post(shop, NPS, 422, **fields | {"act": "save", "thanks.en": "mine"})
    assert "Somebody changed this survey meanwhile" in page.text
    assert page.form("delivery-nps")["thanks.en"] == "mine"
    assert document(shop)["thanks"] == {"en": "theirs"}


def test_the_place_can_be_changed_before_the_first_answer_only(shop: Service) -> None:
    save(shop, {"place": "shop/order/basket", "metric": "csat"})
    assert document(shop)["touchpoint"] == "basket"
    shop.answer(score=4)
    page = get(shop, NPS)
    assert "place" not in page.form("delivery-nps")
    refused = save(shop, {"place": "shop/delivery/handover", "metric": "csat", "audience": "customer"}, 422)
    assert "can't change after the first answer" in refused.text


def test_a_lead_reads_and_changes_nothing(shop: Service) -> None:
    page = get(shop, NPS, role="lead")
    assert "How likely are you to recommend our delivery?" in page.text
    assert [form for form in page.forms if "sign-out" not in form["action"]] == []
    assert shop.call("POST", NPS, "lead", data={"act": "save"}).status_code == 403
    for path in ("status", "origins", "link"):
        assert shop.call("POST", f"{NPS}/{path}", "lead", data={}).status_code == 403


def test_archived_it_is_listed_when_asked_for_and_comes_back(shop: Service) -> None:
    become(shop, "archived")
    assert "delivery-nps" not in get(shop, "/admin/surveys").text
    assert "delivery-nps" in get(shop, "/admin/surveys?status=archived").text
    become(shop, "draft")
    assert document(shop)["status"] == "draft"


def test_nothing_there_is_said(service: Service) -> None:
    assert "map the journey first" in get(service, "/admin/surveys").text
    assert "There is no touchpoint yet" in get(service, "/admin/surveys?new=1").text
    for path in ("", "/preview", "/install", "/link", "/email", "/qr", "/health"):
        assert "There is no survey" in get(service, f"/admin/surveys/none{path}", 404).text
