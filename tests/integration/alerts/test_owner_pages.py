"""The pages of owners: read by everybody, changed by admins, by the very rules of PUT /v1/owners."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from services.alerts import trial
from services.alerts.store import deliveries
from shared.db import Connection
from tests.integration.alerts.conftest import Call, Notifier, Put
from tests.integration.alerts.receiver import SECRET

SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
CHANNELS = (
    {"kind": "email", "url": "mailto:ana@example.com"},
    {"kind": "apprise", "url": SLACK},
    {"kind": "webhook", "url": "https://hooks.example/in?key=k", "secret": SECRET},
)


def inputs(page: Any, path: str) -> dict[str, str]:
    """What the form that posts to `path` would send as it stands."""
    [form] = re.findall(rf'<form[^>]*action="{re.escape(path)}"[^>]*>(.*?)</form>', page.text, re.S)[-1:]
    found = {
        name: unescape(value) for name, value in re.findall(r'name="([^"]+)"[^>]*? value="([^"]*)"', form)
    }
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        found[name] = next(iter(re.findall(r'value="([^"]*)" selected', options)), "")
    return {name: value for name, value in found.items() if name not in ("do", "csrf")}


def text(page: Any) -> str:
    """The words of a page."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text)))


def test_without_owners_the_page_says_who_is_told(call: Call) -> None:
    page = call("GET", "/owners", role="admin")
    assert page.status_code == 200
    assert "every message goes to the fallback address fallback@example.com" in text(page)
    assert 'href="/owners?new=1"' in page.text
    assert "/owners?new=1" not in call("GET", "/owners", role="viewer").text


@pytest.mark.usefixtures("shop")
def test_who_is_told_about_each_stage(call: Call, put_owner: Put) -> None:
    put_owner("ana")
    page = text(call("GET", "/owners", role="viewer"))
    assert "Delivery Ana owns the journey; the stage names ‘ben’, who is not set up" in page
    assert "Returns Ana owns the journey; the stage names nobody E-mail to ana@example.com" in page
    assert "/owners?new=1&amp;owner=ben" in call("GET", "/owners", role="admin").text


