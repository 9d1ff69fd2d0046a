"""Every answer a person gave arrives exactly once, whatever happens to network, page and browser.

A run is a visitor of their own: chooses, maybe changes, maybe sends, maybe leaves, while the network does what a random
number says; then the network heals and the visitor comes back once. `make test` makes a few dozen runs;
JOURNEYLOOP_RUNS=300 makes as many, JOURNEYLOOP_SEED another course of them.
"""

from __future__ import annotations

import os
import random

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.customers import Customers, card, choose, reach, send, until
from tests.browser.network import FAULTS, LATE

RUNS = int(os.environ.get("JOURNEYLOOP_RUNS", "24"))
SEED = int(os.environ.get("JOURNEYLOOP_SEED", "20261122"))
BATCH = 8
ENDINGS = ("stays", "sends", "closes at once", "closes", "reloads", "sends and closes", "sends and reloads")
BLOCKED = (
    "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError') } })"
)
KEPT = "Object.keys(localStorage).filter((key) => key.startsWith('journeyloop:answer:')).length"


def run(customers: Customers, chance: random.Random) -> tuple[str, list[int]]:
    """One visitor; what happened in words, and the scores that may have been stored (the last one chosen last)."""
    faults = [chance.choice(FAULTS) for _ in range(chance.choice((0, 1, 1, 2, 3)))]
    ending = chance.choice(ENDINGS)
    visitor = customers.visitor()
    page = visitor.new_page()
    page.clock.install()
    page.goto(customers.address(survey="nps"))
    card(page).wait_for()
    customers.network.faults = list(faults)
    cut = chance.random() < 0.2
    scores = chance.sample(range(11), chance.choice((1, 2, 3)))
    for score in scores:
        choose(page, score)
        if chance.random() < 0.5:
            page.clock.fast_forward(chance.choice((500, 2_500)))
            page.wait_for_timeout(chance.choice((0, 30, 120)))
    customers.network.is_cut = cut
    if "sends" in ending:
        card(page).locator("button.button").click()
        page.wait_for_timeout(chance.choice((0, 5, 40, 150)))
    left = end(page, customers, ending)
    customers.network.heal()
    come_back(left, visitor, customers)
    return f"{ending}, {faults}{', cut' if cut else ''}, {scores}", scores


def end(page: Page, customers: Customers, ending: str) -> Page | None:
    """How the visit ends; the page, where there still is one."""
    if "closes" in ending:
        page.wait_for_timeout(100 if ending == "closes" else 0)
        page.close(run_before_unload=False)
        return None
    if "reloads" in ending:
        page.goto(customers.address(survey="csat"))
        page.wait_for_timeout(50)
    return page


def come_back(page: Page | None, visitor: BrowserContext, customers: Customers) -> None:
    """Another visit later the same day, until nothing waits in the browser any more."""
    again = page or visitor.new_page()
    if not page:
        again.clock.install()
        again.goto(customers.address(survey="csat"))

    def is_empty() -> bool:
        again.clock.fast_forward(65_000)
        again.wait_for_timeout(60)
        return not again.evaluate(KEPT)

    until(is_empty, again, 40)


