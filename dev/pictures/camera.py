"""A browser that opens our pages as somebody who is signed in, looks them over and takes pictures of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from dev import browser as browsers

LOOK = "\n".join(
    line for line in (Path(__file__).parent / "look.js").read_text().splitlines() if not line.startswith("//")
)
PHONE, DESK = {"width": 360, "height": 780}, {"width": 1280, "height": 860}
SIZES: dict[str, Any] = {"phone": PHONE, "desk": DESK}
THEMES = ("light", "dark")


@dataclass
class Camera:
    """A browser, and the cookies of whoever looks through it."""

    browser: Browser
    cookies: list[dict[str, Any]]

    def photograph(self, url: str, folder: Path, name: str) -> list[str]:
        """Pictures of the page in each size and theme, whole; what is wrong with its look, per size."""
        wrong = []
        for size, viewport in SIZES.items():
            for theme in THEMES:
                with self.page(viewport, theme) as page:
                    settle(page, url)
                    page.screenshot(path=folder / f"{name}-{size}-{theme}.png", full_page=True)
                    wrong += [f"{name}, {size}, {theme}: {found}" for found in page.evaluate(LOOK)]
        return wrong

    def screen(self, url: str, theme: str, file: Path) -> None:
        """A picture of what a desk's screen shows of the page at first."""
        with self.page(DESK, theme) as page:
            settle(page, url)
            page.screenshot(path=file)

    @contextmanager
    def page(self, viewport: Any, theme: Any = "light") -> Iterator[Page]:
        """An empty page of this person."""
        context = self.context(viewport, theme)
        yield context.new_page()
        context.close()

    def context(self, viewport: Any, theme: Any) -> BrowserContext:
        """A visitor's browser of its own."""
        context = self.browser.new_context(viewport=viewport, color_scheme=theme, reduced_motion="reduce")
        context.add_cookies(self.cookies)  # type: ignore[arg-type]
        return context


def settle(page: Page, url: str) -> None:
    """Open the page; its charts are drawn by its deferred scripts, before it counts as loaded."""
    page.goto(url, wait_until="load", timeout=60_000)


@contextmanager
def opened(cookies: list[dict[str, Any]]) -> Iterator[Camera]:
    """A camera for as long as the block runs. Raises RuntimeError where no browser can be had."""
    path = browsers.find()
    if path is None:
        raise RuntimeError(browsers.MISSING)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=browsers.ARGUMENTS)
        yield Camera(running, cookies)
        running.close()
