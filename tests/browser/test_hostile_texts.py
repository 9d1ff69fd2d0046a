"""An admin's texts are texts: whatever stands in them, nothing of it runs in the shop's page, on ours or in a mail."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.browser.customers import Customers, card, choose, reach, send
from tests.browser.surveys import put, survey

EVIL = "</legend><img src=x onerror=\"document.title='run'\">{{ 7 * 7 }}'\"&lt;"
# Which elements could only have come out of a text, and whether anything ran.
TRACES = "(root) => [root.querySelectorAll('img, script').length, document.title === 'run']"


@pytest.fixture(scope="module")
def evil(system: dict[str, str]) -> str:
    """A survey that says the same in every place where an admin may write."""
    said = {"en": EVIL}
    texts: dict[str, Any] = dict.fromkeys(("question", "follow_up", "thanks"), said)
    more = {"labels": {"en": {"low": EVIL, "high": EVIL}}, "reasons": [{"key": "late", "label": said}]}
    put(system["URL"], system["KEY"], "surveys/evil", survey("nps") | texts | more)
    return "evil"


def test_in_the_shops_page(customers: Customers, evil: str) -> None:
    page = customers.visit(survey=evil, placement="corner")
    choose(page, 4)
    for text in (card(page).locator("legend").first, card(page).locator(".tick")):
        assert text.text_content() == EVIL
    assert card(page).evaluate(TRACES) == [0, False]
    send(page)
    reach(page, "thanks")
    assert card(page).get_by_role("status").text_content() == EVIL
    assert card(page).evaluate(TRACES) == [0, False]


def test_on_our_page(customers: Customers, evil: str) -> None:
    page = customers.visit()
    page.goto(
        f"{customers.network.url}/s/{evil}?lang=%22%3E%3Cimg%3E&score=%22%3E%3Cimg%3E&t=%22%3E%3Cimg%3E"
    )
    assert page.get_by_role("heading").text_content() == EVIL
    page.locator("label[for=score-4]").click()
    page.locator("textarea").fill(EVIL)
    page.locator("button[type=submit]").click()
    page.get_by_role("heading", name="Thank you!").wait_for()
    assert page.get_by_text(EVIL).count() == 1
    assert page.locator("html").evaluate(TRACES) == [0, False]
    page.get_by_role("button", name="Change my answer").click()
    assert page.locator("textarea").input_value() == EVIL
    assert page.locator("html").evaluate(TRACES) == [0, False]


def test_in_a_mail(customers: Customers, system: dict[str, str], evil: str) -> None:
    headers = {"Authorization": f"Bearer {system['KEY']}"}
    address = f"{system['URL']}/v1/surveys/{evil}/email"
    mail = requests.get(address, {"merge": "{{ token }}"}, headers=headers, timeout=10).json()
    page = customers.visit()
    page.set_content(mail["html"])
    assert page.locator("b").first.text_content() == EVIL
    assert page.locator("html").evaluate(TRACES) == [0, False]
