"""Somebody without a mouse: they tab from control to control, and see at each where they are."""

from __future__ import annotations

from playwright.sync_api import Locator, Page

MOST_STOPS = 80

# Where the focus is and how it shows: {tag, name, visible}.
STOP = """() => {
  const at = document.activeElement
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(at)
  const box = at.getBoundingClientRect()
  const inWindow = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth
  return {
    tag: at.tagName.toLowerCase(),
    name: at.getAttribute('aria-label') || at.labels?.[0]?.innerText || at.innerText || at.id || '',
    outline: `${outlineStyle} ${outlineWidth} ${outlineColor}`,
    visible: at !== document.body && at.matches(':focus-visible') && inWindow && box.width > 0
      && outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && !/, 0\\)$|transparent/.test(outlineColor),
  }
}"""


class Keyboard:
    """A page used by its keys alone. Every stop on the way has to show that it has the focus."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, wanted: Locator) -> None:
        """Tab until `wanted` has the focus."""
        wanted.wait_for()
        passed = []
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            passed.append(self._stop())
            if wanted.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"{wanted} is not reached by Tab; passed {passed}")

    def press(self, wanted: Locator, key: str = "Enter") -> None:
        """Tab to a button or link, and press it."""
        self.to(wanted)
        self.page.keyboard.press(key)

    def type(self, wanted: Locator, text: str) -> None:
        """Tab to a field, and write into it."""
        self.to(wanted)
        self.page.keyboard.type(text)

    def choose(self, wanted: Locator, option: str) -> None:
        """Tab to a select, and choose by writing how the option begins."""
        self.type(wanted, option)

    def _stop(self) -> str:
        stop = self.page.evaluate(STOP)
        assert stop["visible"], f"nobody sees that the focus is here, on {self.page.url}: {stop}"
        return str(stop["name"])
