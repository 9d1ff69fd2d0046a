"""The demo's installation: its settings, documents and days, and calls to its services."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from threading import local
from typing import Any, TypeVar

import requests

from dev import installation, simulate

TIMEOUT = 120
T = TypeVar("T")


class Failed(Exception):
    """The demo did not show what it should; the message says what is missing."""


@dataclass(frozen=True)
class Demo:
    """One run: the stack's settings, the journey's documents and the first run's day."""

    environment: installation.Environment
    documents: dict[str, Any]
    anchor: date
    days: int = simulate.HISTORY_DAYS

    @cached_property
    def surveys(self) -> list[simulate.Survey]:
        return simulate.surveys_of(self.documents["surveys"])

    def at(self, environment: installation.Environment) -> Demo:
        """The same at other addresses."""
        return replace(self, environment=environment)

    @cached_property
    def sessions(self) -> local:
        return local()

    def call(self, service: str, method: str, path: str, **options: Any) -> requests.Response:
        """An answer of a service to the admin; raises Failed on an error, waits where the service asks for it."""
        if not hasattr(self.sessions, "session"):
            self.sessions.session = requests.Session()
            self.sessions.session.headers["Authorization"] = f"Bearer {self.environment['ADMIN_KEY']}"
        url = f"{self.environment[f'{service.upper()}_URL']}{path}"
        while True:
            response: requests.Response = self.sessions.session.request(
                method, url, timeout=TIMEOUT, **options
            )
            if response.status_code not in (429, 503):
                break
            time.sleep(float(response.headers.get("Retry-After", 1)))
        if not response.ok:
            raise Failed(f"{method} {url}: {response.status_code} {response.text[:2000]}")
        return response


def wait_for(find: Callable[[], T | None], what: str, seconds: float = 120) -> T:
    """What `find` finds, once it is there. Raises Failed."""
    deadline = time.monotonic() + seconds
    while (found := find()) is None:
        if time.monotonic() > deadline:
            raise Failed(f"Waited too long for {what}.")
        time.sleep(0.2)
    return found
