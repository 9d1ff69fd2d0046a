"""Merging and retrying on a simulated clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.alerts.schedule import DELAYS, MERGE_WINDOW, escalates_at, next_try, plan, repeats_at

T0 = datetime(2026, 1, 1, tzinfo=UTC)


def planned(*seconds: int) -> list[int]:
    """When messages announced at these seconds go, for one owner and journey."""
    plans: list[datetime] = []
    for second in seconds:
        plans.append(plan(T0 + timedelta(seconds=second), max(plans, default=None)))
    return [int((at - T0).total_seconds()) for at in plans]


def test_the_first_message_goes_at_once() -> None:
    assert planned(7) == [7]


def test_what_follows_within_two_minutes_goes_together_at_their_end() -> None:
    assert planned(0, 1, 60, 119) == [0, 120, 120, 120]


def test_after_two_quiet_minutes_a_message_goes_at_once_again() -> None:
    assert planned(0, 120, 500) == [0, 120, 500]


def test_the_merged_message_begins_a_window_of_its_own() -> None:
    assert planned(0, 10, 121, 300) == [0, 120, 240, 360]


def test_the_whole_schedule_of_tries() -> None:
    at, waits = T0, []
    for failures in range(1, len(DELAYS) + 1):
        again = next_try(failures, at)
        if again is None:
            break
        waits.append(again - at)
        at = again
    hours = [timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)]
    assert waits == [timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), *hours]
    assert next_try(10, at) is None


def test_what_follows_is_as_the_owner_asked() -> None:
    owner = {"name": "Ben", "escalate_to": "ana", "escalate_after_hours": 0.5, "repeat_hours": 24}
    assert escalates_at(owner, T0) == T0 + timedelta(minutes=30)
    assert repeats_at(owner, T0) == T0 + timedelta(hours=24)


def test_nothing_follows_unasked() -> None:
    owner = {"name": "Ben", "escalate_after_hours": 4, "escalate_to": None, "repeat_hours": None}
    assert (escalates_at(owner, T0), repeats_at(owner, T0)) == (None, None)
    assert (escalates_at(None, T0), repeats_at(None, T0)) == (None, None)


def test_an_escalation_without_a_time_waits_a_day() -> None:
    assert escalates_at({"name": "Ben", "escalate_to": "ana"}, T0) == T0 + timedelta(hours=24)


def test_no_reminder_comes_more_often_than_messages_are_merged() -> None:
    assert repeats_at({"repeat_hours": 1e-9}, T0) == T0 + MERGE_WINDOW
