"""The checklist ticks itself from what really is there."""

from __future__ import annotations

import re

import pytest

from tests.integration.survey.admin.browsing import Page, get, post
from tests.integration.survey.conftest import Service


def states(service: Service, role: str = "admin") -> dict[str, str]:
    """{step: state} as the page shows them."""
    answer = service.call("GET", "/setup", role)
    assert answer.status_code == 200
    return {key: state for state, key in re.findall(r'class="card step step-(\w+)" id="(\w+)"', answer.text)}


def test_a_new_installation_is_told_what_comes_first(service: Service) -> None:
    page = get(service, "/setup")
    assert "This installation is new." in page.text
    assert "/admin/journeys?new=1" in page.links
    assert states(service) == {
        "key": "done",
        "map": "todo",
        "surveys": "todo",
        "display": "todo",
        "owners": "unknown",
        "message": "unknown",
        "import": "todo",
        "check": "todo",
        "backtest": "hint",
    }


def test_a_service_that_does_not_answer_is_said_and_the_rest_stands(shop: Service) -> None:
    page = get(shop, "/setup")
    assert "Who the owners are cannot be shown: the service alerts does not answer." in page.text
    assert "Shop: 2 stages, 3 touchpoints." in page.text


def test_steps_tick_as_they_are_done(shop: Service) -> None:
    assert (states(shop)["map"], states(shop)["surveys"], states(shop)["display"]) == ("done", "done", "todo")
    page = get(shop, "/setup")
    assert "Waiting for the first display of ‘delivery-nps’." in page.text
    assert "/admin/surveys/delivery-nps/install" in page.links
    assert "At 2 of 3 touchpoints nobody is asked." in page.text
    shop.answer()
    assert states(shop)["display"] == "done"
    shop.call("DELETE", "/v1/surveys/delivery-nps")
    assert states(shop)["surveys"] == "todo"


def test_a_test_answer_is_stored_by_the_button_and_followed(shop: Service) -> None:
    for times in (1, 2):
        answer = post(shop, "/setup/check")
        assert answer.location == "/setup#check"
        assert shop.rows("SELECT survey, channel, count(*) AS n FROM response GROUP BY 1, 2") == [
            {"survey": "journeyloop-check", "channel": "check", "n": times}
        ]
    assert shop.rows("SELECT status FROM survey WHERE survey = 'journeyloop-check'") == [{"status": "paused"}]
    page = get(shop, "/setup")
    assert "A test answer was stored" in page.text
    assert "Whether it is scored cannot be shown: the service aggregator does not answer." in page.text
    assert "journeyloop-check" not in get(shop, "/admin/journeys").text


def test_what_is_not_known_is_looked_at_again(shop: Service) -> None:
    shop.answer()
    post(shop, "/setup/check")
    found = states(shop)
    assert (found["display"], found["check"]) == ("done", "unknown")
    assert 'data-live="5"' in shop.call("GET", "/setup").text


def test_looking_sends_no_test_answer(shop: Service) -> None:
    shop.call("GET", "/setup/check")
    assert shop.rows("SELECT FROM response") == []


@pytest.mark.parametrize("role", ["viewer", "lead"])
def test_others_than_admins_look_only(shop: Service, role: str) -> None:
    page = Page(shop.call("GET", "/setup", role).text)
    assert not {"/keys", "/users", "/privacy", "/imports"} & set(page.links)
    assert shop.call("POST", "/setup/check", role).status_code == 403


def test_an_admin_lands_here_after_the_first_sign_in_of_a_new_installation(service: Service) -> None:
    def landing(role: str, next: str = "") -> str:
        fields = {"key": service.keys[role], "next": next}
        headers = {"Origin": service.app.extensions["journeyloop"].settings.survey_url}
        answer = service.call("POST", "/sign-in", None, data=fields, headers=headers)
        assert answer.status_code == 303, answer.text
        return str(answer.location)

    home = landing("lead")
    assert landing("admin") == "/setup"
    assert landing("admin", home) == "/setup", "asked for, because the first page is the home page"
    assert landing("admin", f"{home}incidents").endswith("/incidents")
    service.put_journey()
    assert landing("admin") == home
