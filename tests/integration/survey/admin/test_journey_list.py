"""A journey is made, looked at, taken out of use and put back; what is not there or not allowed is a page too."""

from __future__ import annotations

import pytest

from tests.integration.survey.admin.browsing import get, post, stored, tag
from tests.integration.survey.conftest import JOURNEY, Service

SHOP = "/admin/journeys/shop"


def test_a_journey_is_made_of_a_name_and_grows_stage_by_stage(service: Service) -> None:
    assert "/admin/journeys?new=1" in get(service, "/admin/journeys").links
    fields = get(service, "/admin/journeys?new=1").form()
    answer = post(service, "/admin/journeys", **fields | {"name": "Café Größe"})
    assert answer.location == "/admin/journeys/cafe-grosse"
    there = "/admin/journeys/cafe-grosse"
    assert f"{there}/new" in get(service, there).links
    post(
        service,
        f"{there}/new",
        **get(service, f"{there}/new").form() | {"name": "Order", "target_nps_customer": "40,5"},
    )
    add = f"{there}/stages/order/new"
    answer = post(service, add, **get(service, add).form() | {"name": "Basket", "moment_of_truth": "true"})
    assert get(service, answer.location).focused["href"] == add, "the next one can be added at once"
    assert stored(service, "cafe-grosse") == {
        "name": "Café Größe",
        "stages": [
            {
                "key": "order",
                "name": "Order",
                "targets": [{"metric": "nps", "audience": "customer", "score": 40.5}],
                "touchpoints": [{"key": "basket", "name": "Basket", "moment_of_truth": True}],
            }
        ],
    }


def test_a_key_that_is_taken_is_refused_and_the_stored_journey_stays(shop: Service) -> None:
    page = post(shop, "/admin/journeys", 422, name="Another", key="shop", owner="")
    assert "There is a journey ‘shop’ already" in page.text
    assert page.form("/admin/journeys")["name"] == "Another"
    assert stored(shop) == JOURNEY
    page = post(shop, f"{SHOP}/new", 422, **get(shop, f"{SHOP}/new").form() | {"name": "Delivery"})
    assert "'delivery' is used twice." in page.text
    assert stored(shop) == JOURNEY


def test_a_journey_is_archived_once_no_survey_is_live_and_comes_back(shop: Service) -> None:
    page = get(shop, f"{SHOP}/archive")
    assert "Archive or pause it first." in page.text
    post(shop, f"{SHOP}/archive", 409, tag=tag(shop))
    shop.put_survey(status="paused")
    page = get(shop, f"{SHOP}/archive")
    assert "‘delivery-nps’" in page.text
    post(shop, f"{SHOP}/archive", **page.form())
    assert shop.rows("SELECT archived FROM journey") == [{"archived": True}]
    assert "archived" in get(shop, SHOP).text
    get(shop, f"{SHOP}/edit", 409)
    post(shop, f"{SHOP}/revive", **get(shop, SHOP).form("/revive"))
    assert shop.rows("SELECT archived FROM journey") == [{"archived": False}]


@pytest.mark.parametrize(
    "path", ["/admin/journeys/none", f"{SHOP}/stages/none", f"{SHOP}/stages/delivery/touchpoints/no"]
)
def test_what_is_not_there_is_a_page_that_says_so(shop: Service, path: str) -> None:
    assert "There is no" in get(shop, path, 404).text


def test_leads_look_and_admins_edit(shop: Service) -> None:
    page = get(shop, SHOP, role="lead")
    assert "Courier hand-over" in page.text
    assert not any(link.endswith(("/edit", "/remove", "/archive", "/new")) for link in page.links)
    get(shop, f"{SHOP}/edit", 403, role="lead")
    assert (
        shop.call("POST", f"{SHOP}/move", "lead", data={"down": "order", "tag": tag(shop)}).status_code == 403
    )


def test_nothing_is_done_by_get(shop: Service) -> None:
    before = shop.rows("SELECT * FROM journey")
    page = get(shop, SHOP)
    for path in [link for link in page.links if link.startswith(SHOP)] + [f"{SHOP}/move", f"{SHOP}/revive"]:
        shop.call("GET", path, query_string={"confirmed": "true", "tag": tag(shop), "down": "order"})
    assert shop.rows("SELECT * FROM journey") == before