def test_a_new_owner_by_form_is_the_one_put_by_api(call: Call) -> None:
    form = inputs(call("GET", "/owners?new=1&owner=ana", role="admin"), "/owners")
    form |= {"name": "Ana", "email": "ana@example.com"}
    for kind in ("apprise", "webhook"):
        page = call("POST", "/owners", role="admin", data=form | {"do": f"add-{kind}"})
        assert page.status_code == 200
        form = inputs(page, "/owners")
    secret = form["channels[1].secret"]
    form |= {
        "channels[0].url": "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "channels[1].url": "https://hooks.example/in",
        "repeat_hours": "24",
    }
    answer = call("POST", "/owners", role="admin", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/owners/ana")
    assert call("GET", "/v1/owners/ana", role="admin").json == {
        "name": "Ana",
        "email": "ana@example.com",
        "channels": [
            {"kind": "apprise", "url": SLACK},
            {"kind": "webhook", "url": "https://hooks.example/in", "secret": secret},
        ],
        "repeat_hours": 24,
    }


def test_wrong_input_is_said_at_its_field_and_nothing_typed_is_lost(call: Call) -> None:
    form = {
        "owner": "Ana B",
        "name": "Ana",
        "email": "nobody",
        "channels[0].kind": "webhook",
        "channels[0].url": "ftp://x",
        "channels[0].secret": "whsec_!",
        "repeat_hours": "four",
    }
    page = call("POST", "/owners", role="admin", data=form)
    assert page.status_code == 422
    assert inputs(page, "/owners") == form | {
        "channels[0].was": "",
        "escalate_to": "",
        "escalate_after_hours": "",
    }
    for name in ("email", "channels-0-url", "repeat_hours"):
        assert f'href="#f-{name}"' in page.text
        assert f'id="f-{name}-error"' in page.text
    right = {"name": "Ana", "email": "ana@example.com"}
    page = call("POST", "/owners", role="admin", data=form | right | {"channels[0].kind": "pigeon"})
    assert page.status_code == 422
    assert 'href="#f-owner"' in call("POST", "/owners", role="admin", data=right | {"owner": "Ana B"}).text


def test_without_a_key_it_is_made_from_the_name(call: Call, put_owner: Put) -> None:
    form = {"owner": "", "name": "Øyvind Å", "email": "oyvind@example.com"}
    assert call("POST", "/owners", role="admin", data=form).headers["Location"] == "/owners/oyvind-a"
    again = call("POST", "/owners", role="admin", data=form)
    assert "There is an owner ‘oyvind-a’ already." in text(again)
    nameless = call("POST", "/owners", role="admin", data=form | {"name": "配達"})
    assert (nameless.status_code, 'href="#f-owner"' in nameless.text) == (422, True)


def test_a_new_owner_never_replaces_another(call: Call, put_owner: Put) -> None:
    put_owner("ana")
    page = call(
        "POST", "/owners", role="admin", data={"owner": "ana", "name": "Eve", "email": "e@example.com"}
    )
    assert page.status_code == 422
    assert "There is an owner ‘ana’ already." in text(page)
    assert call("GET", "/v1/owners/ana").json["name"] == "Ana"


def test_editing_keeps_what_is_masked(call: Call, put_owner: Put) -> None:
    put_owner("ana", *CHANNELS)
    page = call("GET", "/owners/ana", role="admin")
    assert not any(secret in page.text for secret in (SECRET, "key=k", "TIiajkdnlazkcOXrIdevi7FQ"))
    form = inputs(page, "/owners/ana") | {"name": "Ana B."}
    removed = call("POST", "/owners/ana", role="admin", data=form | {"do": "remove-0"})
    saved = call("POST", "/owners/ana", role="admin", data=inputs(removed, "/owners/ana"))
    assert saved.status_code == 303
    stored = call("GET", "/v1/owners/ana", role="admin").json
    assert (stored["name"], stored["channels"]) == ("Ana B.", list(CHANNELS[1:]))


def test_somebody_else_was_faster(call: Call, put_owner: Put) -> None:
    put_owner("ana")
    form = inputs(call("GET", "/owners/ana", role="admin"), "/owners/ana") | {"name": "Mine"}
    call("PUT", "/v1/owners/ana", role="admin", json={"name": "Theirs", "email": "ana@example.com"})
    page = call("POST", "/owners/ana", role="admin", data=form)
    assert page.status_code == 422
    assert "Somebody saved it while you were at it" in text(page)
    assert call("GET", "/v1/owners/ana").json["name"] == "Theirs"
    again = inputs(page, "/owners/ana")
    assert again["name"] == "Mine"
    assert call("POST", "/owners/ana", role="admin", data=again).status_code == 303
    assert call("GET", "/v1/owners/ana").json["name"] == "Mine"


def test_a_webhooks_secret_is_changed_over_and_shown_once(call: Call, put_owner: Put) -> None:
    put_owner("ana", *CHANNELS)
    form = inputs(call("GET", "/owners/ana", role="admin"), "/owners/ana/secret")
    page = call("POST", "/owners/ana/secret", role="admin", data=form | {"do": "rotate"})
    [new] = re.findall(r'id="new-secret">([^<]+)<', page.text)
    stored = call("GET", "/v1/owners/ana", role="admin").json
    assert stored["channels"][2]["secret"] == f"{new} {SECRET}"
    assert new not in call("GET", "/owners/ana", role="admin").text
    again = call("POST", "/owners/ana/secret", role="admin", data=form | {"do": "rotate"})
    assert again.status_code == 409
    form = inputs(page, "/owners/ana/secret")
    assert call("POST", "/owners/ana/secret", role="admin", data=form | {"do": "settle"}).status_code == 303
    assert call("GET", "/v1/owners/ana", role="admin").json["channels"][2]["secret"] == new


@pytest.mark.usefixtures("shop")
def test_archiving_says_first_who_comes_instead(call: Call, put_owner: Put) -> None:
    put_owner("ana")
    put_owner("ben")
    page = call("GET", "/owners/ben?archive=1", role="admin")
    assert "Shop · Delivery: Ana (owns the journey; the stage names ‘ben’, who is not set up)" in text(page)
    assert call("GET", "/v1/owners/ben").status_code == 200
    form = inputs(page, "/owners/ben/archive")
    stale = call("POST", "/owners/ben/archive", role="admin", data={"etag": "other"})
    assert stale.status_code == 412
    assert call("POST", "/owners/ben/archive", role="admin", data=form).status_code == 303
    assert call("GET", "/v1/owners/ben").status_code == 404
    assert "Delivery owns the journey; the stage names ‘ben’" in text(call("GET", "/owners/ana"))


def test_a_test_says_what_came_of_it_in_words(
    call: Call, put_owner: Put, telling: Notifier, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The outcome stands on the page that the test leads to, and only there where the message is this owner's."""
    monkeypatch.setattr(trial, "PATIENCE_SECONDS", 0.0)
    put_owner("ana", {"kind": "webhook", "url": "http://10.0.0.1/", "secret": SECRET})
    put_owner("ben")
    answer = call("POST", "/owners/ana/test", role="admin")
    assert answer.status_code == 303
    path = answer.headers["Location"].removesuffix("#test")
    assert "On its way No outcome yet" in text(call("GET", path, role="admin"))
    telling.work(seconds=1)
    page = text(call("GET", path, role="admin"))
    assert "Webhook at 10.0.0.1 ▼ Failed" in page
    assert "is a private address; set ALLOW_PRIVATE_WEBHOOKS to allow that." in page
    assert "Failed" not in text(call("GET", path.replace("/ana", "/ben"), role="admin"))
    assert "has not been reached since" in text(call("GET", "/owners", role="viewer"))
    assert call("GET", "/owners/ana?test=x", role="admin").status_code == 200
    assert len(deliveries.page(conn, deliveries.EVERYTHING, None, 9)) == 1


def test_only_admins_change_owners(call: Call, put_owner: Put) -> None:
    put_owner("ana")
    for path in ("/owners", "/owners/ana", "/owners/ana/test", "/owners/ana/secret", "/owners/ana/archive"):
        assert call("POST", path, role="lead", data={"name": "Eve", "owner": "eve"}).status_code == 403
        assert call("POST", path.replace("ana", "nobody"), role="admin").status_code in (404, 422)
    page = call("GET", "/owners/ana?archive=1&new=1", role="lead")
    assert page.status_code == 200
    assert '<form method="post" action="/owners' not in page.text
