"""An installation that people have lived in: the demo's shop, and a hotel whose stages are in the states it lacks."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import requests
import yaml
from rich.progress import Progress

from dev import demo
from dev.demo_calls import Demo, Failed
from dev.temporary_stack import Stack

SILENT_SINCE_DAYS = 5
LEARNING, SMALL = 212, 9
STAGES = ("booking", "arrival", "room", "breakfast", "departure")
# Falls of more stages than the demo's one: what is done about each.
FALLS = {"support": "acknowledge", "discovery": "resolve"}


def live_in(stack: Stack, days: int) -> Demo:
    """Play the demo over `days`, and add incidents in each state and the hotel; wait until all is scored."""
    documents = yaml.safe_load(demo.SHOP.read_text())
    today = datetime.now(ZoneInfo(stack.environment["REPORT_TZ"])).date()
    shop = Demo(stack.environment, documents, today, days)
    with Progress(disable=True) as progress:
        demo.play(shop, progress)
    _more_incidents(shop)
    _action(shop)
    _measure(shop)
    _review(shop)
    _hotel(shop, stack)
    return shop


def _more_incidents(shop: Demo) -> None:
    for stage, action in FALLS.items():
        survey = next(survey for survey in shop.surveys if survey.stage == stage)
        random = Random(stage)
        answers = [_body(random.choice([2, 4, 5, 6, 8, 9]), reasons=survey.reasons[:1]) for _ in range(250)]
        _send(shop, survey.key, answers)
        incident = _wait(partial(_incidents, shop, stage), f"the incident of {stage}")[0]["id"]
        body = {"outcome": "fixed", "note": "The index of the search was a week old."}
        given = {"json": body} if action == "resolve" else {}
        shop.call("alerts", "POST", f"/v1/incidents/{incident}/{action}", **given)


def _action(shop: Demo) -> None:
    """An improvement of three weeks ago, measured against a stage that was left alone."""
    action = {
        "journey": "shop",
        "stage": "checkout",
        "metric": "nps",
        "audience": "customer",
        "title": "Card refusals say why",
        "description": "The payment page names what the bank answered, and what to try next.",
        "owner": "ben",
        "started_on": (shop.anchor - timedelta(days=21)).isoformat(),
        "control": {"stages": ["discovery"]},
    }
    shop.call("alerts", "PUT", "/v1/actions/card-refusals", json=action)


def _measure(shop: Demo) -> None:
    """Carts are paid quickly, whatever customers say."""
    path, random = "/v1/measures/shop/checkout/time-to-pay", Random(5)
    measure = {"name": "Time to pay", "unit": "s", "direction": "down", "target": 90}
    shop.call("aggregator", "PUT", path, json=measure)
    days = [(shop.anchor - timedelta(days=ago)).isoformat() for ago in range(40)]
    shop.call(
        "aggregator",
        "POST",
        f"{path}/values",
        json=[{"day": day, "value": 70 + random.randint(-9, 9)} for day in days],
    )


def _review(shop: Demo) -> None:
    """When the shop's review is sent, and what was decided at the last one."""
    schedule = {"weekday": "monday", "hour": 9, "to": ["ben"]}
    shop.call("alerts", "PUT", "/v1/reviews/shop/schedule", json=schedule)
    decision = {
        "text": "Call the courier about the depot in the north",
        "owner": "ben",
        "due_on": "2026-01-09",
    }
    shop.call("alerts", "POST", "/v1/reviews/shop/decisions", json=decision)


