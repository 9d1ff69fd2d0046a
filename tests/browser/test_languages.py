"""The widget has no words of its own: under phrases in brackets, nothing it says is outside them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.browser.customers import Customers, card, choose, reach

OURS = re.compile(r"⟦[^⟧]*⟧|§[^§]*§")
# Everything a person can see or hear of the card, and hidden parts too.
SAID = """() => {
  const root = document.querySelector('journeyloop-survey').shadowRoot
  const walker = document.createTreeWalker(root.querySelector('section'), NodeFilter.SHOW_ALL)
  const said = []
  while (walker.nextNode()) {
    const node = walker.currentNode
    if (node.nodeType === Node.TEXT_NODE) said.push(node.data)
    for (const name of ['aria-label', 'aria-description', 'title', 'alt', 'placeholder'])
      said.push(node.getAttribute?.(name) || '')
  }
  return [...said, root.querySelector('section').ariaLabel]
}"""


def bracketed(value: Any) -> Any:
    """Every text in brackets."""
    if isinstance(value, dict):
        return {key: bracketed(one) for key, one in value.items()}
    if isinstance(value, list):
        return [bracketed(one) for one in value]
    return f"⟦{value}⟧"


def put_in_brackets(route: Route) -> None:
    """The form with our phrases in ⟦⟧ and the survey's texts in §§."""
    response = route.fetch()
    form = response.json()
    form["texts"] = bracketed(form["texts"])
    form["question"] = f"§{form['question']}§"
    for reason in form["reasons"]:
        reason["label"] = f"§{reason['label']}§"
    route.fulfill(response=response, json=form)


def outside(page: Page) -> list[str]:
    return [text for text in page.evaluate(SAID) if re.search(r"[^\W\d_]", OURS.sub("", text))]


@pytest.mark.parametrize("metric", ["nps", "csat", "ces"])
def test_every_word_comes_from_the_form(customers: Customers, metric: str) -> None:
    visitor = customers.visitor()
    visitor.route("**/form?*", put_in_brackets)
    page = customers.visit(visitor, survey=metric, placement="corner")
    card(page).wait_for()
    assert outside(page) == []
    card(page).locator("button.button").click()
    choose(page, 4)
    assert outside(page) == []
    customers.network.is_cut = True
    card(page).locator("button.button").click()
    reach(page, "queued")
    assert outside(page) == []
    customers.network.heal()
    page.evaluate("dispatchEvent(new Event('online'))")
    reach(page, "thanks")
    assert outside(page) == []
