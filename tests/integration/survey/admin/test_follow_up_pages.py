"""`/follow-ups` and the page of a case: whose, what is late, one click to take, and all that is done with one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from shared.access import accounts, sessions
from shared.access.principal import Principal
from shared.reserved import CHECK
from shared.settings import Settings
from shared.web import session_cookie
from tests.integration.survey.admin.browsing import Page
from tests.integration.survey.cases import EMAIL, NAME, cases, following, unhappy
from tests.integration.survey.conftest import Service

BEN = "ben@example.com"


class Lead:
    """A browser in which somebody who answers for owners is signed in."""

    def __init__(self, shop: Service, settings: Settings, email: str, owner: str) -> None:
        self.client: FlaskClient = shop.app.test_client()
        accounts.keep_owner(shop.conn, owner, owner.title(), [email])
        who = Principal(email, owner.title(), "lead", email, (owner,))
        session = sessions.begin(shop.conn, who)
        self.client.set_cookie(session_cookie.name(settings), session_cookie._signer(settings).dumps(session))

    def get(self, path: str, status: int = 200) -> Page:
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return Page(answer.text)

    def send(self, id: str, act: str, status: int = 303, **fields: Any) -> Page | str:
        """The form of the case's page, as a browser sends it."""
        form = self.get(f"/follow-ups/{id}").form(f"/{act}")
        return self.post(id, act, status, **form | fields)

    def post(self, id: str, act: str, status: int = 303, **form: Any) -> Page | str:
        answer = self.client.post(f"/follow-ups/{id}/{act}", data=form)
        assert answer.status_code == status, answer.text
        return Page(answer.text) if status != 303 else answer.headers["Location"]


@pytest.fixture
def ben(shop: Service, settings: Settings) -> Lead:
    following(shop, assign_to=["ben"])
    return Lead(shop, settings, BEN, "ben")


@pytest.fixture
def ana(shop: Service, settings: Settings) -> Lead:
    return Lead(shop, settings, "ana@example.com", "ana")


def case(shop: Service, **fields: Any) -> str:
    before = {one["id"] for one in cases(shop)}
    unhappy(shop, **fields)
    (id,) = {one["id"] for one in cases(shop)} - before
    return str(id)


def test_mine_first_what_is_overdue_on_top_and_all_on_demand(shop: Service, ben: Lead, ana: Lead) -> None:
    late, soon = case(shop), case(shop, score=5)
    shop.conn.execute("UPDATE follow_up SET due_at = now() - interval '3 hours' WHERE id = %s", [late])
    page = ben.get("/follow-ups")
    links = [link for link in page.links if link.startswith("/follow-ups/")]
    assert links == [f"/follow-ups/{late}", f"/follow-ups/{soon}"]
    assert "▼ Overdue 3 hours ago" in page.text
    assert f"/follow-ups/{soon}" not in ben.get("/follow-ups?overdue=1&whose=mine").links
    others = ana.get("/follow-ups")
    assert "Nothing of yours to do" in others.text
    assert f"/follow-ups/{late}" in ana.get("/follow-ups?whose=all&place=shop/delivery").links
    assert "No cases here" in ana.get("/follow-ups?whose=all&place=shop/order").text
    assert EMAIL not in page.text


def test_one_click_takes_it_and_the_second_to_click_is_told(shop: Service, ben: Lead, ana: Lead) -> None:
    id = case(shop)
    take = ben.get("/follow-ups").form("/take")
    theirs = ana.get("/follow-ups?whose=all").form("/take")
    assert ben.post(id, "take", **take) == f"/follow-ups/{id}"
    ana.post(id, "take", **theirs)
    assert "Ben has taken it." in ana.get(f"/follow-ups/{id}").text
    assert "taken by Ben" in ana.get(f"/follow-ups/{id}").text
    assert not [form for form in ben.get("/follow-ups").forms if form["action"].endswith("/take")]