def _hotel(shop: Demo, stack: Stack) -> None:
    stages = [
        {"key": key, "name": key.capitalize(), "touchpoints": [{"key": key, "name": key.capitalize()}]}
        for key in STAGES
    ]
    journey = {"name": "Hotel stay", "owner": "dana", "segments": ["country"], "stages": stages}
    shop.call("survey", "PUT", "/v1/journeys/hotel", json=journey)
    for stage in STAGES:
        survey = {
            "journey": "hotel",
            "stage": stage,
            "touchpoint": stage,
            "metric": "csat",
            "audience": "customer",
            "status": "live",
            "question": {"en": f"How satisfied were you with {stage}?"},
        }
        shop.call("survey", "PUT", f"/v1/surveys/hotel-{stage}", json=survey)
    random = Random(7)
    for stage, count in (
        ("booking", LEARNING),
        ("arrival", SMALL),
        ("breakfast", SMALL),
        ("departure", SMALL),
    ):
        _send(shop, f"hotel-{stage}", [_body(random.choice([3, 4, 4, 5, 5])) for _ in range(count)])
    until = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    silence = {"journey": "hotel", "stage": "breakfast", "from": datetime.now(UTC).isoformat(), "to": until}
    shop.call(
        "alerts", "PUT", "/v1/silences/kitchen", json=silence | {"why": "The kitchen is being rebuilt."}
    )
    _wait(lambda: _scored(shop) == LEARNING + 3 * SMALL, "the hotel's answers to be scored")
    _silence(stack, "hotel/departure")
    _wait(
        lambda: "hotel/departure" in _stale(stack),
        "the relay's next beat, which tells that Departure is stale",
    )


def _silence(stack: Stack, key: str) -> None:
    """Make a stage stale, as if it had answered 40 times a day until days ago: that cannot be waited for."""
    with stack.connect() as conn, conn.transaction():
        conn.execute(
            """UPDATE alerts.arrival SET quiet_seconds = %s * 86400, first_at = now() - interval '60 days',
                      last_at = now() - %s * interval '1 day' WHERE key = %s""",
            [SILENT_SINCE_DAYS, SILENT_SINCE_DAYS, key],
        )
        conn.execute("DELETE FROM alerts.arrival_day WHERE key = %s", [key])
        conn.execute(
            """INSERT INTO alerts.arrival_day (key, survey, day, n, longest_seconds)
               SELECT key, survey, last_at::date - ago, 40, 3600 FROM alerts.arrival, generate_series(0, 27) AS ago
               WHERE key = %s""",
            [key],
        )


def open_incident(stack: Stack) -> str:
    """The demo's incident."""
    with stack.connect() as conn:
        row = conn.execute(
            "SELECT id FROM alerts.incident WHERE stage = 'delivery' ORDER BY opened_at"
        ).fetchone()
    assert row is not None
    return str(row["id"])


def _stale(stack: Stack) -> list[str]:
    with stack.connect() as conn:
        return [str(row["key"]) for row in conn.execute("SELECT key FROM alerts.stale")]


def _incidents(shop: Demo, stage: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.call(
        "alerts", "GET", "/v1/incidents", params={"state": "open", "journey": "shop", "stage": stage}
    ).json()["items"]
    return found


def _scored(shop: Demo) -> int:
    query = {"journey": "hotel", "by": "journey", "window": "28d"}
    items = shop.call("aggregator", "GET", "/v1/scores", params=query).json()["items"]
    return sum(item["n"] for item in items)


def _send(shop: Demo, survey: str, answers: list[dict[str, Any]]) -> None:
    items = [answer | {"survey": survey} for answer in answers]
    shop.call("survey", "POST", "/v1/responses/batch", json=items)


def _body(score: int, reasons: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"id": str(uuid4()), "score": score, "reasons": list(reasons), "lang": "en"}


def _wait(condition: Callable[[], Any], what: str, seconds: float = 90) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise Failed(f"Waited too long for {what}.")
        time.sleep(0.3)
    return found


def wait_until_late(stack: Stack) -> None:
    """Wait until the scores say that they are behind: two minutes after their consumer was stopped."""
    headers = {"Authorization": f"Bearer {stack.environment['ADMIN_KEY']}"}
    address = f"{stack.url('aggregator')}/v1/freshness"
    _wait(lambda: requests.get(address, headers=headers, timeout=10).json()["late"], "late scores", 240)
