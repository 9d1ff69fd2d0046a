"""The pages of silences: read by everybody, planned and ended by leads, by the very rules of PUT /v1/silences."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.alerts.conftest import Call, Notifier, Open, Put
from tests.integration.alerts.test_owner_pages import inputs, text

SALE: dict[str, Any] = {
    "journey": "shop",
    "stage": "delivery",
    "from": "2026-12-24T17:00:00.5Z",
    "to": "2026-12-27",
    "why": "Sale",
}
pytestmark = pytest.mark.usefixtures("shop")


def put(call: Call, silence: str, **changed: Any) -> None:
    assert call("PUT", f"/v1/silences/{silence}", json=SALE | changed).status_code in (200, 201)


def around_now(before: float, after: float) -> dict[str, str]:
    now = datetime.now(UTC)
    return {
        "from": (now - timedelta(hours=before)).isoformat(),
        "to": (now + timedelta(hours=after)).isoformat(),
    }


def test_now_coming_and_past(call: Call) -> None:
    assert "Plan a silence" in text(call("GET", "/silences"))
    put(call, "over", **around_now(3, -2), why="Was")
    put(call, "now", **around_now(1, 2), why="Is")
    put(call, "later", **around_now(-5, 9), why="Will be")
    page = text(call("GET", "/silences", role="viewer"))
    places = [page.index(words) for words in (" Now ", " Is ", " Coming ", " Will be ", " Past ", " Was ")]
    assert places == sorted(places)


def test_the_form_is_filled_in_from_the_address_and_makes_what_put_makes(call: Call) -> None:
    page = call("GET", "/silences?journey=shop&stage=delivery")
    form = inputs(page, "/silences")
    assert form["where"] == "shop/delivery"
    form |= {
        "from_day": "2026-12-24",
        "from_time": "18:00",
        "to_day": "2026-12-27",
        "to_time": "",
        "why": "Sale",
    }
    answer = call("POST", "/silences", data=form)
    assert answer.headers["Location"] == "/silences/delivery-2026-12-24"
    made = call("GET", "/v1/silences/delivery-2026-12-24").json
    assert made == SALE | {"from": "2026-12-24T18:00:00+01:00"}
    assert call("POST", "/silences", data=form).headers["Location"] == "/silences/delivery-2026-12-24-2"
    page = call("POST", "/silences", data=form | {"silence": "delivery-2026-12-24"})
    assert (page.status_code, "There is a silence ‘delivery-2026-12-24’ already." in text(page)) == (
        422,
        True,
    )


def test_what_it_would_have_muted_is_said_and_nothing_saved(call: Call, open_incident: Open) -> None:
    open_incident("delivery")
    form = inputs(call("GET", "/silences?journey=shop"), "/silences") | {"why": "", "do": "try"}
    page = text(call("POST", "/silences", data=form))
    assert (
        "In the last 90 days it would have kept back 1 incident: Shop · Delivery · NPS of customers" in page
    )
    page = text(call("POST", "/silences", data=form | {"where": "shop/returns"}))
    assert "In the last 90 days no incident opened that it would have kept back." in page
    assert "This silences everything." in text(call("POST", "/silences", data=form | {"where": ""}))
    assert call("GET", "/v1/silences").json["items"] == []


def test_wrong_input_is_said_at_its_field_and_nothing_typed_is_lost(call: Call) -> None:
    form = inputs(call("GET", "/silences?new=1"), "/silences")
    form |= {"from_day": "24.12.", "to_day": "", "to_time": "", "why": "", "metric": "smiles", "silence": "X"}
    page = call("POST", "/silences", data=form)
    assert page.status_code == 422
    assert inputs(page, "/silences") == form | {"metric": ""}
    for name in ("from_day", "to_day", "why", "metric"):
        assert f'href="#f-{name}"' in page.text
    right = form | {
        "from_day": "2026-12-24",
        "from_time": "",
        "to_day": "2026-12-23",
        "why": "x",
        "metric": "",
    }
    page = call("POST", "/silences", data=right | {"silence": ""})
    assert 'id="f-to_day-error">Must be after from.' in page.text
    assert 'href="#f-silence"' in call("POST", "/silences", data=right).text
    assert call("GET", "/v1/silences").json["items"] == []


def test_editing_leaves_alone_what_nobody_touched(call: Call) -> None:
    put(call, "sale")
    form = inputs(call("GET", "/silences/sale"), "/silences/sale")
    assert call("POST", "/silences/sale", data=form | {"why": "Big sale"}).status_code == 303
    assert call("GET", "/v1/silences/sale").json == SALE | {"why": "Big sale"}
    page = call("POST", "/silences/sale", data=form | {"why": "Mine"})
    assert "Somebody saved it while you were at it" in text(page)
    assert call("POST", "/silences/sale", data=inputs(page, "/silences/sale")).status_code == 303
    assert call("GET", "/v1/silences/sale").json["why"] == "Mine"


def test_one_in_force_says_what_it_keeps_back_and_ends_now(
    call: Call, put_owner: Put, open_incident: Open, telling: Notifier
) -> None:
    put_owner("ben")
    put(call, "sale", **around_now(1, 9))
    incident = open_incident("delivery")
    telling.work(seconds=61)
    page = call("GET", "/silences/sale", role="lead")
    assert f"/incidents/{incident}" in page.text
    assert "Told when it ends, if still open then." in text(page)
    assert "keeps back 1 message" in text(call("GET", "/silences"))
    form = inputs(page, "/silences/sale/end")
    assert call("POST", "/silences/sale/end", data=form).status_code == 303
    page = call("GET", "/silences/sale")
    assert "Over" in text(page)
    assert "/silences/sale/end" not in page.text
    assert call("POST", "/silences/sale/end", data={"etag": form["etag"]}).status_code == 409


def test_archiving_is_asked_for_first(call: Call) -> None:
    put(call, "sale")
    page = call("GET", "/silences/sale?archive=1")
    assert "Archive this silence?" in text(page)
    assert call("POST", "/silences/sale/archive", data={"etag": "other"}).status_code == 412
    form = inputs(page, "/silences/sale/archive")
    assert call("POST", "/silences/sale/archive", data=form).status_code == 303
    assert call("GET", "/silences/sale").status_code == 404


def test_viewers_only_look(call: Call) -> None:
    put(call, "sale")
    for path in ("/silences", "/silences/sale", "/silences/sale/end", "/silences/sale/archive"):
        assert call("POST", path, role="viewer", data={}).status_code == 403
    for page in ("/silences?journey=shop", "/silences/sale?archive=1"):
        assert '<form method="post" action="/silences' not in call("GET", page, role="viewer").text