def test_a_case_from_the_first_look_to_the_end(shop: Service, ben: Lead) -> None:
    id = case(shop, comment="Came late", reasons=["late"])
    page = ben.get(f"/follow-ups/{id}")
    for words in (
        "Delivery: 2 of 10",
        "Came late",
        "It was late",
        NAME,
        EMAIL,
        "Yes, contact me",
        "Opened by the",
    ):
        assert words in page.text
    assert f"mailto:{EMAIL}".replace("@", "%40") in page.links
    ben.send(id, "contacted")
    assert "Customer contacted by Ben" in ben.get(f"/follow-ups/{id}").text
    wrong = ben.send(id, "resolve", 422, cause="late", done="Sent a new one")
    assert isinstance(wrong, Page)
    assert "Choose one" in wrong.text
    assert wrong.form("/resolve")["done"] == "Sent a new one"
    ben.send(id, "resolve", outcome="solved", cause="late", done="Sent a new one")
    done = ben.get(f"/follow-ups/{id}")
    assert "Resolved by Ben: solved, because of: It was late" in done.text
    assert "Sent a new one" in done.text
    assert f"/follow-ups/{id}" in ben.get("/follow-ups?state=resolved").links
    ben.send(id, "reopen")
    assert "Reopened by Ben" in ben.get(f"/follow-ups/{id}").text


def test_handed_over_with_a_note_and_its_history_stays(shop: Service, ben: Lead, ana: Lead) -> None:
    id = case(shop)
    assert "Choose whom" in str(getattr(ben.send(id, "hand-over", 422), "text", ""))
    ben.send(id, "hand-over", owner="ana", words="Is Ana’s region")
    assert f"/follow-ups/{id}" in ana.get("/follow-ups").links
    assert "Handed over to ana by Ben" in ana.get(f"/follow-ups/{id}").text
    assert "Is Ana’s region" in ana.get(f"/follow-ups/{id}").text
    ana.send(id, "hand-over", owner="-")
    assert "Nobody yet" in ana.get(f"/follow-ups/{id}").text
    assert "Write what others" in str(getattr(ana.send(id, "note", 422), "text", ""))


def test_a_case_is_offered_to_those_who_can_work_it(shop: Service, ben: Lead, ana: Lead) -> None:
    id = case(shop)
    accounts.keep_owner(shop.conn, "chat", "Chat room", [])
    accounts.keep_owner(shop.conn, CHECK, "Check", ["check@example.com"])
    asked = ben.client.get(f"/follow-ups/{id}").text.partition('name="owner"')[2].partition("</select>")[0]
    assert re.findall(r'<option value="([^"]*)"', asked) == ["", "ana", "-"]


def test_what_somebody_else_did_meanwhile_is_shown_and_nothing_typed_is_lost(
    shop: Service, ben: Lead, ana: Lead
) -> None:
    id = case(shop)
    form = ben.get(f"/follow-ups/{id}").form("/resolve")
    ana.send(id, "note", note="They called me")
    again = ben.post(id, "resolve", 200, **form | {"outcome": "solved", "done": "All well"})
    assert isinstance(again, Page)
    assert "Somebody else worked on this case meanwhile" in again.text
    assert again.form("/resolve")["done"] == "All well"
    assert cases(shop)[0]["state"] == "open"
    assert ben.post(id, "resolve", **again.form("/resolve") | {"outcome": "solved"}) == f"/follow-ups/{id}"


def test_an_erased_person_leaves_an_empty_case(shop: Service, ben: Lead) -> None:
    id = case(shop, comment="Came late")
    ben.send(id, "note", note="Lives in Planted Street")
    shop.call("POST", "/v1/respondents/erase", json={"respondent": EMAIL})
    page = ben.get(f"/follow-ups/{id}")
    assert "The person was erased" in page.text
    for words in (EMAIL, NAME, "Came late", "Planted Street"):
        assert words not in page.text


def test_the_navigation_counts_what_is_mine(shop: Service, ben: Lead) -> None:
    late, _ = case(shop), case(shop)
    shop.conn.execute("UPDATE follow_up SET due_at = now() - interval '1 hour' WHERE id = %s", [late])
    counted = {
        owner: shop.call("GET", f"/v1/follow-ups/count?owner={owner}", "viewer").json
        for owner in ("ben", "ana,ben", "ana")
    }
    assert counted == {
        "ben": {"open": 2, "overdue": 1}, "ana,ben": {"open": 2, "overdue": 1}, "ana": {"open": 0, "overdue": 0},
    }  # fmt: skip
    assert "/follow-ups" in ben.get("/follow-ups").links


def test_leads_only_and_a_cursor_of_ours_only(shop: Service, ben: Lead) -> None:
    id = case(shop)
    for path in ("/follow-ups", f"/follow-ups/{id}"):
        assert shop.call("GET", path, "viewer").status_code == 403
    assert shop.call("GET", "/follow-ups?cursor=nonsense").status_code == 422
    assert shop.call("GET", "/follow-ups/00000000-0000-4000-8000-000000000000").status_code == 404
