"""What the widget leaves to the page and to the person: focus, layout, policy, keys, storage, being left alone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.customers import Customers, card, choose, reach, send, until

TYPES = ("load", "visible", "delay", "scroll", "event", "manual")


def heard(page: Page, type_: str) -> list[dict[str, Any]]:
    return [detail for name, detail in page.evaluate("seen") if name == type_]


@pytest.mark.parametrize("placement", ["inline", "corner", "sheet"])
def test_the_strictest_policy_has_nothing_to_report(customers: Customers, placement: str) -> None:
    page = customers.visit(survey="nps", placement=placement, look="bare")
    choose(page, 8)
    send(page)
    reach(page, "thanks")
    assert len(customers.answers()) == 1
    assert page.evaluate("violations") == []


@pytest.mark.parametrize("placement", ["inline", "corner", "sheet"])
def test_the_page_stays_as_it_was(customers: Customers, placement: str) -> None:
    page = customers.visit(placement=placement, trigger="manual", survey="nps")
    page.locator(".basket").focus()
    before = page.evaluate("[Object.keys(window), scrollY, shift]")
    page.evaluate("document.querySelector('journeyloop-survey').open()")
    card(page).wait_for()
    page.wait_for_timeout(300)
    after = page.evaluate("[Object.keys(window), scrollY, shift]")
    assert after[:2] == before[:2]
    assert page.evaluate("document.activeElement.className") == "basket"
    if placement != "inline":
        assert after[2] == before[2]
        assert overlap(page) == 0
    assert customers.visit().context.cookies() == []


def test_what_comes_is_said(customers: Customers) -> None:
    page = customers.visit(survey="nps", placement="corner")
    status = card(page).get_by_role("status")
    until(lambda: "How likely are you" in (status.text_content() or ""), page)
    choose(page, 8)
    send(page)
    reach(page, "thanks")
    assert status.text_content() == "Your answer has been recorded."
    heading = card(page).get_by_role("heading", name="Thank you!")
    assert heading.get_attribute("aria-description") == "Your answer has been recorded."
    assert heading.evaluate("(one) => one.getRootNode().activeElement === one")


def test_a_corner_shifts_nothing_from_start_to_end(customers: Customers) -> None:
    page = customers.visit(survey="nps", placement="corner")
    customers.network.delay = 1.0  # longer than a shift counts as a person's doing
    choose(page, 8)
    page.wait_for_timeout(700)
    send(page)
    reach(page, "thanks")
    page.wait_for_timeout(700)
    card(page).get_by_role("button", name="Close").click()
    page.wait_for_timeout(300)
    assert page.evaluate("shift") == 0


def overlap(page: Page) -> float:
    """How many pixels of the page's own fixed button lie under the card."""
    found: float = page.evaluate(
        """() => {
          const card = document.querySelector('journeyloop-survey').shadowRoot.querySelector('section')
          const [a, b] = [card, document.querySelector('.basket')].map((one) => one.getBoundingClientRect())
          return Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
            Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top))
        }"""
    )
    return found


@pytest.mark.parametrize("placement", ["corner", "sheet"])
def test_never_over_a_fixed_button_even_without_an_offset(customers: Customers, placement: str) -> None:
    page = customers.visit(survey="nps", placement=placement, trigger="manual", look="bare")
    page.evaluate(
        """() => {
          const { style } = document.querySelector('.basket')
          Object.assign(style, { position: 'fixed', right: '20px', bottom: '20px', height: '60px' })
        }"""
    )
    page.evaluate("document.querySelector('journeyloop-survey').open()")
    card(page).wait_for()
    assert overlap(page) == 0


def test_triggers(customers: Customers) -> None:
    small = {"viewport": {"width": 640, "height": 120}}
    for type_ in TYPES:
        page = customers.visit(
            customers.visitor(**small),
            survey="csat",
            trigger=type_,
            delay="4",
            scroll="80",
            event="delivered",
        )
        if type_ == "load":
            card(page).wait_for()
        else:
            page.wait_for_timeout(400)
            assert card(page).count() == 0, type_
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.wait_for_timeout(200)
        page.evaluate("document.querySelector('journeyloop-survey').scrollIntoView()")
        page.evaluate("document.dispatchEvent(new Event('delivered'))")
        if type_ == "manual":
            page.wait_for_timeout(1000)
            assert card(page).count() == 0
            page.evaluate("document.querySelector('journeyloop-survey').open()")
        card(page).wait_for()
        assert len(heard(page, "shown")) == 1


