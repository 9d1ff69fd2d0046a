"""`journeyloop check`: one answer end to end, timed, on a journey of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import click

from services.cli.http import Api, Refused, key_option
from shared.reserved import CHECK, CHECK_JOURNEY, CHECK_SCORE, CHECK_SURVEY
from shared.settings import environment_value

SURVEY_PATH = f"/v1/surveys/{CHECK}"
POLL_SECONDS = 0.05


class Step(click.ClickException):
    """A step that didn't come through; the message says which and why."""


@click.command()
@click.option("--timeout", default=30.0, show_default=True, help="Seconds for each step.")
@click.option("--mail-to", help="Where the test mail goes; FALLBACK_OWNER where it is not given.")
@key_option
def check(api: Api, timeout: float, mail_to: str | None) -> None:
    """Send one test answer through everything and say how long each step took.

    It goes to the reserved journey journeyloop-check, never to yours. Exits with 1 naming the step that failed.
    """
    address = mail_to or environment_value("FALLBACK_OWNER")
    if not address:
        raise click.UsageError("no address for the test mail: give --mail-to or set FALLBACK_OWNER")
    _step("configured", lambda: _configure(api, address))
    try:
        _send(api, timeout)
    finally:
        # Paused, it asks nobody between two checks, and its silence is no reason to tell anybody.
        _step(
            "paused again",
            lambda: api.call("survey", "PUT", SURVEY_PATH, json=CHECK_SURVEY | {"status": "paused"}),
        )


def _send(api: Api, timeout: float) -> None:
    seen, counted = _last_sequence(api), _count(api)
    began = time.monotonic()
    _report("stored", _timed("stored", lambda: _answer(api)))
    _until("scored", timeout, lambda: _count(api) > counted)
    _report("scored", time.monotonic() - began)
    _until("detector saw it", timeout, lambda: _last_sequence(api) > seen)
    _report("detector saw it", time.monotonic() - began)
    _report("mail accepted", _timed("mail accepted", lambda: _mail(api)))


def _configure(api: Api, address: str) -> None:
    api.call("alerts", "PUT", f"/v1/owners/{CHECK}", json={"name": "Journeyloop check", "email": address})
    api.call("survey", "PUT", f"/v1/journeys/{CHECK}", json=CHECK_JOURNEY)
    api.call("survey", "PUT", SURVEY_PATH, json=CHECK_SURVEY)


def _answer(api: Api) -> None:
    answer = {
        "id": str(uuid4()),
        "score": CHECK_SCORE,
        "channel": "check",
        "answered_at": datetime.now(UTC).isoformat(),
    }
    api.call("survey", "POST", f"/v1/surveys/{CHECK}/responses", json=answer)


def _count(api: Api) -> int:
    found = api.call(
        "aggregator", "GET", "/v1/scores", params={"journey": CHECK, "by": "journey", "window": "7d"}
    )
    return sum(item["n"] for item in found["items"])


def _last_sequence(api: Api) -> int:
    found = api.items("alerts", "/v1/detectors", journey=CHECK)
    return max((row["last_sequence"] for row in found), default=0)


def _mail(api: Api) -> None:
    results = api.call("alerts", "POST", f"/v1/owners/{CHECK}/test")["results"]
    for result in results:
        if result["state"] != "sent":
            raise Step(f"mail: {result['state']}: {result['detail'] or result['status']}")


def _step(name: str, act: Callable[[], Any]) -> None:
    try:
        act()
    except Refused as refused:
        raise Step(f"{name}: {refused.message}") from refused


def _timed(name: str, act: Callable[[], Any]) -> float:
    began = time.monotonic()
    _step(name, act)
    return time.monotonic() - began


def _until(name: str, timeout: float, done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + timeout
    while not done():
        if time.monotonic() > deadline:
            raise Step(f"{name}: not within {timeout:g} s; see /readyz and the logs of the services")
        time.sleep(POLL_SECONDS)


def _report(name: str, seconds: float) -> None:
    shown = f"{seconds * 1000:.0f} ms" if seconds < 0.1 else f"{seconds:.1f} s"
    click.echo(f"{name} {shown}")
