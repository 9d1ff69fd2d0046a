"""By which channel and in which language an answer came, as it may leave this service: whatever a client wrote
there, no person is named. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

# The words for channels that events carry; a name of one's own is `other` there.
KNOWN = frozenset(
    (
        *(
            "api",
            "app",
            "chat",
            "check",
            "email",
            "import",
            "kiosk",
            "link",
            "mail",
            "page",
            "paper",
            "phone",
        ),
        *("print", "qr", "recovery", "sms", "store", "till", "web", "widget"),
    )
)
OTHER = "other"
# So many answers must have come by a channel of one's own before its name is told to the other services.
FEWEST = 5
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_](?:[A-Za-z]{4}[-_])?([A-Za-z]{2}|[0-9]{3})\b)?(?![A-Za-z])")


def channel_told(channel: str | None) -> str | None:
    """The channel as an event carries it."""
    return channel if channel is None or channel in KNOWN else OTHER


def language_told(lang: str | None) -> str | None:
    """Language and region (`pt-BR`, of `pt-Latn-BR-x-ana` too); None where it is no such tag."""
    found = _LANGUAGE.match(lang or "")
    return "-".join(part for part in found.groups() if part) if found else None


def rare(channels: Iterable[tuple[str | None, int]]) -> set[str]:
    """Of (channel, answers): the names of one's own that too few answers bear to be told."""
    counts: Counter[str] = Counter()
    for channel, answers in channels:
        if channel:
            counts[channel] += answers
    return {channel for channel, answers in counts.items() if channel not in KNOWN and answers < FEWEST}
