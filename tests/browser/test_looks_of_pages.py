"""Every page of an installation that is lived in: nothing cut off, over each other or wider than a phone, nothing that
a reader of screens can't use, in light and dark. Found by following links, so that a new page is looked at too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from dev.pictures import signing_in
from dev.pictures.camera import DESK, LOOK, PHONE, Camera, settle
from dev.pictures.crawl import Crawl
from dev.temporary_stack import Stack
from tests.browser.test_looks import AXE, violations

# What no link of a signed-in admin leads to.
ELSEWHERE = {("survey", "/sign-in/link"), ("survey", "/privacy/erasures/<uuid:id>")}
# The window has its new width, and so have the charts, which a script draws anew after it.
FOLLOWED = """(width) => innerWidth === width && [...document.querySelectorAll('.chart-plot')].every((plot) =>
    !plot.clientWidth || [...plot.querySelectorAll('.uplot')].every(
        (chart) => chart.offsetWidth === Math.max(200, plot.clientWidth)))"""


@pytest.fixture
def crawl(lived_in: Stack) -> Crawl:
    """An admin in an installation with a stage in each state."""
    return Crawl(lived_in, signing_in.session(lived_in))


def test_every_page(crawl: Crawl, browser: Browser) -> None:
    wrong: list[str] = []
    with Camera(browser, signing_in.cookies(crawl.session)).page(DESK) as page:
        # Half a megabyte, handed to the browser once; what is in a frame is looked at as a page of its own.
        page.add_init_script(f"if (self === top) {{ {AXE.read_text()} }}")
        for address in crawl.addresses():
            settle(page, crawl.stack.url(address.service) + address.path)
            wrong += [f"{address.path}: {found}" for found in looked_over(page)]
    assert not wrong, "\n".join(wrong)
    assert crawl.missing() == ELSEWHERE


def looked_over(page: Page) -> Iterator[str]:
    """What is wrong with the page on a desk and on a phone, in light and dark."""
    yield from violations(page)
    page.emulate_media(color_scheme="dark")
    yield from (f"dark: {found}" for found in violations(page, only="color-contrast"))
    page.emulate_media(color_scheme="light")
    for viewport in (PHONE, DESK):
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        page.wait_for_function(FOLLOWED, arg=viewport["width"])
        yield from (f"{viewport['width']} px: {found}" for found in page.evaluate(LOOK))
