"""When a notification is sent, merged with others, tried again, or given up. Pure; the clock is an argument."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

# Waits before the 1st, 2nd … attempt, as Standard Webhooks proposes; every channel keeps them.
_SECONDS = (0, 5, 5 * 60, 30 * 60, *(hours * 3_600 for hours in (2, 5, 10, 14, 20, 24)))
DELAYS = tuple(timedelta(seconds=seconds) for seconds in _SECONDS)
MERGE_WINDOW = timedelta(minutes=2)
# How long a claimed notification is out of the other processes' reach; every channel gives up well before.
LEASE = timedelta(seconds=30)
# Attempts whose process died do not advance the schedule, but a message that kills its sender must end too.
MOST_ATTEMPTS = 30
# Where an owner names somebody to escalate to, but no time.
ESCALATE_AFTER_HOURS = 24.0


def plan(now: datetime, latest: datetime | None) -> datetime:
    """When a new message goes, `latest` being the plan of the last one of the same owner and journey.

    The first goes at once. What follows within the merge window waits for the window's end and goes as one.
    """
    if latest is None or latest + MERGE_WINDOW <= now:
        return now
    return latest if latest > now else latest + MERGE_WINDOW


def next_try(failures: int, failed_at: datetime) -> datetime | None:
    """When to try again after the `failures`-th failed attempt; None when the message has failed for good."""
    return failed_at + DELAYS[failures] if failures < len(DELAYS) else None


def escalates_at(owner: Mapping[str, Any] | None, told_at: datetime) -> datetime | None:
    """When an incident told to `owner` (the document) goes to escalate_to unless acknowledged; None for never."""
    if not owner or not owner.get("escalate_to"):
        return None
    return told_at + timedelta(hours=owner.get("escalate_after_hours") or ESCALATE_AFTER_HOURS)


def repeats_at(owner: Mapping[str, Any] | None, told_at: datetime) -> datetime | None:
    """When `owner` is reminded of an incident told at `told_at` unless acknowledged; None for never.

    However few hours were asked for, at least the merge window lies between two reminders.
    """
    hours = owner and owner.get("repeat_hours")
    return told_at + max(timedelta(hours=hours), MERGE_WINDOW) if hours else None
