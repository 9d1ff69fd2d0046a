"""When a channel fails and an owner is out of reach."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from services.alerts.views.reach import Reach, Try, of_channel, unreachable

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
REVOKED = "Slack answered 404: the webhook was revoked or is mistyped."


def attempt(hours: float, *, sent: bool = False, given_up: bool = False) -> Try:
    return Try(NOW - timedelta(hours=hours), sent, "It arrived." if sent else REVOKED, given_up)


def test_a_channel_without_messages_says_nothing() -> None:
    assert of_channel([]) == Reach(None, None)


def test_one_or_two_failures_are_tried_again_and_no_fact_yet() -> None:
    assert of_channel([attempt(1), attempt(2)]).failing_since is None
    assert of_channel([attempt(1), attempt(2), attempt(3)]).failing_since == NOW - timedelta(hours=3)


def test_a_message_given_up_is_enough() -> None:
    assert of_channel([attempt(1, given_up=True), attempt(9, sent=True)]).failing_since == NOW - timedelta(
        hours=1
    )


def test_what_arrives_ends_it() -> None:
    assert of_channel([attempt(1, sent=True), attempt(2, given_up=True)]).failing_since is None


def test_an_owner_is_out_of_reach_once_every_channel_fails() -> None:
    fails = of_channel([attempt(2, given_up=True)])
    fails_longer = of_channel([attempt(30, given_up=True)])
    arrives, untried = of_channel([attempt(5, sent=True)]), of_channel([])
    assert unreachable("Ana", [fails, arrives], BERLIN) is None
    assert unreachable("Ana", [fails, untried], BERLIN) is None
    assert unreachable("Ana", [], BERLIN) is None
    found = unreachable("Ana", [fails, fails_longer], BERLIN)
    assert found == {
        "since": "2026-11-22T10:00:00.000000Z",
        "in_words": f"Ana has not been reached since Sun 22 Nov 2026, 11:00 CET. {REVOKED}",
    }
