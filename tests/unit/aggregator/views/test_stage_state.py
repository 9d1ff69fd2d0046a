"""The sentence about a stage: each state in words, and never healthy where nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.aggregator.views.stage_state import Status, Told, status
from shared.freshness import Freshness

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
FRESH = Freshness(NOW, NOW, False, None, (), True)
LATE = Freshness(NOW, NOW - timedelta(minutes=12), True, "The consumer is away.", (), True)
INCIDENT = {
    "id": "7F3K", "drop": 19, "cause": None, "since": {"score": 21.6}, "acknowledged_by": None,
}  # fmt: skip


def detector(state: str | None, **given: Any) -> dict[str, Any]:
    known = {
        "state": state,
        "muted": None,
        "silenced": None,
        "late": False,
        "since": "2026-11-12T23:30:00Z",  # the 13th in Berlin
        "answers": 17_240,
        "answers_seen": 18_000,
        "answers_needed": 400,
        "expected": 39.7,
        "baseline": {"score": 41.2},
    }
    return known | given


def told(found: dict[str, Any] | None, incident: dict[str, Any] | None = None, **more: Any) -> Status:
    fresh, asked = more.get("fresh", FRESH), more.get("asked", True)
    return status("nps", Told(more.get("failure"), found, incident), fresh, ZONE, asked)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (detector("ok"), Status("ok", "No lasting drop. Usually 41.")),
        (
            detector("learning", answers=212, answers_seen=212),
            Status("learning", "212 of 400 answers. Until then no drop is noticed here."),
        ),
        (
            detector("learning", answers=0, answers_seen=9),
            Status(
                "learning",
                "0 of 400 answers old enough to learn from; 9 came so far. Until then no drop is noticed here.",
            ),
        ),
        (detector("stale"), Status("stale", "No answers since Fri 13 Nov; about 40 were expected.")),
        (detector(None), Status(None, "Its detector is switched off: no drop is noticed here.")),
        (
            detector("silenced", muted="stale", silenced="kitchen"),
            Status(
                "silenced",
                "Nobody is told while this lasts. No answers since Fri 13 Nov; about 40 were expected.",
                silence="kitchen",
            ),
        ),
    ],
)
def test_each_state_in_words(found: dict[str, Any], expected: Status) -> None:
    assert told(found) == expected


def test_new_questions_are_learned_about_too() -> None:
    assert "questions are new" in told(detector("learning", answers=400, answers_seen=400)).sentence


def test_degraded_says_how_far_since_when_and_who_works_on_it() -> None:
    found = told(detector("degraded"), INCIDENT)
    assert found.sentence == "NPS down 19 to 22 since Fri 13 Nov. Nobody has acknowledged it yet."
    assert found.incident == "7F3K"
    assert (
        "Ana is working on it." in told(detector("degraded"), INCIDENT | {"acknowledged_by": "Ana"}).sentence
    )
    assert told(detector("degraded")).sentence == "NPS is clearly lower since Fri 13 Nov."


def test_what_a_silence_hides_can_still_be_opened() -> None:
    found = told(detector("silenced", muted="degraded", silenced="kitchen"), INCIDENT)
    assert (found.state, found.incident, found.silence) == ("silenced", "7F3K", "kitchen")


@pytest.mark.parametrize(
    "late",
    [{"fresh": LATE}, {"found": detector("ok", late=True)}, {"found": {**detector("ok"), "late": True}}],
)
def test_it_is_never_healthy_while_answers_are_late(late: dict[str, Any]) -> None:
    found = told(late.get("found", detector("ok")), fresh=late.get("fresh", FRESH))
    assert found.state == "unknown"
    assert "When last looked at, there was no lasting drop." in found.sentence


def test_a_drop_stays_one_while_answers_are_late() -> None:
    assert told(detector("degraded"), INCIDENT, fresh=LATE).state == "degraded"


def test_nobody_knows_while_alerts_is_away() -> None:
    assert told(None, failure="does not answer").state == "unknown"


def test_nobody_watches_where_nobody_is_asked() -> None:
    assert told(None, asked=False) == Status(None, "No live survey asks here.")
    assert told(None, asked=True) == Status("learning", "No answers yet.")
