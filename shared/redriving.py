"""Dead letters of `survey.responses` once more: the event as the log has it, applied exactly once (ADR 0026).

The bytes that died are evidence only. What counts is the log, so an event that was damaged on its way comes back whole,
and one that a stranger's message pushed aside comes back as itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from shared import dead_letters, events, log, outbox, positions
from shared.db import Connection

AT_ONCE = 500

# Takes events (kind, data) into a receiver's tables, in the caller's transaction.
BringBack = Callable[[Connection, Sequence[tuple[str, dict[str, Any]]]], None]


class Redriven(NamedTuple):
    """What became of one dead letter. reason: why it is still missing; None: it was brought back."""

    event: str
    reason: str | None


def redrive(
    conn: Connection, source: Connection, letters: Iterable[dead_letters.Kept], bring_back: BringBack
) -> list[Redriven]:
    """Bring back those of `letters` that are still missing, in the caller's transaction; the others are left out.

    `conn`: of the receiver, `source`: of the service whose log it is. Consumers may run: of the keys at hand they wait.
    """
    letters = list(letters)
    locked = positions.lock(conn, {letter.key for letter in letters if letter.key})
    claimed = dead_letters.claim(conn, [letter.id for letter in letters])
    logged = log.at(source, events.RESPONSES, [(letter.key, letter.sequence) for letter in claimed])
    found, good, back = [], [], []
    for letter in claimed:
        row = logged.get((letter.key, letter.sequence))
        event, reason = _read(None if row is None else outbox.event(row), letter.key)
        if event is not None:
            good.append(event)
            back.append(letter)
            locked[letter.key].skipped = max(0, locked[letter.key].skipped - 1)
        found.append(Redriven(letter.event, reason))
    bring_back(conn, good)
    dead_letters.mark_redriven(conn, [letter.id for letter in back])
    positions.save(conn, locked.values())
    return found


def _read(value: bytes | None, key: str) -> tuple[tuple[str, dict[str, Any]] | None, str | None]:
    """(kind, data) and None, or None and why there is none."""
    if value is None:
        return None, "the log has no such event"
    try:
        kind, data = events.decode_response(value)
    except events.Invalid as error:
        return None, str(error)
    if f"{data['journey']}/{data['stage']}" != key:
        return None, "its key is not its journey/stage"
    return (kind, data), None
