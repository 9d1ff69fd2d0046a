"""A lead's incident: from the mail by its signed link, through signing in, to acknowledged, noted and resolved."""

from __future__ import annotations

import random
import re
from concurrent.futures import ThreadPoolExecutor

import requests
from playwright.sync_api import Page, expect

from dev import mail_sink, ports
from dev.temporary_stack import Stack
from tests.browser.pages.conftest import Visit
from tests.e2e.collector import Api, Item
from tests.e2e.shop import Shop, sliced

LEAD = "Lena Berg"
SECONDS = 90
UNHAPPY = 120
SAID = "The parcel was wet."


def test_from_the_mail_to_the_end(stack: Stack, visit: Visit) -> None:
    shop = Shop("postal", Api(stack))
    a_stage_gets_worse(stack, shop)
    page = visit()
    page.goto(link(stack, shop.address("delivery"), "down"))
    what = reads_without_signing_in(page)
    signs_in(stack, page, shop.address("delivery"))
    expect(page.get_by_role("heading", level=1, name=what)).to_be_visible()
    works_on_it(page)
    everybody_sees_who_did_what(page)


def a_stage_gets_worse(stack: Stack, shop: Shop) -> None:
    """Months of contented customers of delivery, then some whose parcels are wet."""
    shop.open()
    lead = {"name": LEAD, "email": shop.address("delivery")}
    shop.api.put("alerts", f"/v1/owners/{shop.key}-delivery", lead)
    rng = random.Random(3)
    delivery = (shop.survey("parcel"), shop.survey("tracking"))
    for items in sliced([item for item in shop.history(rng) if item["survey"] in delivery], 2000):
        shop.api.batch(items)
    items = shop.drop(rng, UNHAPPY)
    for item in items:
        if item["survey"] == shop.survey("parcel"):
            item |= {"score": 1, "comment": SAID}
    with ThreadPoolExecutor(4) as customers:
        list(customers.map(lambda item: answer(stack, item), items))


def answer(stack: Stack, item: Item) -> None:
    """One customer's answer, at the door where anybody may come in."""
    body = {name: value for name, value in item.items() if name != "survey"}
    url = f"{stack.url('survey')}/v1/surveys/{item['survey']}/responses"
    done = requests.post(url, json=body, timeout=30)
    assert done.status_code == 201, done.text


def link(stack: Stack, address: str, subject: str) -> str:
    """The first link of the mail to `address` with these words in its subject, once it is there."""
    found: list[str] = []

    def has_come() -> bool:
        for mail in mail_sink.read(stack.maildir):
            body = mail.get_body(("plain",))
            if mail["To"] == address and subject in mail["Subject"] and body is not None:
                found.extend(re.findall(r"https?://\S+", body.get_content())[:1])
        return bool(found)

    ports.wait_until(has_come, f"a mail to {address}: {subject}", SECONDS)
    return found[-1]


def reads_without_signing_in(page: Page) -> str:
    """The link of the message shows the incident, and nothing to do but sign in; answers its headline."""
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("down")
    expect(page.get_by_role("link", name="Sign in to act")).to_be_visible()
    expect(page.locator("form")).to_have_count(0)
    expect(page.get_by_text(SAID)).to_have_count(0)
    return heading.inner_text()


def signs_in(stack: Stack, page: Page, address: str) -> None:
    page.get_by_role("link", name="Sign in to act").click()
    page.get_by_role("textbox", name="E-mail address").fill(address)
    page.get_by_role("button", name="Mail me a link").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    page.goto(link(stack, address, "ign in"))
    expect(page.get_by_role("heading", name=f"Welcome, {LEAD}")).to_be_visible()
    page.get_by_role("button", name="Sign in").click()


def works_on_it(page: Page) -> None:
    expect(page.get_by_text(SAID).first).to_be_visible()
    page.get_by_role("button", name="Acknowledge", exact=True).click()
    is_told(page, "Acknowledged: reminders and escalation stop.")
    acts = page.get_by_role("group", name="What to do")
    acts.get_by_text("Note", exact=True).first.click()
    page.get_by_role("textbox", name="Note").fill("The depot's roof leaks.")
    page.get_by_role("button", name="Add the note").click()
    is_told(page, "Your note is in the timeline.")
    acts.get_by_text("Resolve", exact=True).click()
    page.get_by_role("radio", name="Fixed").check()
    page.get_by_role("textbox", name="What was done").fill("The roof is mended.")
    page.get_by_role("button", name="Resolve the incident").click()
    is_told(page, "Resolved.")


def everybody_sees_who_did_what(page: Page) -> None:
    happened = page.get_by_role("listitem")
    for what, detail in (
        (f"{LEAD} told by e-mail", ""),
        (f"Acknowledged by {LEAD}", ""),
        (f"Note by {LEAD}", "The depot's roof leaks."),
        (f"Resolved by {LEAD}", "The roof is mended."),
    ):
        expect(happened.filter(has_text=what).filter(has_text=detail).first).to_be_visible()
    expect(page.get_by_role("button", name="Acknowledge", exact=True)).to_have_count(0)
    expect(page.get_by_text("Resolve", exact=True)).to_have_count(0)


def is_told(page: Page, text: str) -> None:
    expect(page.get_by_role("status").filter(has_text=text)).to_be_visible()
