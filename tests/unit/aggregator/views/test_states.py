"""States as pages show them: never healthy while answers are late or alerts is away."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.aggregator.views.states import State, Watching, by_place, shown

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))
PLACE = ("shop", "delivery", "nps", "customer")


def item(state: str | None, **more: Any) -> dict[str, Any]:
    facts = {"journey": "shop", "stage": "delivery", "metric": "nps", "audience": "customer", "muted": None}
    return facts | {"state": state, "since": "2026-11-12T23:30:00Z", "answers": 1212, "answers_needed": 400,
                    "answers_seen": 212, "expected": 40.4, "late": False} | more  # fmt: skip


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (item("ok"), State("ok")),
        (item("degraded"), State("degraded", "since Fri 13 Nov")),
        (item("learning", answers=212), State("learning", "212 of 400 answers")),
        (item("learning", answers=0), State("learning", "0 of 400 answers; 212 are too new to count")),
        (item("stale"), State("stale", "none since Fri 13 Nov, 40 expected")),
        (item("silenced", muted="degraded"), State("silenced", "would be degraded")),
        (item("silenced", muted="ok"), State("silenced")),
        (item(None), State(None)),
    ],
)
def test_what_is_shown_of_each_state(found: dict[str, Any], says: State) -> None:
    assert shown(found, late=False, seen_from=NOW) == says


@pytest.mark.parametrize("state", ["ok", "degraded", "learning", "stale", "silenced", None])
def test_late_answers_leave_nothing_healthy(state: str | None) -> None:
    found = shown(item(state), late=True, seen_from=NOW)
    assert found.name != "ok"
    assert state == "ok" or found.name == state


def watching(*items: dict[str, Any]) -> Watching:
    return Watching(by_place(list(items)), NOW)


def test_either_service_may_be_late() -> None:
    assert watching(item("ok")).of(PLACE, asked=True, late=False) == State("ok")
    assert watching(item("ok")).of(PLACE, asked=True, late=True).name == "unknown"
    assert watching(item("ok", late=True)).of(PLACE, asked=True, late=False).name == "unknown"


def test_alerts_away_leaves_every_state_unknown() -> None:
    assert Watching(None, NOW).of(PLACE, asked=True, late=False).name == "unknown"


def test_a_question_nobody_answered_yet_is_learned() -> None:
    assert watching().of(PLACE, asked=True, late=False) == State("learning", "no answers yet")
    assert watching().of(PLACE, asked=False, late=False) == State(None)
