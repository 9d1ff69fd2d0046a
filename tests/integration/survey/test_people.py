"""Rights end at once with a key, an account, an owner or the time; and the pages where keys and users are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from services.survey import SCHEMA
from shared.access import Principal, accounts, keys, sessions
from shared.db import Connection, connect
from shared.settings import Settings
from shared.web import session_cookie
from tests.integration.survey.browsing import EVE, Browser
from tests.integration.survey.conftest import Service


@pytest.fixture
def browser(service: Service, settings: Settings) -> Browser:
    return Browser(service, settings)


@pytest.fixture
def admin(browser: Browser) -> Browser:
    assert browser.sign_in("admin").status_code == 303
    return browser


@pytest.mark.parametrize("end", ["revoke", "expire", "session"])
def test_a_session_ends_with_its_key_or_its_time(admin: Browser, end: str) -> None:
    conn = admin.service.conn
    if end == "revoke":
        assert keys.revoke_key(conn, admin.service.keys["admin"].split("_")[1])
    elif end == "expire":
        conn.execute("UPDATE access.api_key SET expires_at = now()")
    else:
        conn.execute("UPDATE access.session SET expires_at = now()")
    assert not admin.is_signed_in()
    assert admin.client.get("/users").status_code == 303
    sessions.begin(conn, Principal("", "", "viewer", EVE))
    left = conn.execute("SELECT 1 FROM access.session").rowcount
    assert left == (1 if end == "session" else 2), "what is over is removed when somebody signs in"


@pytest.fixture
def person(browser: Browser) -> Iterator[tuple[Connection, Browser]]:
    """Eve, signed in: an admin by her account, and an owner's person."""
    with connect(browser.settings, SCHEMA) as conn:
        accounts.add(conn, EVE, "admin", "Eve")
        accounts.keep_owner(conn, "delivery-team", "Team", [EVE])
        who = accounts.person(conn, "", EVE)
        assert who is not None
        assert who.owners == ("delivery-team",)
        app, session = browser.service.app, sessions.begin(conn, who)
        with app.test_request_context():
            response = app.make_response("")
            session_cookie.put(browser.settings, response, session)
        value = response.headers["Set-Cookie"].split(";")[0].partition("=")[2]
        browser.client.set_cookie(session_cookie.name(browser.settings), value)
        assert browser.is_signed_in()
        yield conn, browser


def test_a_person_loses_their_rights_at_once(person: tuple[Connection, Browser]) -> None:
    conn, browser = person
    assert browser.client.get("/users").status_code == 200
    accounts.set_role(conn, EVE, "viewer")
    assert browser.client.get("/users").status_code == 403
    conn.execute("DELETE FROM access.account")
    assert "with the role lead" in browser.client.get("/sign-in").text, "as the owner's person"
    accounts.keep_owner(conn, "delivery-team", "Team", [])
    assert not browser.is_signed_in()


def test_a_disabled_person_is_out_even_as_an_owner(person: tuple[Connection, Browser]) -> None:
    conn, browser = person
    accounts.disable(conn, EVE)
    assert not browser.is_signed_in()
    accounts.enable(conn, EVE)
    assert not browser.is_signed_in(), "the session is gone, not asleep"


def test_a_new_key_is_shown_once(admin: Browser) -> None:
    form = {"id": "0123456789ab", "name": "Grafana", "role": "viewer", "lasts": "90", "csrf": admin.token()}
    made = admin.client.post("/keys", data=form)
    assert made.status_code == 201
    (token,) = re.findall(r"jl_0123456789ab_[\w-]+", made.text)
    assert admin.client.post("/keys", data=form).status_code == 303, "sent again, it makes no other"
    listed = admin.client.get("/keys").text
    assert "Grafana" in listed
    assert token not in listed
    assert admin.client.get("/v1/journeys", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    gone = admin.client.post("/keys/0123456789ab/revoke", data={"csrf": admin.token()})
    assert gone.status_code == 303
    assert admin.client.get("/v1/journeys", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_wrong_form_of_a_key_keeps_what_was_typed(admin: Browser) -> None:
    good = {"id": "x", "name": "My name for it", "role": "viewer", "lasts": "", "csrf": admin.token()}
    for wrong in ({"name": ""}, {"role": "king"}, {"lasts": "7"}):
        answer = admin.client.post("/keys", data=good | wrong)
        assert answer.status_code == 422
        assert 'class="error-summary"' in answer.text
        assert ("My name for it" in answer.text) is ("name" not in wrong)
    assert len(admin.service.rows("SELECT 1 FROM access.api_key")) == len(admin.service.keys)


def test_users_are_changed_on_their_page_but_not_oneself(person: tuple[Connection, Browser]) -> None:
    conn, browser = person
    accounts.add(conn, "ben@example.com", "viewer", "Ben")

    def send(path: str, **fields: str) -> int:
        data = fields | {"csrf": browser.token()}
        return browser.client.post(f"/users{path}", data=data).status_code

    assert send("", email="ben@example.com", name="Ben", role="lead") == 422, "he is there already"
    assert send("/role", email="ben@example.com", role="admin") == 303
    assert send("/role", email="ben@example.com", role="collector") == 422
    assert send("/disable", email="ben@example.com") == 303
    assert send("/disable", email="ben@example.com") == 404
    assert send("/disable", email=EVE.upper()) == 409
    assert send("/role", email=EVE, role="viewer") == 409
    rows = conn.execute(
        "SELECT email, role, disabled_at IS NULL AS active FROM access.account ORDER BY email"
    )
    assert rows.fetchall() == [
        {"email": "ben@example.com", "role": "admin", "active": False},
        {"email": EVE, "role": "admin", "active": True},
    ]
