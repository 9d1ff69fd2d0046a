"""From the records of one poll to a batch: decoded, duplicates and gaps taken out, the unreadable set aside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import structlog

from shared import events, positions
from shared.dead_letters import DeadLetter, StopRule

log = structlog.get_logger()


@dataclass
class Batch:
    """What one transaction applies. `responses` holds only new events, in order per key."""

    responses: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    journeys: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    heartbeats: list[dict[str, Any]] = field(default_factory=list)
    follow_ups: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Counts:
    """What this process did since it started; shown in its status line."""

    applied: int = 0
    duplicates: int = 0
    gaps: int = 0
    dead: int = 0


# A record of survey.responses with its place in its key: key, sequence, and an event or the reason why it is none.
# A plain tuple, because one is made for each event: this and `Reader` set the speed of the loop.
Numbered = tuple[str, int, tuple[str, dict[str, Any]] | None, DeadLetter | None]


class Reader:
    """Decodes the records of one poll; what can never be read becomes a dead letter and is told to the stop rule."""

    def __init__(self, rule: StopRule) -> None:
        self.rule = rule
        self.numbered: list[Numbered] = []
        self.letters: list[DeadLetter] = []

    def responses(self, records: list[Any]) -> None:
        good, add = 0, self.numbered.append
        for record in records:
            try:
                kind, data = events.decode_response(record.value)
                key = f"{data['journey']}/{data['stage']}"
                if record.key != key.encode():
                    raise events.Invalid(f"key {record.key!r} is not the event's journey/stage")
            except events.Invalid as error:
                self.rule.good(good)
                good = 0
                self._dead(events.RESPONSES, record, error)
            else:
                good += 1
                add((key, data["sequence"], (kind, data), None))
        self.rule.good(good)

    def others(self, name: str, records: list[Any], batch: Batch) -> None:
        for record in records:
            try:
                if name == events.JOURNEYS:
                    batch.journeys.append(events.decode_journey(record.value))
                elif name == events.FOLLOW_UPS:
                    batch.follow_ups.append(events.decode_follow_up(record.value))
                else:
                    batch.heartbeats.append(events.decode_heartbeat(record.value))
                self.rule.good(1)
            except events.Invalid as error:
                self._dead(name, record, error)

    def _dead(self, name: str, record: Any, error: events.Invalid) -> None:
        self.rule.bad()
        key = record.key.decode("utf-8", "replace") if record.key else None
        sequence = _header_sequence(record)
        letter = DeadLetter(name, record.partition, record.offset, key, sequence, str(error), record.value)
        if name == events.RESPONSES and key is not None and sequence is not None:
            self.numbered.append((key, sequence, None, letter))
        else:
            self.letters.append(letter)


def admit(
    numbered: list[Numbered], locked: dict[str, positions.Position], batch: Batch, counts: Counts
) -> list[DeadLetter]:
    """Put the new events into `batch`, in order; the dead letters that consumed their sequence are returned."""
    letters = []
    for key, sequence, event, letter in numbered:
        position = locked[key]
        if position.admit(sequence):
            counts.applied += 1
            if event is not None:
                batch.responses.append(event)
            elif letter is not None:
                position.skipped += 1
                letters.append(letter)
        elif sequence <= position.last_sequence:
            counts.duplicates += 1
        else:
            counts.gaps += 1
            log.error("gap", key=key, have=position.last_sequence, got=sequence)
    return letters


def _header_sequence(record: Any) -> int | None:
    text = dict(record.headers).get("sequence", b"").decode("ascii", "replace")
    return int(text) if text.isdecimal() else None
