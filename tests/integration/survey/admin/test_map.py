"""The map is edited in small forms, each save a PUT with If-Match, and what would break is said first."""

from __future__ import annotations

import pytest

from tests.integration.survey.admin.browsing import get, post, stored, tag
from tests.integration.survey.conftest import JOURNEY, Service

SHOP = "/admin/journeys/shop"
HANDOVER = f"{SHOP}/stages/delivery/touchpoints/handover"


@pytest.mark.parametrize("path", [f"{SHOP}/edit", f"{SHOP}/stages/delivery", HANDOVER])
def test_saving_a_form_as_it_is_shown_changes_nothing(shop: Service, path: str) -> None:
    before = shop.rows("SELECT document, revision FROM journey")
    post(shop, path, **get(shop, path).form())
    assert shop.rows("SELECT document, revision FROM journey") == before


def test_every_field_of_a_touchpoint_is_edited(shop: Service) -> None:
    fields = get(shop, HANDOVER).form()
    assert fields["pain_points"] == "late\ndamaged"
    del fields["moment_of_truth"]
    new = {
        "name": "Door",
        "channel": "street",
        "customer_goal": "a\r\nb",
        "actions": "",
        "feelings": "glad",
        "pain_points": "late\r\n\r\n wet ",
        "current": "now",
        "desired": "then",
    }
    post(shop, HANDOVER, **fields | new)
    assert stored(shop)["stages"][1]["touchpoints"][0] == {
        "key": "handover",
        "name": "Door",
        "channel": "street",
        "customer_goal": "a\nb",
        "feelings": "glad",
        "pain_points": ["late", "wet"],
        "current": "now",
        "desired": "then",
    }


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(shop: Service) -> None:
    path = f"{SHOP}/stages/order"
    typed = {"target_nps_customer": "high", "target_csat_employee": "-3", "name": "n" * 201}
    page = post(shop, path, 422, **get(shop, path).form() | typed)
    assert "NPS of customers: Must be a number." in page.text
    assert "A csat score lies between 0 and 100." in page.text
    assert {name: page.form()[name] for name in typed} == typed
    assert page.focused["class"] == "error-summary"
    assert {"#f-name", "#f-target_nps_customer", "#f-target_csat_employee"} <= set(page.links)
    assert stored(shop) == JOURNEY


def test_parts_move_and_the_focus_stays_on_the_button(shop: Service) -> None:
    answer = post(shop, f"{SHOP}/move", down="order", tag=tag(shop))
    assert [stage["key"] for stage in stored(shop)["stages"]] == ["delivery", "order"]
    focused = get(shop, answer.location).focused
    assert (focused["name"], focused["value"]) == ("up", "order"), "at the end only up is left"
    answer = post(shop, f"{SHOP}/move", up="delivery/tracking", tag=tag(shop))
    assert [point["key"] for point in stored(shop)["stages"][0]["touchpoints"]] == ["tracking", "handover"]
    focused = get(shop, answer.location).focused
    assert (focused["name"], focused["value"]) == ("down", "delivery/tracking")


def test_moving_a_map_somebody_else_changed_moves_nothing(shop: Service) -> None:
    old = tag(shop)
    shop.put_journey(personas=[])
    post(shop, f"{SHOP}/move", down="order", tag=old)
    assert [stage["key"] for stage in stored(shop)["stages"]] == ["order", "delivery"]


def test_somebody_elses_change_is_said_kept_beside_the_field_and_can_be_overwritten(shop: Service) -> None:
    fields = get(shop, HANDOVER).form()
    theirs = get(shop, HANDOVER).form()
    post(shop, HANDOVER, **theirs | {"channel": "porch"})
    page = post(shop, HANDOVER, 412, **fields | {"channel": "lobby", "feelings": "glad"})
    assert "Somebody changed this journey meanwhile; nothing is saved yet." in page.text
    assert "Channel: Somebody stored ‘porch’ here meanwhile." in page.text
    assert page.form()["channel"] == "lobby"
    assert stored(shop)["stages"][1]["touchpoints"][0]["channel"] == "porch"
    post(shop, HANDOVER, **page.form())
    assert stored(shop)["stages"][1]["touchpoints"][0]["channel"] == "lobby"


