"""The e-mail that asks, in clients with and without styles: every score a target for a thumb, nothing out of reach."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.browser.customers import Customers
from tests.browser.test_looks import violations

TARGETS = """() => [...document.querySelectorAll('td[width="44"]')].map((cell) => {
  const { width, height, left, right } = cell.getBoundingClientRect()
  const link = cell.querySelector('a').getBoundingClientRect()
  return { width, height, left, right, link: link.width }
})"""


def mail(system: dict[str, str], survey: str, lang: str) -> str:
    headers = {"Authorization": f"Bearer {system['KEY']}"}
    query = {"lang": lang, "merge": "token"}
    answer = requests.get(f"{system['URL']}/v1/surveys/{survey}/email", query, headers=headers, timeout=10)
    body = f"<main><h1>Hello</h1>{answer.json()['html']}</main>"
    return f"<!doctype html><html lang='{lang}'><title>Mail</title>{body}</html>"


@pytest.mark.parametrize("has_styles", [True, False], ids=["styles", "no-styles"])
@pytest.mark.parametrize(("survey", "lang"), [("nps", "de"), ("csat", "en"), ("ces", "ar")])
def test_scores_fit_a_phone(
    customers: Customers, system: dict[str, str], survey: str, lang: str, has_styles: bool
) -> None:
    page = customers.visitor(viewport={"width": 320, "height": 640}).new_page()
    html = mail(system, survey, lang)
    if not has_styles:
        html = html.replace(" style=", " data-style=")
    page.set_content(html)
    targets: list[dict[str, Any]] = page.evaluate(TARGETS)
    assert len(targets) == {"nps": 11, "csat": 5, "ces": 7}[survey]
    assert all(one["width"] >= 44 and one["height"] >= 44 for one in targets)
    assert all(one["left"] >= 0 and one["right"] <= 320 for one in targets)
    if has_styles:
        assert all(one["link"] >= 42 for one in targets)
    assert violations(page) == []
