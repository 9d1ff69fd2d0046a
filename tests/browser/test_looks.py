"""Every state in every surrounding: nothing too small, nothing cut off, nothing that a reader of screens can't use.

With JOURNEYLOOP_PICTURES=1 a picture of each goes to docs/img/, for people to look at.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page

from tests.browser.customers import Customers, card, choose, reach, send
from tests.browser.network import HANGS
from tests.browser.surveys import put, survey

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
SIZES = {"phone": (320, 640), "tablet": (768, 1024), "desktop": (1280, 800)}
SURROUNDINGS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "forced-colours": {"forced_colors": "active"},
    "dark-forced-colours": {"forced_colors": "active", "color_scheme": "dark"},
}


def violations(page: Page, only: str | None = None) -> list[str]:
    """What axe-core finds wrong with the page as it is; by one rule `only`, where one is named."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text())  # not by a script element, which the page's policy forbids
    ours = "'journeyloop-survey'" if "look=hostile" in page.url else "document"
    rules = f"runOnly: ['{only}'], " if only else ""
    found = page.evaluate(f"axe.run({ours}, {{{rules}resultTypes: ['violations']}})")
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found["violations"] for node in rule["nodes"]]


def too_small(page: Page) -> list[str]:
    """Controls of the card under 44 × 44 px, and text cut off or out of the window."""
    return page.evaluate(
        """() => {
          const root = document.querySelector('journeyloop-survey').shadowRoot
          const wrong = []
          for (const one of root.querySelectorAll('label, button, textarea')) {
            const { width, height, left, right } = one.getBoundingClientRect()
            if (!width) continue
            const say = (what) => wrong.push(`${what} ${one.textContent} ${width}x${height} at ${left}`)
            if (Math.round(width) < 44 || Math.round(height) < 44) say('small')
            if (left < -0.5 || right > innerWidth + 0.5) say('outside')
            if (one.scrollWidth > one.clientWidth + 1 && one.matches('label')) say('cut')
          }
          if (document.documentElement.scrollWidth > innerWidth) wrong.push('the page scrolls sideways')
          return wrong
        }"""
    )


def check(page: Page, name: str, state: str, *, read_aloud: bool = True) -> None:
    assert card(page).get_attribute("data-state") == state
    assert not read_aloud or violations(page) == []
    assert too_small(page) == []
    if os.environ.get("JOURNEYLOOP_PICTURES"):
        folder = Path(os.environ["JOURNEYLOOP_PICTURES"])
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"widget-{name}-{state}.png")


def walk(
    customers: Customers, name: str, options: dict[str, Any], *, read_aloud: bool = False, **attributes: str
) -> None:
    """Through question, missing answer, details, queued and thanks, looking at each; with axe-core where `read_aloud`,
    for what it finds depends on elements and colours, not on the room there is."""
    visitor = customers.visitor(**options)
    page = customers.visit(visitor, **attributes)
    card(page).wait_for()
    check(page, name, "question", read_aloud=read_aloud)
    card(page).locator("button.button").click()
    assert card(page).get_by_role("alert").is_visible()
    customers.network.is_cut = True  # before the answer would be sent by itself, however long the look takes
    choose(page, 4)
    check(page, name, "details", read_aloud=read_aloud)
    card(page).locator("button.button").click()
    reach(page, "queued")
    check(page, name, "queued", read_aloud=read_aloud)
    customers.network.heal()
    page.evaluate("dispatchEvent(new Event('online'))")
    reach(page, "thanks")
    check(page, name, "thanks", read_aloud=read_aloud)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("survey", ["nps", "csat", "ces"])
def test_sizes(customers: Customers, survey: str, size: str) -> None:
    width, height = SIZES[size]
    options = {"viewport": {"width": width, "height": height}}
    walk(customers, f"{survey}-{size}", options, read_aloud=size == "phone", survey=survey)


# Each placement and each surrounding: colours know nothing of placements.
@pytest.mark.parametrize(
    ("placement", "surrounding"),
    [
        ("inline", "dark"),
        ("corner", "light"),
        ("corner", "dark-forced-colours"),
        ("sheet", "light"),
        ("sheet", "forced-colours"),
    ],
)
def test_surroundings(customers: Customers, placement: str, surrounding: str) -> None:
    options = {"viewport": {"width": 768, "height": 900}, **SURROUNDINGS[surrounding]}
    walk(customers, f"{placement}-{surrounding}", options, read_aloud=True, survey="nps", placement=placement)


@pytest.mark.parametrize("placement", ["inline", "corner", "sheet"])
def test_from_right_to_left(customers: Customers, placement: str) -> None:
    options = {"viewport": {"width": 360, "height": 740}}
    walk(customers, f"{placement}-rtl", options, survey="nps", placement=placement, lang="ar")


@pytest.mark.parametrize("placement", ["inline", "corner", "sheet"])
def test_twice_as_large(customers: Customers, placement: str) -> None:
    """200 % zoom: half the pixels, each twice as large."""
    options = {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}
    walk(customers, f"{placement}-zoom", options, survey="nps", placement=placement)


@pytest.mark.parametrize("survey", ["nps", "csat", "ces"])
def test_hostile_css_does_not_reach_in(customers: Customers, survey: str) -> None:
    options = {"viewport": {"width": 480, "height": 800}}
    walk(customers, f"{survey}-hostile", options, read_aloud=True, survey=survey, look="hostile")


def test_saving(customers: Customers) -> None:
    page = customers.visit(survey="nps")
    choose(page, 4)
    customers.network.faults = [HANGS]  # for the widget's own 10 s, and nothing reaches a later test
    send(page)
    check(page, "inline", "saving")
    assert card(page).get_by_role("status").text_content() == "Saving…"


def test_error(customers: Customers, system: dict[str, str]) -> None:
    """Between question and answer the page's origin left the survey's list."""
    key = f"looks-{uuid4().hex[:8]}"
    put(system["URL"], system["KEY"], f"surveys/{key}", survey("nps"))
    page = customers.visit(survey=key)
    choose(page, 4)
    elsewhere = {"origins": ["https://elsewhere.example"]}
    put(system["URL"], system["KEY"], f"surveys/{key}", survey("nps") | elsewhere)
    send(page)
    reach(page, "error")
    check(page, "inline", "error")
    assert page.evaluate("Object.keys(localStorage)") == ["journeyloop"]
    assert customers.answers() == []
