"""Somebody without a mouse: they tab from control to control, and see at each where they are."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

MOST_STOPS = 80

# Where the focus is, and what is wrong with how it shows: {name, wrong, number (in `controls`, -1: none of them)}.
# The button within a field for a day shows its focus by the browser's own means.
STOP = """() => {
  const at = document.activeElement
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(at)
  const box = [...at.getClientRects()].find(({ width, height }) => width && height)
  const top = box && document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)
  const wrong = []
  if (at === document.body) wrong.push('nothing has the focus')
  else if (!top) wrong.push('it is out of the window')
  else if (!at.contains(top) && !top.contains(at)) wrong.push(`it is under ${top.outerHTML.slice(0, 80)}`)
  const isOutlined = at.matches(':focus-visible') && outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2
  if (!(isOutlined && !/, 0\\)$/.test(outlineColor)) && at.type !== 'date')
    wrong.push(`its outline is ${outlineStyle} ${outlineWidth} ${outlineColor}`)
  const name = at.getAttribute('aria-label') || at.labels?.[0]?.innerText || at.innerText || at.id
  return {
    name: `${at.tagName.toLowerCase()} “${name.slice(0, 60)}”`,
    wrong,
    number: window.controls?.indexOf(at) ?? -1,
  }
}"""

# Remembers what one may want to use, and answers its names; of radio buttons one of a group is a stop.
CONTROLS = """() => {
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
  const isStop = (element) => element.type !== 'radio' || element.checked
    || !all.some((other) => other.name === element.name && other.form === element.form && other.checked)
      && all.find((other) => other.name === element.name && other.form === element.form) === element
  window.controls = all.filter((element) => !element.disabled && element.tabIndex >= 0 && element.type !== 'hidden'
    && element.checkVisibility({ visibilityProperty: true }) && isStop(element))
  return controls.map((element) => element.outerHTML.slice(0, 120))
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
            passed.append(self._next())
            assert not passed[-1]["wrong"], f"{self.page.url}: {passed[-1]}"
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

    def walk(self) -> list[str]:
        """Tab through the whole page; what is not reached, and what does not show that it has the focus."""
        controls = self.page.evaluate(CONTROLS)
        left, wrong = set(range(len(controls))), []
        for _ in range(len(controls) + MOST_STOPS):
            if not left:
                break
            stop = self._next()
            left.discard(stop["number"])
            if stop["name"] != "body" and stop["wrong"]:
                wrong.append(f"{stop['name']}: {', '.join(stop['wrong'])}")
        return wrong + [f"not reached: {controls[number]}" for number in sorted(left)]

    def _next(self) -> dict[str, Any]:
        self.page.keyboard.press("Tab")
        stop: dict[str, Any] = self.page.evaluate(STOP)
        return stop
