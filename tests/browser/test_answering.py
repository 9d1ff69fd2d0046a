"""A customer answers in the page: what is stored is what they meant, once."""

from __future__ import annotations

import pytest

from tests.browser.customers import Customers, card, choose, reach, send, stop_the_clock, until
from tests.browser.test_looks import violations


@pytest.mark.parametrize(("survey", "score"), [("csat", 4), ("nps", 0), ("ces", 7)])
def test_an_answer_inline(customers: Customers, survey: str, score: int) -> None:
    page = customers.visit(survey=survey, respondent="c-1")
    choose(page, score)
    card(page).get_by_label("Would you like to say more?").fill("  It was fine. ")
    card(page).locator("input[value=late]").check()
    send(page)
    reach(page, "thanks")
    (row,) = customers.answers()
    assert (row["survey"], row["score"], row["comment"]) == (survey, score, "It was fine.")
    assert (row["reasons"], row["attributes"]) == (["late"], {"region": "north"})
    assert (row["lang"], row["channel"]) == ("en", "web")
    assert page.evaluate("Object.keys(localStorage)") == ["journeyloop"]
    assert [name for name, _ in page.evaluate("seen")] == ["shown", "answered", "saved"]


def test_a_score_alone_is_sent_two_seconds_later_and_amended(customers: Customers) -> None:
    page = customers.visit(survey="nps")
    card(page).wait_for()
    stop_the_clock(page)
    choose(page, 3)
    page.clock.run_for(1_900)
    choose(page, 9)
    page.clock.run_for(1_900)
    page.wait_for_timeout(300)
    assert customers.network.posts == []
    page.clock.run_for(200)
    until(customers.answers, page)
    page.clock.resume()
    assert customers.answers()[0]["score"] == 9
    choose(page, 2)
    card(page).get_by_label("Would you like to say more?").fill("Late after all")
    send(page)
    reach(page, "thanks")
    (row,) = customers.answers()
    assert (row["score"], row["comment"]) == (2, "Late after all")


def test_after_a_low_score_a_link_leads_to_where_a_contact_may_be_left(customers: Customers) -> None:
    page = customers.visit(survey="caring")
    choose(page, 2)
    send(page)
    reach(page, "thanks")
    with page.expect_popup() as opened:
        card(page).get_by_role("link", name="May we get in touch?").click()
    asked = opened.value
    assert violations(asked) == []
    asked.get_by_label("E-mail address").fill("ana@shop.example")
    asked.get_by_label("Yes, you may contact me.").check()
    asked.get_by_role("button", name="Send").click()
    asked.get_by_text("We will get in touch with you.").wait_for()
    happy = customers.visit(survey="caring")
    choose(happy, 3)
    send(happy)
    reach(happy, "thanks")
    assert card(happy).get_by_role("link").count() == 0


def test_offline_it_is_kept_and_sent_when_the_network_is_back(customers: Customers) -> None:
    visitor = customers.visitor()
    page = customers.visit(visitor, survey="csat")
    card(page).wait_for()
    visitor.set_offline(True)
    choose(page, 5)
    send(page)
    card(page).get_by_text("Your answer is kept here").wait_for()
    assert customers.answers() == []
    visitor.set_offline(False)
    card(page).get_by_text("Your answer has been recorded.").wait_for()
    assert len(customers.answers()) == 1