@pytest.mark.parametrize("batch", range((RUNS + BATCH - 1) // BATCH))
def test_random_courses(customers: Customers, batch: int) -> None:
    for index in range(batch * BATCH, min(RUNS, (batch + 1) * BATCH)):
        customers.forget()
        what, scores = run(customers, random.Random(SEED + index))
        rows = customers.answers()
        assert [row["score"] for row in rows] == scores[-1:], f"run {index}: {what}"
        customers.close()


def test_the_tab_closed_100_ms_after_the_click(customers: Customers) -> None:
    visitor = customers.visitor()
    page = customers.visit(visitor, survey="nps")
    choose(page, 9)
    page.wait_for_timeout(100)
    page.close()
    idle = visitor.new_page()
    until(customers.answers, idle)
    assert [row["score"] for row in customers.answers()] == [9]


@pytest.mark.parametrize("fault", ["lost 201", "hangs after storing"])
def test_a_change_after_a_lost_201_is_an_amendment(customers: Customers, fault: str) -> None:
    visitor = customers.visitor()
    page = customers.visit(visitor, survey="nps")
    customers.network.faults = [fault]
    choose(page, 3)
    until(customers.answers, page)
    choose(page, 8)
    page.goto(customers.address(survey="csat"))
    customers.network.heal()
    until(lambda: not page.evaluate(KEPT), page)
    assert [row["score"] for row in customers.answers()] == [8]


def test_a_change_overtaken_on_its_way_does_not_undo_the_later_one(customers: Customers) -> None:
    page = customers.visit(survey="nps")
    choose(page, 3)
    until(customers.answers, page)
    customers.network.faults = [LATE]
    choose(page, 5)
    until(lambda: len(customers.network.posts) == 2, page)
    choose(page, 8)
    page.goto(customers.address(survey="csat"))
    until(lambda: not page.evaluate(KEPT), page)
    assert [row["score"] for row in customers.answers()] == [8]
    customers.network.heal()
    assert customers.network.overtaken.wait(30)
    assert [row["score"] for row in customers.answers()] == [8]


def test_storage_blocked(customers: Customers) -> None:
    visitor = customers.visitor()
    visitor.add_init_script(BLOCKED)
    page = customers.visit(visitor, survey="nps")
    customers.network.faults = ["503", "lost 201"]
    choose(page, 2)
    card(page).locator("button.button").click()
    reach(page, "queued")
    reach(page, "thanks")
    assert [row["score"] for row in customers.answers()] == [2]


def test_retry_after_is_honoured(customers: Customers) -> None:
    page = customers.visit(survey="nps")
    customers.network.faults, customers.network.retry_after = ["503"], 6
    choose(page, 2)
    card(page).locator("button.button").click()
    reach(page, "queued")
    page.evaluate("for (let i = 0; i < 5; i++) dispatchEvent(new Event('online'))")
    page.wait_for_timeout(1_000)
    assert len(customers.network.posts) == 1
    reach(page, "thanks")
    assert len(customers.answers()) == 1


def test_two_tabs_share_a_queue_and_send_each_answer_once(customers: Customers) -> None:
    visitor = customers.visitor()
    one, two = (customers.visit(visitor, survey="nps") for _ in range(2))
    for page in (one, two):
        reach(page, "question")
    customers.network.is_cut = True
    for page, score in ((one, 1), (two, 2)):
        choose(page, score)
        card(page).locator("button.button").click()
        reach(page, "queued")
    one.goto(customers.address(survey="csat"))
    customers.network.heal()
    for page in (one, two):
        page.evaluate("dispatchEvent(new Event('online'))")
    until(lambda: len(customers.answers()) == 2, one)
    until(lambda: not one.evaluate(KEPT), one)
    assert sorted(row["score"] for row in customers.answers()) == [1, 2]


def test_a_late_answer_keeps_its_day_and_a_very_late_one_is_dropped(customers: Customers) -> None:
    visitor = customers.visitor()
    visitor.add_init_script(
        f"""for (const days of localStorage.length ? [] : [3, 8]) {{
          const at = Date.now() - days * 864e5
          const id = '3b241101-e2bb-4255-8caf-4136c566a96' + days
          const who = {{ lang: 'en', channel: 'web', attributes: {{}}, answered_at: new Date(at).toISOString() }}
          const base = '{customers.network.url}/'
          const answer = {{ id, at, who, base, due: 0, survey: 'nps', want: {{ score: days }} }}
          localStorage['journeyloop:answer:' + id] = JSON.stringify(answer)
        }}"""
    )
    page = customers.visit(visitor, survey="csat")
    until(lambda: customers.answers() and not page.evaluate(KEPT), page)
    (row,) = customers.answers()
    assert row["score"] == 3
    assert 2.9 < (row["received_at"] - row["answered_at"]).total_seconds() / 86_400 < 3.1


def test_what_others_wrote_into_the_storage_keeps_no_answer_back(customers: Customers) -> None:
    visitor = customers.visitor()
    visitor.add_init_script(
        f"""if (!localStorage.length) {{
          localStorage.journeyloop = '{{"asked": null}}'
          const base = '{customers.network.url}/'
          const [at, who, want] = [Date.now() - 6e4, {{ lang: 'en' }}, {{ score: 3 }}]
          const good = {{ at, due: 0, base, survey: 'nps', who, want }}
          const odd = JSON.stringify({{ ...good, want: 'x', who: 5 }})
          const malformed = ['{{', 'null', '5', '{{}}', '{{"at": 1e15}}', odd]
          malformed.forEach((text, number) => localStorage['journeyloop:answer:0' + number] = text)
          localStorage['journeyloop:answer:3b241101-e2bb-4255-8caf-4136c566a961'] = JSON.stringify(good)
        }}"""
    )
    page = customers.visit(visitor, survey="csat")
    choose(page, 5)
    send(page)
    reach(page, "thanks")
    until(lambda: len(customers.answers()) == 2, page)
    assert {(row["survey"], row["score"]) for row in customers.answers()} == {("nps", 3), ("csat", 5)}
    until(lambda: page.evaluate(KEPT) == 5, page)  # what was sent and refused is dropped
    assert len(customers.network.posts) == 3
