"""A customer answers in the shop, and the stage's page shows it within three seconds."""

from __future__ import annotations

import time

from playwright.sync_api import Page, expect

from dev.temporary_stack import Stack
from tests.browser.pages.admin import Admin
from tests.browser.pages.conftest import Visit
from tests.e2e.collector import Api
from tests.e2e.shop import Shop

PROMISED_SECONDS = 3
CUSTOMERS = 3
GIVE_UP_SECONDS = 60


def test_an_answer_is_seen_at_once(stack: Stack, visit: Visit) -> None:
    shop = Shop("counter", Api(stack))
    shop.open()
    admin = Admin(visit())
    admin.sign_in(
        f"{stack.url('aggregator')}/journeys/{shop.key}/stages/order", stack.environment["ADMIN_KEY"]
    )
    expect(admin.page.get_by_text("No answers yet").first).to_be_visible()
    # A busy machine may be late once, not three times.
    seconds = [
        answered_and_seen(customer(stack, visit, shop), admin.page, number)
        for number in range(1, CUSTOMERS + 1)
    ]
    print(f"on the stage's page after {', '.join(f'{one:.1f} s' for one in seconds)}")
    assert min(seconds) < PROMISED_SECONDS, seconds


def customer(stack: Stack, visit: Visit, shop: Shop) -> Page:
    """Somebody new in the shop, who sees the question."""
    page = visit()
    page.goto(f"{stack.environment['SHOP_URL']}/?survey={shop.survey('order')}")
    expect(page.get_by_role("group", name="How was the checkout?")).to_be_visible()
    return page


def answered_and_seen(customer: Page, stage: Page, number: int) -> float:
    """Seconds from pressing Send until both the answer and its comment are on the stage's page."""
    comment = f"Quick, and number {number}."
    customer.get_by_role("radio", name="9").check()
    customer.get_by_role("textbox").fill(comment)
    customer.get_by_role("button", name="Send").click()
    began = time.monotonic()
    counted = f"{number} answer{'' if number == 1 else 's'}"
    while not (stage.get_by_text(comment).count() and stage.get_by_text(counted).count()):
        assert time.monotonic() - began < GIVE_UP_SECONDS, f"{counted} did not come"
        stage.reload()
    seconds = time.monotonic() - began
    expect(customer.get_by_role("heading", name="Thank you")).to_be_visible()
    return seconds
