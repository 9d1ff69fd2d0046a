"""People who use our own pages: each in a browser of their own, whose complaints fail the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

PATIENCE_MS = 60_000  # of a person in front of a very busy machine

Visit = Callable[[], Page]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Opens an empty page in the browser of somebody who was never here."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def visitor() -> Page:
        context = browser.new_context(reduced_motion="reduce")
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda said: complaints.append(f"{page.url}: {said.text}") if said.type == "error" else None,
        )
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        return page

    expect.set_options(timeout=PATIENCE_MS)
    yield visitor
    for context in contexts:
        context.close()
    assert complaints == []
