"""Dead letters on the page `/status`: what the receivers say of theirs in; troubles and rows of a table out. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from shared.events import parse_time

BACK = "Once the reason is mended, journeyloop redrive --all counts each exactly once."
STOPPED = "Nothing is lost. Mend the reason, or let them become dead letters: journeyloop dead-letters let-pass {} 1000"


class Unread(NamedTuple):
    """The dead letters of one receiver. foreign: messages that were no events of ours, so that nothing is missing."""

    service: str
    missing: int
    redriven: int
    foreign: int
    last_at: datetime | None
    last_reason: str


def unread(told: Mapping[str, Mapping[str, Any]]) -> list[Unread]:
    """A row for each service that has dead letters. told: service → its `dead_letters`."""
    rows = []
    for service, letters in told.items():
        missing, back = letters.get("missing", letters["kept"]), letters.get("redriven", 0)
        at = letters.get("last_at")
        rows.append(
            Unread(
                service,
                missing,
                back,
                letters["kept"] - missing - back,
                parse_time(at) if at else None,
                letters.get("last_reason") or "",
            )
        )
    return [row for row in rows if row.missing or row.redriven or row.foreign]


def troubles(rows: list[Unread], names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(what is wrong, what to do) where something is missing. names: service → what lacks it."""
    for row in rows:
        if row.missing:
            many = f"{row.missing:,} {'answer' if row.missing == 1 else 'answers'}"
            yield (
                f"{many} could not be read on the way to {names[row.service]}.",
                f"The last: {row.last_reason}. {BACK}",
            )


def stopped(service: str, said: str) -> tuple[str, str]:
    """(what is wrong, what to do) where the stop rule ended a consumer, which said why."""
    return f"The consumer of the {service} service stopped: {said}.", STOPPED.format(service)