def test_a_change_elsewhere_in_the_map_stands_beside_ours(shop: Service) -> None:
    fields = get(shop, HANDOVER).form()
    post(shop, f"{SHOP}/move", down="order", tag=tag(shop))
    page = post(shop, HANDOVER, 412, **fields | {"channel": "lobby"})
    assert "What you have here was not touched" in page.text
    post(shop, HANDOVER, **page.form())
    first = stored(shop)["stages"][0]
    assert (first["key"], first["touchpoints"][0]["channel"]) == ("delivery", "lobby")


def test_what_was_typed_outlives_the_part_that_somebody_removed(shop: Service) -> None:
    path = f"{SHOP}/stages/delivery/touchpoints/tracking"
    fields = get(shop, path).form()
    post(shop, f"{path}/remove", **get(shop, f"{path}/remove").form())
    page = post(shop, path, 412, **fields | {"channel": "app"})
    assert "Somebody removed this touchpoint meanwhile." in page.text
    post(shop, f"{SHOP}/stages/delivery/new", **page.form() | {"name": "Tracking"})
    assert stored(shop)["stages"][1]["touchpoints"][1] == {
        "key": "tracking",
        "name": "Tracking",
        "channel": "app",
    }


@pytest.mark.parametrize("path", [f"{HANDOVER}/remove", f"{SHOP}/stages/delivery/remove"])
def test_what_a_live_survey_uses_cannot_be_removed(shop: Service, path: str) -> None:
    for _ in range(3):
        shop.answer()
    page = get(shop, path)
    said = "Touchpoint ‘handover’ of stage ‘delivery’ has 3 responses and the live survey ‘delivery-nps’."
    assert f"{said} Keep it, or archive the survey first." in page.text
    assert "/admin/surveys/delivery-nps" in page.links
    assert said in post(shop, path, 409, tag=tag(shop)).text
    assert stored(shop) == JOURNEY


def test_what_was_answered_stays_counted_where_it_was_given(shop: Service) -> None:
    shop.answer()
    shop.call("DELETE", "/v1/surveys/delivery-nps")
    page = get(shop, f"{HANDOVER}/remove")
    assert "has 1 response to archived surveys. They stay counted" in page.text
    post(shop, f"{HANDOVER}/remove", **page.form())
    assert [point["key"] for point in stored(shop)["stages"][1]["touchpoints"]] == ["tracking"]
    assert shop.rows("SELECT count(*) AS n FROM response") == [{"n": 1}]


def test_a_form_with_consequences_asks_first_and_gives_back_what_was_typed(shop: Service) -> None:
    path = f"{SHOP}/edit"
    typed = get(shop, path).form() | {"name": "Store", "segments": "region"}
    page = post(shop, path, 200, **typed)
    assert "Scores are no longer split by ‘plan’" in page.text
    assert stored(shop) == JOURNEY, "nothing is saved before it is confirmed"
    back = post(shop, path, 200, **page.form() | {"back": "true"})
    assert {name: back.form()[name] for name in ("name", "segments")} == {
        "name": "Store",
        "segments": "region",
    }
    post(shop, path, **page.form() | {"confirmed": "true"})
    assert (stored(shop)["name"], stored(shop)["segments"]) == ("Store", ["region"])


def test_carrying_a_surveys_touchpoint_to_another_stage_is_refused(shop: Service) -> None:
    page = post(shop, HANDOVER, 409, **get(shop, HANDOVER).form() | {"stage": "order"})
    assert "Keep it, or archive the survey first." in page.text
    tracking = f"{SHOP}/stages/delivery/touchpoints/tracking"
    post(shop, tracking, **get(shop, tracking).form() | {"stage": "order"})
    assert [point["key"] for point in stored(shop)["stages"][0]["touchpoints"]] == ["basket", "tracking"]
