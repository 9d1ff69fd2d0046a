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


@pytest.mark.parametrize("path", ["/s/paused", "/s/nowhere"])
def test_pages_that_only_say_something(customers: Customers, path: str) -> None:
    page = customers.visit()
    page.goto(customers.network.url + path)
    is_fine(page)


def test_every_page_behind_a_link(customers: Customers, system: dict[str, str]) -> None:
    """Sent without a score, sent, opened again, changed; unsubscribed and back; a day later."""
    page = customers.visitor(viewport={"width": 320, "height": 640}).new_page()
    item = make_link(system)
    page.goto(item["url"])
    page.locator("textarea").fill("No score yet")
    page.evaluate("document.querySelector('form').noValidate = true")
    page.locator("button[type=submit]").click()
    page.get_by_role("alert").wait_for()
    is_fine(page)
    page.locator("label[for=score-4]").click()
    for heading in ("Thank you!", "You answered 4. Change it?"):
        if heading.startswith("You"):
            page.goto(item["url"])
        else:
            page.locator("button[type=submit]").click()
        page.get_by_role("heading", name=heading).wait_for()
        is_fine(page)
    page.get_by_role("button", name="Change my answer").click()
    page.get_by_role("button", name="Send").wait_for()
    is_fine(page)
    page.goto(item["unsubscribe_url"])
    is_fine(page)
    for button, heading in (
        ("Don’t ask me again", "You will not be asked again"),
        ("You may ask me again", "Thank"),
    ):
        page.get_by_role("button", name=button).click()
        page.get_by_role("heading", name=heading).wait_for()
        is_fine(page)
    customers.conn.execute("UPDATE response SET received_at = received_at - interval '25 hours'")
    page.goto(item["url"])
    page.get_by_role("heading", name="You have answered already").wait_for()
    is_fine(page)


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
