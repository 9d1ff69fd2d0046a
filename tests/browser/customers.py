"""Customers: visits to the shop in contexts of their own, and what the service stored of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from playwright.sync_api import Browser, BrowserContext, Page

from dev.shop.server import Shop
from shared.db import Connection
from tests.browser.network import Network

# Notes what the page can't undo: events of the widget, violations of the policy, layout shifts, errors.
WATCH = """
window.seen = [], window.violations = [], window.shift = 0;
for (const type of ['shown', 'answered', 'saved', 'queued', 'closed', 'hidden', 'error'])
  addEventListener('journeyloop:' + type, (event) => seen.push([type, event.detail]));
addEventListener('securitypolicyviolation', (event) => violations.push([event.violatedDirective, event.blockedURI]));
new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
  if (entry.hadRecentInput) return // as the measure has it: within half a second of what a person did
  shift += entry.value
  console.log('shift', entry.value, entry.sources.map(({ node }) => node && (node.outerHTML || node.textContent)))
}))
  .observe({ type: 'layout-shift', buffered: true });
"""


class Customers:
    """Opens pages, and closes them at the end of the test."""

    def __init__(self, browser: Browser, shop: Shop, network: Network, conn: Connection) -> None:
        self.browser, self.shop, self.network, self.conn = browser, shop, network, conn
        self.contexts: list[BrowserContext] = []
        self.known: set[UUID] = set()
        self.forget()

    def visitor(self, **options: Any) -> BrowserContext:
        """A browser of a person never seen before. `options` as for playwright's new_context."""
        context = self.browser.new_context(**options)
        context.add_init_script(WATCH)
        context.set_default_timeout(10_000)
        self.contexts.append(context)
        return context

    def visit(self, visitor: BrowserContext | None = None, **attributes: str) -> Page:
        """A page of the shop with a survey of these attributes (none: an empty page)."""
        page = (visitor or self.visitor()).new_page()
        if attributes:
            page.goto(self.address(**attributes))
        return page

    def address(self, **attributes: str) -> str:
        """The shop's page with a survey of these attributes; `look` as in dev/shop/server.py."""
        return f"{self.shop.url}/?{urlencode({'look': 'plain', **attributes})}"

    def answers(self) -> list[dict[str, Any]]:
        """What the service stored in this test, or since `forget`."""
        rows = self.conn.execute("SELECT * FROM response ORDER BY received_at").fetchall()
        return [row for row in rows if row["id"] not in self.known]

    def forget(self) -> None:
        """Look away from what is stored so far. It stays: a late copy of it must meet the answer that it repeats."""
        self.known = {row["id"] for row in self.conn.execute("SELECT id FROM response")}

    def close(self) -> None:
        for context in self.contexts:
            context.close()


def card(page: Page) -> Any:
    """The survey's card, wherever it is."""
    return page.locator("journeyloop-survey section")


def choose(page: Page, score: int) -> None:
    """Click a score as a person does: on its face."""
    card(page).locator(f"label:has(input[value='{score}'])").click()


def send(page: Page) -> None:
    card(page).get_by_role("button", name="Send").click()


def stop_the_clock(page: Page) -> None:
    """From now on the page's time goes on by `page.clock` alone, however slow the machine is."""
    page.clock.install()
    page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=30))


def reach(page: Page, state: str) -> None:
    """Wait until the card says so: question, details, saving, queued, thanks or error."""
    until(lambda: card(page).count() and card(page).get_attribute("data-state") == state, page)


def until(condition: Callable[[], object], page: Page, seconds: float = 20) -> None:
    """Wait until `condition` holds, letting the browser go on; AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"did not happen in time; so far {page.evaluate('seen')}"
        page.wait_for_timeout(50)
