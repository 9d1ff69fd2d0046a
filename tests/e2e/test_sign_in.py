"""An owner signs in by mail: typed at one service, mailed by its worker, good at all three, until they sign out."""

from __future__ import annotations

import re

import pytest
import requests

from dev import mail_sink, ports
from dev.temporary_stack import Stack
from tests.e2e.collector import Api

pytestmark = pytest.mark.e2e
ADDRESS = "signs-in@example.com"
SECONDS = 10


def test_an_owner_signs_in_by_mail(stack: Stack) -> None:
    owner = {"name": "Sina", "email": ADDRESS.upper()}
    made = Api(stack).call("PUT", "alerts", "/v1/owners/signs-in", json=owner)
    assert made.ok, made.text
    browser = requests.Session()
    wanted = f"{stack.url('alerts')}/incidents"
    at_first = browser.get(wanted, timeout=SECONDS)
    assert at_first.url.startswith(f"{stack.url('survey')}/sign-in?next="), at_first.url
    send(browser, f"{stack.url('survey')}/sign-in", email=ADDRESS, next=wanted)
    ports.wait_until(lambda: bool(link(stack)), "the mail with the link")
    page = browser.get(link(stack), timeout=SECONDS)
    assert "Welcome, Sina" in page.text
    (token,) = re.findall(r'name="t" value="([^"]+)"', page.text)
    arrived = send(browser, f"{stack.url('survey')}/sign-in/link", t=token)
    assert (arrived.status_code, arrived.url) == (200, wanted)
    for service, path in (
        ("survey", "/v1/journeys"),
        ("aggregator", "/v1/scores"),
        ("alerts", "/v1/incidents"),
    ):
        assert browser.get(stack.url(service) + path, timeout=SECONDS).status_code == 200, service
    (csrf, *_) = re.findall(r'name="csrf" value="([^"]+)"', arrived.text)
    gone = send(browser, f"{stack.url('survey')}/sign-out", csrf=csrf)
    assert "You are signed out." in gone.text
    assert browser.get(f"{stack.url('alerts')}/v1/incidents", timeout=SECONDS).status_code == 401


def send(browser: requests.Session, address: str, **fields: str) -> requests.Response:
    origin = re.match(r"https?://[^/]+", address)
    assert origin
    answer = browser.post(address, data=fields, headers={"Origin": origin[0]}, timeout=SECONDS)
    assert answer.ok, answer.text
    return answer


def link(stack: Stack) -> str:
    """The link in the mail to our address; "" before it came."""
    for mail in mail_sink.read(stack.maildir):
        body = mail.get_body(("plain",))
        if mail["To"] == ADDRESS and body is not None:
            return str(re.findall(r"https?://\S+", body.get_content())[0])
    return ""
