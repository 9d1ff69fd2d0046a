"""Who gets in with what: keys, sessions and their cookie, CSRF tokens and origins, on real views."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import import_module
from urllib.parse import parse_qs

import pytest

from services.survey.app import create_app
from shared.settings import Settings
from shared.web import session_cookie
from tests.integration.survey.browsing import EVE, NEW, Browser
from tests.integration.survey.conftest import JOURNEY, Service


@pytest.fixture
def browser(service: Service, settings: Settings) -> Browser:
    return Browser(service, settings)


@pytest.fixture
def admin(browser: Browser) -> Browser:
    assert browser.sign_in("admin").status_code == 303
    return browser


def test_the_cookie_is_out_of_reach(browser: Browser) -> None:
    (cookie,) = browser.sign_in("viewer").headers.getlist("Set-Cookie")
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"} <= set(cookie.split("; "))
    assert not re.search("secure|domain", cookie, re.IGNORECASE)


def test_under_https_it_is_secure_and_bound_to_the_host(settings: Settings, service: Service) -> None:
    app = create_app(replace(settings, survey_url="https://fb.example"))
    answer = app.test_client().post("/sign-in", data={"key": service.keys["viewer"]})
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-journeyloop_")
    assert "Secure" in cookie.split("; ")
    key = {"Authorization": f"Bearer {service.keys['admin']}"}
    (said,) = app.test_client().post("/users", data=NEW, headers=key).headers.getlist("Set-Cookie")
    assert "Secure" in said.split("; ")
    app.extensions["journeyloop"].pool.close()


def test_another_installation_has_another_cookie(settings: Settings) -> None:
    other = replace(settings, secret_key="another secret of 32 characters or more")
    assert session_cookie.name(settings) != session_cookie.name(other)


def test_one_sign_in_serves_all_services(admin: Browser) -> None:
    cookie = admin.client.get_cookie(session_cookie.name(admin.settings))
    assert cookie
    for service, path in (("aggregator", "/v1/scores"), ("alerts", "/v1/incidents")):
        app = import_module(f"services.{service}.app").create_app(admin.settings)
        client = app.test_client()
        assert client.get(path).status_code == 401
        client.set_cookie(cookie.key, cookie.value)
        assert client.get(path).status_code == 200
        app.extensions["journeyloop"].pool.close()


def test_a_key_that_may_only_submit_or_is_none_does_not_sign_in(browser: Browser) -> None:
    for key in (browser.service.keys["collector"], "jl_0_x", "", "é"):
        answer = browser.client.post("/sign-in", data={"key": key})
        assert answer.status_code == 422
        assert not key or key not in answer.text
    assert not browser.is_signed_in()


def test_a_key_that_may_not_read_takes_the_count_of_incidents_from_nobody(browser: Browser) -> None:
    collector = {"Authorization": f"Bearer {browser.service.keys['collector']}"}
    assert browser.client.get("/setup", headers=collector).status_code == 403
    assert "journeyloop.nav" not in browser.service.app.extensions


def test_whoever_is_not_signed_in_comes_back_after(browser: Browser) -> None:
    own = browser.settings.survey_url
    asked = browser.client.get("/users?x=1&y=ü z")
    assert (asked.status_code, asked.headers["Cache-Control"]) == (303, "no-store")
    page, _, query = asked.location.partition("?")
    assert (page, parse_qs(query)["next"]) == (f"{own}/sign-in", [f"{own}/users?x=1&y=%C3%BC%20z"])
    signed_in = browser.client.post(
        "/sign-in", data={"key": browser.service.keys["admin"], "next": parse_qs(query)["next"]}
    )
    assert signed_in.location == parse_qs(query)["next"][0]
    browser.client.delete_cookie(session_cookie.name(browser.settings))
    form = browser.client.post("/users/disable", headers={"Referer": f"{own}/users"})
    assert form.location.endswith("%2Fusers"), "the page that the form was on; its own address has none"


def test_another_role_is_told(browser: Browser) -> None:
    browser.sign_in("lead")
    answer = browser.client.get("/users")
    assert (answer.status_code, answer.mimetype) == (403, "text/html")
    assert "needs the role admin" in answer.text
    assert browser.add_eve(csrf=browser.token()) == 403
    assert not browser.has_eve()


def test_a_form_without_its_sessions_token_does_nothing(admin: Browser) -> None:
    other = Browser(admin.service, admin.settings)
    other.sign_in("admin")
    for token in ("", "x", "é", other.token()):
        answer = admin.client.post("/users", data=NEW | {"csrf": token})
        assert (answer.status_code, answer.mimetype) == (403, "text/html")
        assert "This form has expired" in answer.text
    assert not admin.has_eve()
    assert admin.add_eve(csrf=admin.token("/users")) == 303
    assert admin.has_eve()


def test_a_form_from_elsewhere_does_nothing_even_with_the_token(admin: Browser) -> None:
    for origin in ("https://evil.example", "http://127.0.0.1:1", f"{admin.settings.alerts_url}.evil.example"):
        assert admin.add_eve({"Origin": origin}, csrf=admin.token()) == 403
    assert not admin.has_eve()
    assert admin.add_eve({"Origin": "null"}, csrf="") == 403
    assert admin.add_eve({"Origin": admin.settings.alerts_url}, csrf=admin.token()) == 303
    again = admin.add_eve({"Origin": "null"}, csrf=admin.token())
    assert again == 422, "between our own ports browsers hide the origin; this came through, but Eve is there"


def test_nobody_is_signed_in_from_elsewhere(browser: Browser) -> None:
    key = {"key": browser.service.keys["viewer"]}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        for path, data in (("/sign-in", key), ("/sign-in", {"email": EVE}), ("/sign-in/link", {"t": "x"})):
            assert browser.client.post(path, data=data, headers=headers).status_code == 403
    assert not browser.is_signed_in()
    assert browser.service.conn.execute("SELECT 1 FROM access.sign_in_link").fetchall() == []


def test_the_api_takes_the_cookie_with_the_token_for_what_changes(admin: Browser) -> None:
    put = {"path": "/v1/journeys/shop", "json": JOURNEY}
    refused = admin.client.put(**put)
    assert (refused.status_code, refused.mimetype) == (403, "application/problem+json")
    assert admin.client.get("/v1/journeys").get_json()["items"] == []
    assert admin.client.put(**put, headers={"X-CSRF-Token": "wrong"}).status_code == 403
    assert admin.client.put(**put, headers={"X-CSRF-Token": admin.token()}).status_code == 201


def test_a_key_needs_no_token_and_goes_before_the_cookie(admin: Browser) -> None:
    viewer = {"Authorization": f"Bearer {admin.service.keys['viewer']}"}
    assert admin.client.get("/users", headers=viewer).status_code == 403
    unknown = {"Authorization": "Bearer jl_no_key"}
    assert admin.client.get("/v1/journeys", headers=unknown).status_code == 401
    fresh = admin.service.app.test_client()
    key = {"Authorization": f"Bearer {admin.service.keys['admin']}"}
    assert fresh.post("/users", data=NEW, headers=key).status_code == 303


def test_a_nul_in_a_form_is_400(admin: Browser) -> None:
    assert admin.add_eve(csrf=admin.token(), name="E\x00ve") == 400


def test_a_forged_cookie_is_nobody(admin: Browser) -> None:
    name = session_cookie.name(admin.settings)
    cookie = admin.client.get_cookie(name)
    assert cookie
    (row,) = admin.service.rows("SELECT encode(id_hash, 'base64') AS hash FROM access.session")
    for value in (cookie.value[:-2] + "xx", row["hash"], "é"):
        admin.client.set_cookie(name, value)
        assert not admin.is_signed_in()
    admin.client.set_cookie(name, cookie.value)
    assert admin.is_signed_in()


def test_signing_out_ends_the_session_wherever_its_cookie_is(admin: Browser) -> None:
    name = session_cookie.name(admin.settings)
    cookie = admin.client.get_cookie(name)
    assert cookie
    assert admin.client.get("/sign-out").status_code == 405
    assert admin.client.post("/sign-out").status_code == 403, "not without the token"
    gone = admin.client.post("/sign-out", data={"csrf": admin.token()})
    assert (gone.status_code, gone.location) == (303, "/sign-in")
    assert admin.client.get_cookie(name) is None
    admin.client.set_cookie(name, cookie.value)
    assert not admin.is_signed_in()


def test_signing_in_again_ends_the_session_before(admin: Browser) -> None:
    admin.sign_in("viewer")
    assert len(admin.service.rows("SELECT 1 FROM access.session")) == 1
