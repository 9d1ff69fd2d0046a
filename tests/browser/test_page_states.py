"""The hosted page in each of its states: for everybody to read and use, without JavaScript.

With JOURNEYLOOP_PICTURES=docs/img a picture of each goes there, for people to look at.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page

from services.survey import links
from tests.browser.customers import Customers
from tests.browser.test_hosted_page import is_fine, make_link

DESKTOP: dict[str, Any] = {"viewport": {"width": 768, "height": 400}}
QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    ("survey", DESKTOP),  # the README's
    ("page-dark", DESKTOP | {"color_scheme": "dark"}),
    ("page-phone", {"viewport": {"width": 360, "height": 640}}),
]


@pytest.fixture(params=["desktop", "phone"])
def options(request: pytest.FixtureRequest) -> dict[str, Any]:
    return DESKTOP if request.param == "desktop" else {"viewport": {"width": 320, "height": 640}}


def check(page: Page, name: str) -> None:
    """`page` is fine as it is; where pictures are wanted, those of the desktop and of `QUESTIONS` are taken."""
    is_fine(page)
    folder = os.environ.get("JOURNEYLOOP_PICTURES")
    if folder and (page.viewport_size == DESKTOP["viewport"] or name in dict(QUESTIONS)):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def press(page: Page, button: str, heading: str) -> None:
    page.get_by_role("button", name=button).click()
    page.get_by_role("heading", name=heading).wait_for()


@pytest.mark.parametrize(("name", "options"), QUESTIONS, ids=[name for name, _ in QUESTIONS])
def test_question(customers: Customers, name: str, options: dict[str, Any]) -> None:
    page = customers.visitor(**options).new_page()
    page.goto(f"{customers.network.url}/s/nps?lang=en")
    check(page, name)


def test_every_page_behind_a_link(
    customers: Customers, system: dict[str, str], options: dict[str, Any]
) -> None:
    """Sent without a score, sent, opened again, changed; a day later."""
    page = customers.visitor(**options).new_page()
    item = make_link(system)
    page.goto(item["url"])
    page.locator("textarea").fill("It came a day late")
    page.evaluate("document.querySelector('form').noValidate = true")
    page.locator("button[type=submit]").click()
    page.get_by_role("alert").wait_for()
    check(page, "page-error")
    page.locator("label[for=score-4]").click()
    press(page, "Send", "Thank you!")
    check(page, "page-thanks")
    page.goto(item["url"])
    page.get_by_role("heading", name="You answered 4. Change it?").wait_for()
    check(page, "page-answered")
    page.get_by_role("button", name="Change my answer").click()
    page.get_by_role("button", name="Send").wait_for()
    is_fine(page)
    customers.conn.execute("UPDATE response SET received_at = received_at - interval '25 hours'")
    page.goto(item["url"])
    page.get_by_role("heading", name="You have answered already").wait_for()
    check(page, "page-final")


def test_unsubscribing_and_back(
    customers: Customers, system: dict[str, str], options: dict[str, Any]
) -> None:
    page = customers.visitor(**options).new_page()
    page.goto(make_link(system)["unsubscribe_url"])
    check(page, "page-unsubscribe")
    press(page, "Don’t ask me again", "You will not be asked again")
    check(page, "page-unsubscribed")
    press(page, "You may ask me again", "Thank")
    is_fine(page)


@pytest.mark.parametrize(("survey", "name"), [("paused", "page-paused"), ("nowhere", "page-unknown")])
def test_pages_that_only_say_something(
    customers: Customers, survey: str, name: str, options: dict[str, Any]
) -> None:
    page = customers.visitor(**options).new_page()
    page.goto(f"{customers.network.url}/s/{survey}")
    check(page, name)


def test_a_link_that_is_over(customers: Customers, system: dict[str, str], options: dict[str, Any]) -> None:
    (token,) = parse_qs(urlsplit(make_link(system)["url"]).query)["t"]
    link = links.read(system["SECRET_KEY"], "nps", token)
    assert link is not None
    over = links.token(system["SECRET_KEY"], replace(link, expires_at=datetime.now(UTC) - timedelta(days=2)))
    page = customers.visitor(**options).new_page()
    answer = page.goto(links.page_url(customers.network.url, "nps", over))
    assert answer is not None
    assert answer.status == 410
    check(page, "page-expired")