def test_dismissed_and_never_again(customers: Customers) -> None:
    visitor = customers.visitor()
    page = customers.visit(visitor, survey="nps", placement="corner")
    card(page).locator("input[value='0']").focus()
    page.keyboard.press("Escape")
    assert card(page).count() == 0
    assert heard(page, "closed")[0]["reason"] == "dismissed"
    page.reload()
    until(lambda: heard(page, "hidden"), page)
    assert "dismissed until" in heard(page, "hidden")[0]["reason"]
    page = customers.visit(visitor, survey="csat", placement="corner")
    card(page).get_by_role("button", name="Don’t ask me again").click()
    assert heard(page, "closed")[0]["reason"] == "never"
    page.reload()
    until(lambda: heard(page, "hidden"), page)
    assert heard(page, "hidden")[0]["reason"] == "the visitor asked not to be asked again"
    assert customers.answers() == []


def test_retries_leave_the_person_where_they_are(customers: Customers) -> None:
    page = customers.visit(survey="nps")
    reach(page, "question")
    customers.network.is_cut = True
    choose(page, 6)
    send(page)
    reach(page, "queued")
    assert page.evaluate("document.activeElement.localName") == "journeyloop-survey"
    page.evaluate("document.activeElement.blur()")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    before = page.evaluate("scrollY")
    tried = len(heard(page, "queued"))
    page.evaluate("dispatchEvent(new Event('online'))")
    until(lambda: len(heard(page, "queued")) > tried, page)
    assert page.evaluate("[document.activeElement.localName, scrollY]") == ["body", before]
    customers.network.heal()
    page.evaluate("dispatchEvent(new Event('online'))")
    reach(page, "thanks")
    assert page.evaluate("document.activeElement.localName") == "body"


@pytest.mark.parametrize(
    ("survey", "why"), [("paused", "the survey is paused"), ("nowhere", "There is no survey")]
)
def test_what_is_not_shown_says_why(customers: Customers, survey: str, why: str) -> None:
    page = customers.visit(survey=survey, trigger="manual")
    lines: list[str] = []
    page.on("console", lambda message: lines.append(message.text))
    page.evaluate("document.querySelector('journeyloop-survey').setAttribute('data-debug', '')")
    page.evaluate("document.querySelector('journeyloop-survey').open()")
    until(lambda: heard(page, "hidden"), page)
    assert why in heard(page, "hidden")[0]["reason"]
    until(lambda: any("hidden" in line for line in lines), page)
    assert card(page).count() == 0


def test_one_survey_a_page(customers: Customers) -> None:
    page = customers.visit(survey="nps")
    card(page).wait_for()
    page.evaluate(
        f"import('{customers.network.url}/embed.js')"
        ".then((module) => module.mount({survey: 'csat', placement: 'corner'}))"
    )
    until(lambda: heard(page, "hidden"), page)
    assert "another survey" in heard(page, "hidden")[0]["reason"]
    assert card(page).count() == 1


def test_module_api(customers: Customers) -> None:
    page = customers.visit(survey="csat", trigger="manual")
    result = page.evaluate(
        f"""async () => {{
          const {{ mount, open, flush, on }} = await import('{customers.network.url}/embed.js')
          const heard = []
          const off = on('shown', (event) => heard.push(event.detail.survey))
          document.querySelector('journeyloop-survey').remove()
          await open('ces')
          await flush()
          off()
          document.querySelector('journeyloop-survey').remove()
          await mount({{ survey: 'nps', trigger: 'manual', attributes: {{ region: 'south' }} }}).open()
          return heard
        }}"""
    )
    assert result == ["ces"]
    choose(page, 7)
    send(page)
    reach(page, "thanks")
    assert [(row["survey"], row["attributes"]) for row in customers.answers()] == [
        ("nps", {"region": "south"})
    ]


def test_without_consent_nothing_is_kept(customers: Customers) -> None:
    page = customers.visit(survey="nps", storage="none")
    choose(page, 6)
    customers.network.is_cut = True
    send(page)
    reach(page, "queued")
    assert page.evaluate("localStorage.length") == 0
    customers.network.heal()
    page.evaluate("dispatchEvent(new Event('online'))")
    until(customers.answers, page)
    assert page.evaluate("localStorage.length") == 0


def test_a_form_that_does_not_come_shows_nothing(customers: Customers) -> None:
    page = customers.visit()
    page.clock.install()
    customers.network.form_hangs = True
    page.goto(customers.address(survey="nps"))
    page.wait_for_timeout(300)
    page.clock.fast_forward(8_100)
    until(lambda: heard(page, "hidden"), page)
    assert page.locator("journeyloop-survey").bounding_box()["height"] == 0  # type: ignore[index]


def test_an_answer_weighs_more_than_its_attributes(customers: Customers) -> None:
    page = customers.visit(survey="nps", attributes='{"region": {"not": "plain"}}', channel="Not A Channel")
    choose(page, 6)
    send(page)
    reach(page, "thanks")
    (row,) = customers.answers()
    assert (row["score"], row["attributes"], row["channel"]) == (6, {}, None)
