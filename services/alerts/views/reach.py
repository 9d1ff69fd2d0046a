"""Whether messages arrive: what the last attempts say of a channel, and of an owner. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.events import isoformat
from shared.wording import clean

# So many failures in a row are no hiccup: the third attempt comes five minutes after the first.
ENOUGH_FAILURES = 3


@dataclass(frozen=True)
class Try:
    """One finished attempt: `given_up` where its message was not tried again."""

    at: datetime
    sent: bool
    detail: str
    given_up: bool = False


@dataclass(frozen=True)
class Reach:
    """Of one channel: its last attempt (None: nothing was sent there yet), and since when nothing arrives there."""

    last: Try | None
    failing_since: datetime | None

    @property
    def detail(self) -> str:
        """What came of the last attempt, as a sentence."""
        return self.last.detail if self.last else ""


def of_channel(tries: Sequence[Try]) -> Reach:
    """What attempts say, newest first. Failing is a message given up, or several failures in a row."""
    failures = []
    for one in tries:
        if one.sent:
            break
        failures.append(one)
    failing = any(one.given_up for one in failures) or len(failures) >= ENOUGH_FAILURES
    return Reach(tries[0] if tries else None, failures[-1].at if failing else None)


def unreachable(name: str, channels: Sequence[Reach], zone: ZoneInfo) -> dict[str, Any] | None:
    """{since, in_words} where no channel reaches the owner any more; None while one does, or none was tried."""
    failing = [one.failing_since for one in channels if one.failing_since]
    if not channels or len(failing) < len(channels):
        return None
    since = max(failing)
    details = " ".join(dict.fromkeys(one.detail for one in channels if one.detail))
    words = f"{clean(name)} has not been reached since {when(since, zone)}. {details}".rstrip()
    return {"since": isoformat(since), "in_words": words}


def when(at: datetime, zone: ZoneInfo) -> str:
    """Tue 18 Nov 2026, 14:02 CET."""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}"
