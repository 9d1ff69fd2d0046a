"""The hosted page in every surrounding, with JavaScript off: for everybody to read and use."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Page

from tests.browser.customers import Customers
from tests.browser.test_looks import SIZES, SURROUNDINGS, violations

CASES: list[tuple[str, dict[str, Any]]] = [
    *((size, {"viewport": {"width": width, "height": height}}) for size, (width, height) in SIZES.items()),
    *((name, options) for name, options in SURROUNDINGS.items() if options),
    ("zoom", {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}),
]


def make_link(system: dict[str, str]) -> dict[str, Any]:
    """A link to `nps` for one person, with the addresses as a browser reaches them."""
    headers, wanted = {"Authorization": f"Bearer {system['KEY']}"}, {"links": [{"respondent": "c-1"}]}
    answer = requests.post(f"{system['URL']}/v1/surveys/nps/links", json=wanted, headers=headers, timeout=10)
    (item,) = answer.json()["items"]
    for name in ("url", "unsubscribe_url"):
        parts = urlsplit(item[name])
        item[name] = f"{system['URL']}{parts.path}?{parts.query}"
    return dict(item)


SMALL = """[...document.querySelectorAll('.score-choice, .reasons label, button')].filter((one) => {
  const { width, height } = one.getBoundingClientRect()
  return width < 44 || height < 44
}).map((one) => one.textContent)"""


def is_fine(page: Page) -> None:
    page.wait_for_load_state()  # its style sheet too
    assert page.evaluate(SMALL) == []
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize("options", [options for _, options in CASES], ids=[name for name, _ in CASES])
def test_question_and_thanks(customers: Customers, options: dict[str, Any]) -> None:
    page = customers.visitor(**options).new_page()
    for survey, lang in (("nps", "en"), ("csat", "en"), ("ces", "ar")):
        page.goto(f"{customers.network.url}/s/{survey}?lang={lang}&score=4")
        is_fine(page)
    page.locator("textarea").fill("Fine")
    page.locator("button[type=submit]").click()
    page.locator(".quiet").wait_for()
    is_fine(page)
    assert [(row["survey"], row["score"]) for row in customers.answers()] == [("ces", 4)]


def test_keyboard_alone_without_javascript(customers: Customers) -> None:
    page = customers.visitor(java_script_enabled=False).new_page()
    page.goto(f"{customers.network.url}/s/nps")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    page.locator("textarea").focus()
    page.keyboard.type("by keys")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Thank you").wait_for()
    assert [(row["score"], row["comment"]) for row in customers.answers()] == [(7, "by keys")]
