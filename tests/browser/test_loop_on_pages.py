"""The demo's story in a browser: a drop's incident, its action with an effect, the win's mail, the review of it all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from playwright.sync_api import Browser, Page, expect

from dev import mail_sink, ports
from dev.pictures import signing_in
from dev.pictures.camera import DESK, Camera
from dev.story.returns import WON
from dev.temporary_stack import Stack

SECONDS = 60
REPAIR = "Refunds leave when the carrier scans the parcel"
BETTER = "Every refund names its day"


@pytest.fixture
def page(lived_in: Stack, browser: Browser) -> Iterator[Page]:
    """An admin's page in the installation that the demo was played in."""
    with Camera(browser, signing_in.cookies(signing_in.session(lived_in))).page(DESK) as found:
        yield found


def test_from_the_drop_to_the_review_that_tells_of_it(lived_in: Stack, page: Page) -> None:
    alerts = lived_in.url("alerts")
    logs_what_is_done_today(page, alerts)
    sees_what_helped_then(page, alerts)
    reads_the_wins_mail(lived_in, page)
    opens_the_review(page, alerts)


def logs_what_is_done_today(page: Page, alerts: str) -> None:
    """Today's incident; what is logged from its page is prefilled, and nobody can tell yet whether it helps."""
    page.goto(f"{alerts}/incidents?state=open&whose=all")
    page.get_by_role("link", name="Delivery NPS").first.click()
    page.get_by_role("link", name="Log an action").click()
    expect(page.get_by_text("Against the incident at")).to_be_visible()
    page.get_by_label("What was done").fill("Two vans more for the North")
    page.get_by_label("Checkout").check()
    page.get_by_role("button", name="Log the action").click()
    expect(page.get_by_role("heading", level=1, name="Two vans more for the North")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("It worked")


def sees_what_helped_then(page: Page, alerts: str) -> None:
    """The drop of two months ago leads to its action, which has its effect and verdict by now."""
    page.goto(f"{alerts}/incidents?state=resolved&whose=all&stage=returns")
    page.get_by_role("link", name="Returns NPS").first.click()
    page.get_by_role("link", name=REPAIR).click()
    page.wait_for_url(re.compile("/actions/refund-at-first-scan"))
    looks_until(page, r"It worked: \+\d+ points against the control")
    expect(page.get_by_role("heading", name="NPS by week")).to_be_visible()


def reads_the_wins_mail(lived_in: Stack, page: Page) -> None:
    """It says what got better and thanks to whom, and its link leads to the win."""
    (text,) = [words for mail in mail_sink.read(lived_in.maildir) if (words := thanks(mail))]
    assert f"Thanks to “{REPAIR}” by Dana" in text
    page.goto(re.findall(r"https?://\S+", text)[0])
    expect(page.locator("main")).to_contain_text("Returns")
    expect(page.locator("main")).to_contain_text(REPAIR)


def thanks(mail: EmailMessage) -> str:
    """The text of the mail to Dana about the win; "" of any other."""
    body = mail.get_body(("plain",))
    is_it = mail["To"] == "dana@example.com" and mail["Subject"].startswith(WON)
    return str(body.get_content()) if is_it and body is not None else ""


def opens_the_review(page: Page, alerts: str) -> None:
    """Last week's: what changed, what is open, what worked, whom to thank, what the house did not see."""
    page.goto(f"{alerts}/reviews/shop")
    looks_until(page, r"\b1 win\b")
    looks_until(page, "Minutes at the door meets its target")
    main = page.locator("main")
    for words in (
        "Returns NPS up",
        "Delivery NPS",
        "Worked",
        REPAIR,
        BETTER,
        "Employees say",
        "Ask the North depot",
    ):
        expect(main).to_contain_text(re.compile(words.replace(" ", r"\s+")))


def looks_until(page: Page, words: str) -> None:
    """Loads the page again, as it asks to where another service took too long, until it has these words."""

    def has_them() -> bool:
        page.reload()
        return re.search(words, page.locator("main").inner_text()) is not None

    ports.wait_until(has_them, f"{words} on {page.url}", SECONDS)
