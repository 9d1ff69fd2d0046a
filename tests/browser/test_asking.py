"""What the widget tells the service about displays, and what the service makes of who is there."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import requests

from services.survey.signatures import sign
from tests.browser.customers import Customers, card, choose, reach, send, until
from tests.browser.surveys import put, survey


def call(system: dict[str, str], path: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {system['KEY']}"}
    found: dict[str, Any] = requests.get(f"{system['URL']}{path}", headers=headers, timeout=10).json()
    return found


def new_survey(system: dict[str, str], **fatigue: float) -> str:
    key = f"asking-{uuid4().hex[:8]}"
    put(system["URL"], system["KEY"], f"surveys/{key}", survey("csat") | {"fatigue": fatigue})
    return key


def test_displays_are_counted_from_shown_to_answered(customers: Customers, system: dict[str, str]) -> None:
    key = new_survey(system)
    page = customers.visit(survey=key)
    choose(page, 4)
    send(page)
    reach(page, "thanks")
    page = customers.visit(survey=key, placement="corner")
    card(page).get_by_role("button", name="Close").click()

    def counted() -> dict[str, Any]:
        total: dict[str, Any] = call(system, f"/v1/surveys/{key}/impressions")["total"]
        return total

    until(lambda: counted()["dismissed"] == 1, page)
    assert counted() == {"shown": 2, "started": 1, "answered": 1, "dismissed": 1, "response_rate": 0.5}


def test_a_page_that_is_not_on_the_list_is_told_so(customers: Customers, system: dict[str, str]) -> None:
    key = f"asking-{uuid4().hex[:8]}"
    elsewhere = survey("csat") | {"origins": ["https://elsewhere.example"]}
    put(system["URL"], system["KEY"], f"surveys/{key}", elsewhere)
    page = customers.visit(survey=key)
    until(lambda: page.evaluate("seen"), page)
    ((kind, detail),) = page.evaluate("seen")
    assert kind == "hidden"
    assert detail["reason"].endswith("is not among the survey's origins: https://elsewhere.example.")
    (blocked,) = call(system, f"/v1/surveys/{key}/impressions")["blocked"]
    assert (blocked["origin"], blocked["displays"]) == (customers.shop.url, 1)


def test_one_person_on_two_devices_is_asked_once(customers: Customers, system: dict[str, str]) -> None:
    key, name = new_survey(system, cooldown_days=30), f"c-{uuid4().hex}"
    sig = sign(call(system, f"/v1/surveys/{key}/secret")["secret"], name)
    first = customers.visit(survey=key, respondent=name, sig=sig)
    card(first).wait_for()
    second = customers.visit(survey=key, respondent=name, sig=sig)
    until(lambda: second.evaluate("seen"), second)
    ((kind, detail),) = second.evaluate("seen")
    assert kind == "hidden"
    assert "until" in detail["reason"]
    other = customers.visit(survey=key, respondent=name, sig="0" * 64)
    card(other).wait_for()
    choose(first, 4)  # who has chosen a score may say so too
    card(first).get_by_role("button", name="Don’t ask me again").click()
    until(lambda: not card(first).count(), first)
    mine = "/form?respondent={}&sig={}"

    def reason() -> str | None:
        path = f"/v1/surveys/{key}{mine.format(name, sig)}"
        because: str | None = call(system, path).get("hidden_because")
        return because

    until(lambda: reason() == "asked not to be asked again", first)
