"""By keys or by touch alone: what a person meant is recorded, and what they only passed over is not."""

from __future__ import annotations

import pytest

from tests.browser.customers import Customers, card, reach, send, stop_the_clock, until

FOCUSED = "document.querySelector('journeyloop-survey').shadowRoot.activeElement?.localName"


@pytest.mark.parametrize("survey", ["nps", "csat", "ces"])
def test_keyboard_alone(customers: Customers, survey: str) -> None:
    page = customers.visit(survey=survey, trigger="visible")
    card(page).wait_for()
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.localName") == "journeyloop-survey":
            break
    stop_the_clock(page)
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(500)
    assert customers.network.posts == []
    page.clock.resume()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _ in range(3):
        if page.evaluate(FOCUSED) != "textarea":
            page.keyboard.press("Tab")
    page.keyboard.type("by keys")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    reach(page, "thanks")
    (row,) = customers.answers()
    low = {"nps": 0, "csat": 1, "ces": 1}[survey]
    assert (row["score"], row["comment"], len(row["reasons"])) == (low + 3, "by keys", 1)
    assert page.evaluate(FOCUSED) == "h2"


def test_arrows_passing_over_scores_record_nothing(customers: Customers) -> None:
    visitor = customers.visitor()
    page = customers.visit(visitor, survey="nps")
    card(page).locator("input[value='0']").focus()
    stop_the_clock(page)
    for _ in range(6):
        page.keyboard.press("ArrowRight")
        page.clock.run_for(1_900)
    assert page.evaluate("Object.keys(localStorage)") == ["journeyloop"]
    page.goto(customers.address(survey="csat"))
    card(page).wait_for()
    page.wait_for_timeout(2500)
    assert customers.answers() == []


def test_an_arrow_that_rests_is_an_answer(customers: Customers) -> None:
    page = customers.visit(survey="nps")
    card(page).locator("input[value='0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    until(customers.answers, page)
    assert [row["score"] for row in customers.answers()] == [2]


def test_a_preselected_score_is_no_answer_until_it_is_sent(customers: Customers) -> None:
    page = customers.visit(survey="nps", score="9")
    card(page).wait_for()
    page.wait_for_timeout(2500)
    assert customers.answers() == []
    send(page)
    until(customers.answers, page)
    assert customers.answers()[0]["score"] == 9


def test_touch(customers: Customers) -> None:
    visitor = customers.visitor(has_touch=True, is_mobile=True, viewport={"width": 360, "height": 740})
    page = customers.visit(visitor, survey="nps", placement="sheet")
    card(page).locator("label:has(input[value='10'])").tap()
    card(page).get_by_role("button", name="Send").tap()
    reach(page, "thanks")
    assert [row["score"] for row in customers.answers()] == [10]
