"""The preview is the real widget, in the colours that were asked for; what is answered there is forgotten."""

from __future__ import annotations

import re
from urllib.request import Request, urlopen

from playwright.sync_api import Page

from tests.browser.customers import Customers, card, choose, send, until

TABLES = ("response", "impression", "contact", "outbox")


def test_an_answer_in_the_preview_is_thanked_for_and_forgotten(
    customers: Customers, page: Page, system: dict[str, str]
) -> None:
    before = kept(customers)
    asked = Request(
        f"{system['URL']}/admin/surveys/nps/preview?look=dark",
        headers={"Authorization": f"Bearer {system['KEY']}"},
    )
    with urlopen(asked) as answer:
        found = re.search(r'<iframe src="([^"]+)"', answer.read().decode())
    assert found
    page.goto(system["URL"] + found[1])
    page.evaluate("seen = []")
    until(lambda: card(page).count(), page)
    look = "element => getComputedStyle(element).backgroundColor"
    red, *_ = re.findall(r"\d+", card(page).evaluate(look))
    assert int(red) < 64, "the card is not dark, though the page says that it is"
    choose(page, 4)
    send(page)
    until(lambda: card(page).get_attribute("data-state") == "thanks", page)
    assert page.evaluate("Object.keys(localStorage)") == []
    assert kept(customers) == before


def kept(customers: Customers) -> dict[str, object]:
    """What the service has of everything an answer could leave behind."""
    return {
        table: customers.conn.execute(f"SELECT count(*) AS n FROM {table}").fetchone() for table in TABLES
    }
