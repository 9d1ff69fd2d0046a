"""An admin's first afternoon, in the browser only: from the key to live surveys, and a checklist that ticks itself."""

from __future__ import annotations

import csv
import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import expect

from dev import mail_sink
from dev.temporary_stack import Stack
from tests.browser.pages.admin import Admin
from tests.browser.pages.conftest import Visit

NAME = "Corner shop"
OWNERS = {"ana": "Ana Ray", "ben": "Ben Oak", "chloe": "Chloe Lund", "dana": "Dana Fox"}
# stage: owner ("": the journey's), touchpoints
STAGES = {
    "Discover": ("ben", ["Search"]),
    "Order": ("ben", ["Checkout"]),
    "Delivery": ("ana", ["Order tracking", "Courier hand-over"]),
    "Use": ("chloe", ["Manual"]),
    "Return": ("", ["Refund"]),
}
# touchpoint: metric, key of the survey
SURVEYS = {
    "Search": ("CES", "search-ces"),
    "Checkout": ("CSAT", "checkout-csat"),
    "Order tracking": ("CSAT", "order-tracking-csat"),
    "Courier hand-over": ("NPS", "courier-hand-over-nps"),
    "Manual": ("CES", "manual-ces"),
    "Refund": ("CSAT", "refund-csat"),
}
BEST = {"CES": 7, "CSAT": 5, "NPS": 10}
ROWS = 300


def test_a_first_afternoon(stack: Stack, visit: Visit, tmp_path: Path) -> None:
    began = time.monotonic()
    admin = Admin(visit())
    admin.sign_in_by_keyboard(stack.url("aggregator"), stack.environment["ADMIN_KEY"])
    expect(admin.page.get_by_text("This installation is new.")).to_be_visible()
    expect(admin.step("Map of the journey")).to_contain_text("To do")
    owners_with_tests(stack, admin)
    a_map(admin)
    live_surveys(admin, stack.environment["SHOP_URL"])
    last_years_answers(admin, tmp_path)
    the_list_is_ticked(stack, admin, visit)
    print(f"set up in {time.monotonic() - began:.1f} s")


def owners_with_tests(stack: Stack, admin: Admin) -> None:
    admin.step("Owners, and who is told").get_by_role("link", name="Make the first owner").click()
    for number, (key, name) in enumerate(OWNERS.items()):
        if number:
            admin.link("Owners").first.click()
            admin.link("New owner").click()
        admin.add_owner(key, name, f"{key}@shop.example")
    mailed = {str(mail["To"]) for mail in mail_sink.read(stack.maildir)}
    assert mailed == {f"{key}@shop.example" for key in OWNERS}


def a_map(admin: Admin) -> None:
    admin.to_setup()
    expect(admin.step("A test message")).to_contain_text("Done")
    admin.make_journey_by_keyboard(NAME, "Dana")
    first, *others = STAGES
    admin.add_stage_by_keyboard(first, OWNERS[STAGES[first][0]])
    for stage in others:
        admin.add_stage(stage, STAGES[stage][0])
    for stage, (_, touchpoints) in STAGES.items():
        for touchpoint in touchpoints:
            admin.add_touchpoint(stage, touchpoint, moment_of_truth=touchpoint == "Courier hand-over")


def live_surveys(admin: Admin, site: str) -> None:
    for touchpoint, (metric, _) in SURVEYS.items():
        admin.draft_survey(touchpoint, metric)
        is_shown_in_shop = touchpoint == "Courier hand-over"
        if is_shown_in_shop:
            admin.name_site(site)
        admin.go_live(any_site=not is_shown_in_shop)
        admin.link(NAME).click()
    admin.to_setup()
    expect(admin.step("Surveys that are live")).to_contain_text("6 live")


def last_years_answers(admin: Admin, folder: Path) -> None:
    path = folder / "last-year.csv"
    write(path)
    admin.step("Last year’s answers").get_by_role("link", name="Import answers").click()
    admin.import_file(path, {touchpoint: key for touchpoint, (_, key) in SURVEYS.items()})
    admin.is_told(f"Of the first {ROWS} rows {ROWS - 1} would be taken and 1 refused.")
    expect(admin.page.get_by_role("row").filter(has_text="11 is outside 0-10")).to_be_visible()
    admin.button("Import the file").click()
    admin.is_told("Done")
    expect(admin.link("Download the refused rows")).to_be_visible()


def write(path: Path) -> None:
    """Answers of the last months, one of them impossible."""
    rng, now = random.Random(1), datetime.now(UTC)
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["answered_at", "asked_at", "rating", "comment"])
        for number in range(ROWS):
            touchpoint = list(SURVEYS)[number % len(SURVEYS)]
            best = BEST[SURVEYS[touchpoint][0]]
            rating = 11 if number == 21 else best - rng.choice([0, 0, 0, 1, 2])
            rows.writerow(
                [(now - timedelta(hours=7 * number + 60)).isoformat(), touchpoint, rating, "As ever"]
            )


def the_list_is_ticked(stack: Stack, admin: Admin, visit: Visit) -> None:
    """Where the admin looks on, the last steps tick without a reload."""
    admin.to_setup()
    admin.button("Send a test answer").click()
    for step in (
        "Map of the journey",
        "Surveys that are live",
        "Owners, and who is told",
        "A test message",
        "Last year’s answers",
    ):
        expect(admin.step(step)).to_contain_text("Done")
    expect(admin.step("First display")).to_contain_text("Waiting for the first display of")
    customers = [visit() for _ in SURVEYS]
    for customer, (_, survey) in zip(customers, SURVEYS.values(), strict=True):
        customer.goto(f"{stack.environment['SHOP_URL']}/?survey={survey}")
    for customer in customers:
        expect(customer.get_by_role("button", name="Send")).to_be_visible()
    expect(admin.step("First display")).to_contain_text("Every live survey was shown or answered.")
    expect(admin.step("From end to end")).to_contain_text("scored, and seen by its detector")
    expect(admin.page.get_by_text("Everything is set up.")).to_be_visible()
