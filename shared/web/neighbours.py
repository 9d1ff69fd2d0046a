"""What a page asks the other services, server-side: with the caller's own rights, in parallel, for at most one second.

A neighbour that is away, slow or refuses is an answer too: the page says so in that panel and stands otherwise.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

import orjson
import structlog
import urllib3
from flask import current_app, request

from shared.access import service_token
from shared.web.auth import principal_or_none
from shared.web.state import settings

LIMIT_SECONDS = 1.0
NAV_SECONDS = 15.0
_MOST_KEPT = 500
_THREADS = 16

log = structlog.get_logger()


@dataclass(frozen=True)
class Asked:
    """A neighbour's answer: what was `found`, or why not in `failure`, in words for the panel."""

    found: Any = None
    failure: str | None = None


def ask(service: str, path: str, query: Mapping[str, Any] | None = None) -> Asked:
    """GET `path` of `service` ("survey", "aggregator", "alerts"). Never raises."""
    return ask_all({"only": (service, path, query or {})})["only"]


def ask_all(questions: Mapping[str, tuple[str, str, Mapping[str, Any]]]) -> dict[str, Asked]:
    """Several at once, {name: (service, path, query)}: together they take no longer than the limit."""
    return begin(questions)()


def begin(questions: Mapping[str, tuple[str, str, Mapping[str, Any]]]) -> Callable[[], dict[str, Asked]]:
    """Ask several, and go on with something else until the answers are wanted: what is returned waits for them."""
    headers = _rights()
    deadline = time.monotonic() + LIMIT_SECONDS
    asked = {
        name: _threads(question[0]).submit(_get, _address(*question), headers)
        for name, question in questions.items()
    }
    return lambda: {name: _within(future, deadline, questions[name][1]) for name, future in asked.items()}


def nav_counts() -> dict[str, int | None]:
    """{incidents, follow_ups}, for the navigation: how many incidents are open, and how many cases are the caller's to
    do. At most 15 s old; None while a service does not answer, or for somebody who can have no cases."""
    questions = {"incidents": ("alerts", "/v1/incidents/count", "")}
    who = principal_or_none()
    if who is not None and who.owners and who.may("lead"):
        questions["follow_ups"] = ("survey", "/v1/follow-ups/count", ",".join(sorted(who.owners)))
    known: dict[tuple[str, str, str], tuple[float, int | None]]
    known = current_app.extensions.setdefault("journeyloop.nav", {})
    now = time.monotonic()
    old = {name: question for name, question in questions.items() if known.get(question, (0.0,))[0] <= now}
    asked = ask_all({name: (service, path, {"owner": owner}) for name, (service, path, owner) in old.items()})
    for name, question in old.items():
        _make_room(known)
        found = asked[name].found
        known[question] = (now + NAV_SECONDS, found["open"] if found else None)
    nothing: dict[str, int | None] = {"incidents": None, "follow_ups": None}
    return nothing | {name: known[question][1] for name, question in questions.items()}


def _make_room(known: dict[Any, tuple[float, int | None]]) -> None:
    if len(known) >= _MOST_KEPT:
        known.pop(min(known, key=lambda key: known[key][0]))


def _rights() -> dict[str, str]:
    """The caller's session or key; a page opened by a signed link asks as the service, which may read."""
    if principal_or_none() is None:
        return {"Authorization": f"Bearer {service_token(settings())}"}
    carried = {name: request.headers.get(name) for name in ("Authorization", "Cookie")}
    return {name: value for name, value in carried.items() if value}


def _address(service: str, path: str, query: Mapping[str, Any]) -> str:
    given = {name: value for name, value in query.items() if value not in (None, "")}
    return settings().internal_url(service) + path + (f"?{urlencode(given, doseq=True)}" if given else "")


def _get(address: str, headers: dict[str, str]) -> Asked:
    try:
        answer = _connections().request("GET", address, headers=headers, redirect=False)
    except urllib3.exceptions.NewConnectionError:  # one of the timeouts, by its name only
        return Asked(failure="does not answer")
    except urllib3.exceptions.TimeoutError:
        return Asked(failure="took longer than 1 s")
    except urllib3.exceptions.HTTPError:
        return Asked(failure="does not answer")
    if answer.status != 200:
        return Asked(failure=f"refused: {_said(answer)}")
    try:
        return Asked(found=orjson.loads(answer.data))
    except orjson.JSONDecodeError:
        return Asked(failure="does not answer as it should")


def _said(answer: urllib3.BaseHTTPResponse) -> str:
    """What a problem document says, else the status alone."""
    if "json" not in answer.headers.get("Content-Type", ""):
        return str(answer.status)
    try:
        return f"{answer.status} {orjson.loads(answer.data).get('title', '')}".strip()
    except (orjson.JSONDecodeError, AttributeError):
        return str(answer.status)


def _within(future: Future[Asked], deadline: float, path: str) -> Asked:
    try:
        found = future.result(timeout=max(0.0, deadline - time.monotonic()))
    except TooSlow:
        future.cancel()  # else what nobody waits for any more holds up what is asked next
        found = Asked(failure="took longer than 1 s")
    if found.failure:
        log.warning("neighbour did not answer", path=path, failure=found.failure)
    return found


@cache
def _threads(service: str) -> ThreadPoolExecutor:
    """Each neighbour has its own: one that hangs takes none from the others."""
    return ThreadPoolExecutor(_THREADS, thread_name_prefix=f"neighbour-{service}")


@cache
def _connections() -> urllib3.PoolManager:
    timeout = urllib3.Timeout(total=LIMIT_SECONDS)
    return urllib3.PoolManager(maxsize=_THREADS, retries=False, timeout=timeout)
