"""How many public requests may come, counted by each web process in its memory: from one address (PUBLIC_RATE_LIMIT),
for one survey from all addresses together, and with one link.

A count a window, no timer threads: the storage that comes with Flask-Limiter cost a fifth of an answer's time.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import Iterator
from threading import Lock

from flask import Blueprint, Flask, current_app, request
from limits import parse_many

from shared.settings import Settings
from shared.web.problems import Problem

EXTENSION = "survey_rate_limits"
TEXT = "Too many requests; see Retry-After"
# What OpenAPI has of it, for each view of a limited blueprint.
TOO_MANY = {"429": {"description": TEXT}}
# A survey may get so many times what one address may send: who has many addresses spoils one survey, not all.
SURVEY_TIMES = 10
# With one link, which belongs to one person, in a minute.
LINK_AMOUNT, MINUTE = 60, 60
# Whoever has one address of IPv6 has all of its network.
IPV6_NETWORK = 64


class Window:
    """At most `amount` requests an address within each `seconds`; all counts are dropped when the window ends."""

    def __init__(self, amount: int, seconds: int) -> None:
        self.amount, self.seconds = amount, seconds
        self._ends = 0.0
        self._counts: dict[int, int] = {}  # by hash: what a client writes may be long
        self._lock = Lock()

    def wait(self, address: str, now: float) -> float:
        """Count a request; how many seconds its address has to wait, 0 where it may go on."""
        with self._lock:
            if now >= self._ends:
                self._ends = now + self.seconds
                self._counts.clear()
            key = hash(address)
            count = self._counts[key] = self._counts.get(key, 0) + 1
            return self._ends - now if count > self.amount else 0.0


def install(app: Flask, settings: Settings) -> None:
    """Give the app its counts, from a setting such as `3000 per minute` or `50 per second; 3000 per minute`."""
    limits = parse_many(settings.public_rate_limit)
    app.extensions[EXTENSION] = {
        "address": [Window(limit.amount, limit.get_expiry()) for limit in limits],
        "survey": [Window(SURVEY_TIMES * limit.amount, limit.get_expiry()) for limit in limits],
        "link": [Window(LINK_AMOUNT, MINUTE)],
    }


def network(address: str) -> str:
    """What is counted as one address: itself, or the network of one of IPv6."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address) or found.ipv4_mapped:
        return str(getattr(found, "ipv4_mapped", None) or found)
    return str(ipaddress.ip_network((int(found), IPV6_NETWORK), strict=False))


def limit(blueprint: Blueprint) -> None:
    """Answer 429 with Retry-After where an address sends too much to the blueprint's views."""
    blueprint.before_request(_check)


def _check() -> None:
    """What one address or link sends too much does not count for the survey: alone it would lock out everybody."""
    now, windows = time.monotonic(), current_app.extensions[EXTENSION]
    for whose, key in _counted():
        wait = max(window.wait(key, now) for window in windows[whose])
        if not wait:
            continue
        detail = f"Too much came for one {whose}. Come again in {math.ceil(wait)} s."
        raise Problem(429, "Too many requests", detail, headers={"Retry-After": str(math.ceil(wait))})


def _counted() -> Iterator[tuple[str, str]]:
    """(kind, key) of all that this request counts for, the narrowest first."""
    yield "address", network(request.remote_addr or "")
    if token := request.args.get("t"):
        yield "link", token
    if survey := (request.view_args or {}).get("survey"):
        yield "survey", survey
