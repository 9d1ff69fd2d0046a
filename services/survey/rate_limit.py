"""How many public requests one address may send (PUBLIC_RATE_LIMIT), counted by each web process in its memory.

A count a window, no timer threads: the storage that comes with Flask-Limiter cost a fifth of an answer's time.
"""

from __future__ import annotations

import math
import time
from threading import Lock

from flask import Blueprint, Flask, current_app, request
from limits import parse_many

from shared.settings import Settings
from shared.web.problems import Problem

EXTENSION = "survey_rate_limits"


class Window:
    """At most `amount` requests an address within each `seconds`; all counts are dropped when the window ends."""

    def __init__(self, amount: int, seconds: int) -> None:
        self.amount, self.seconds = amount, seconds
        self._ends = 0.0
        self._counts: dict[str, int] = {}
        self._lock = Lock()

    def wait(self, address: str, now: float) -> float:
        """Count a request; how many seconds its address has to wait, 0 where it may go on."""
        with self._lock:
            if now >= self._ends:
                self._ends = now + self.seconds
                self._counts.clear()
            count = self._counts[address] = self._counts.get(address, 0) + 1
            return self._ends - now if count > self.amount else 0.0


def install(app: Flask, settings: Settings) -> None:
    """Give the app its counts, from a setting such as `3000 per minute` or `50 per second; 3000 per minute`."""
    limits = parse_many(settings.public_rate_limit)
    app.extensions[EXTENSION] = [Window(limit.amount, limit.get_expiry()) for limit in limits]


def limit(blueprint: Blueprint) -> None:
    """Answer 429 with Retry-After where an address sends too much to the blueprint's views."""
    blueprint.before_request(_check)


def _check() -> None:
    address, now = request.remote_addr or "", time.monotonic()
    wait = max(window.wait(address, now) for window in current_app.extensions[EXTENSION])
    if wait:
        detail = (
            f"At most {current_app.extensions['journeyloop'].settings.public_rate_limit} from one address."
        )
        raise Problem(429, "Too many requests", detail, headers={"Retry-After": str(math.ceil(wait))})
