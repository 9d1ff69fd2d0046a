"""People of the demo as they sign in: by the link in their mail, so that what they do stands under their name."""

from __future__ import annotations

import re
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import requests

from dev import mail_sink
from dev.demo_calls import TIMEOUT, Demo, Failed, wait_for

_LINK = re.compile(r"https?://\S+")


class Person:
    """Somebody who is signed in."""

    def __init__(self, demo: Demo, email: str) -> None:
        self.demo, self.browser = demo, requests.Session()
        door = f"{demo.environment['SURVEY_URL']}/sign-in"
        known = {mail["Message-ID"] for mail in mails_to(demo, email)}
        self._send(door, email=email)
        mail = wait_for(lambda: _newer(demo, email, known), f"{email}'s link")
        page = self.browser.get(link(mail), timeout=TIMEOUT)
        arrived = self._send(f"{door}/link", t=_hidden(page, "t"))
        self.token = _hidden(arrived, "csrf")

    def call(self, method: str, path: str, body: dict[str, Any]) -> requests.Response:
        """An answer of the survey service to this person. Raises Failed."""
        url = f"{self.demo.environment['SURVEY_URL']}{path}"
        headers = {"X-CSRF-Token": self.token, "Origin": self.demo.environment["SURVEY_URL"]}
        return _good(self.browser.request(method, url, json=body, headers=headers, timeout=TIMEOUT))

    def _send(self, url: str, **fields: str) -> requests.Response:
        headers = {"Origin": self.demo.environment["SURVEY_URL"]}
        return _good(self.browser.post(url, data=fields, headers=headers, timeout=TIMEOUT))


def mails_to(demo: Demo, email: str) -> list[EmailMessage]:
    """What came for somebody, the oldest first."""
    return [mail for mail in mail_sink.read(Path(demo.environment["MAIL_DIR"])) if mail["To"] == email]


def link(mail: EmailMessage) -> str:
    """The first link in a mail's text."""
    body = mail.get_body(("plain",))
    assert body is not None
    return _LINK.findall(body.get_content())[0].rstrip(".,")


def _newer(demo: Demo, email: str, known: set[str]) -> EmailMessage | None:
    found = [mail for mail in mails_to(demo, email) if mail["Message-ID"] not in known]
    return next((mail for mail in found if "/sign-in/link" in link(mail)), None)


def _hidden(page: requests.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page.text)
    if found is None:
        raise Failed(f"{page.url} has no {name}.")
    return found[1]


def _good(answer: requests.Response) -> requests.Response:
    if not answer.ok:
        raise Failed(f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text[:2000]}")
    return answer
