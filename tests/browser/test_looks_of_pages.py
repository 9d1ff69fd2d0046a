"""Every page of an installation that is lived in: nothing cut off, over each other or wider than a phone, nothing that
a reader of screens can't use, in light and dark. Found by following links, so that a new page is looked at too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from dev import temporary_stack
from dev.pictures import signing_in, worlds
from dev.pictures.camera import DESK, LOOK, PHONE, Camera, settle
from dev.pictures.crawl import Crawl
from tests.browser.test_looks import violations

DAYS = 60
# What no link of a signed-in admin leads to.
ELSEWHERE = {("survey", "/sign-in"), ("survey", "/sign-in/link")}


@pytest.fixture(scope="module")
def crawl() -> Iterator[Crawl]:
    """An admin in an installation with a stage in each state."""
    with temporary_stack.temporary("embedded") as stack:
        worlds.live_in(stack, DAYS)
        yield Crawl(stack, signing_in.session(stack))


def test_every_page(crawl: Crawl, browser: Browser) -> None:
    wrong: list[str] = []
    visited = set()
    with Camera(browser, signing_in.cookies(crawl.session)).page(DESK) as page:
        for address in crawl.addresses():
            visited.add((address.service, address.rule))
            settle(page, crawl.stack.url(address.service) + address.path)
            wrong += [f"{address.path}: {found}" for found in looked_over(page)]
    assert wrong == []
    assert crawl.missing(visited) == ELSEWHERE


def looked_over(page: Page) -> Iterator[str]:
    """What is wrong with the page on a desk and on a phone, in light and dark."""
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        yield from (f"{theme}: {found}" for found in violations(page))
    for viewport in (PHONE, DESK):
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        yield from (f"{viewport['width']} px: {found}" for found in page.evaluate(LOOK))
