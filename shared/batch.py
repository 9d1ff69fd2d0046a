"""From the records of one poll to a batch: decoded, duplicates and gaps taken out, the unreadable set aside."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import structlog

from shared import events, positions
from shared.dead_letters import MAX_KEY, MAX_REASON, DeadLetter, storable
from shared.stop_rule import Verdicts, verdicts_of

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
# The key of a record that has no place in the log.
NOWHERE = ""

_KEY = re.compile(rb"[a-z0-9-]{1,63}/[a-z0-9-]{1,63}")
# A sequence of 63 bits, without the longest of which one could not say so by their length.
_NUMBER = re.compile(rb"[1-9][0-9]{0,17}")


class Reader:
    """Decodes the records of one poll; what can never be read becomes a dead letter.

    numbered: those of survey.responses in order; `letters`: all that have no place in its log; `told`: the good (None)
    and the bad of each other topic.
    """

    def __init__(self) -> None:
        self.numbered: list[Numbered] = []
        self.letters: list[DeadLetter] = []
        self.told: dict[str, list[DeadLetter | None]] = {}

    def responses(self, records: list[Any]) -> None:
        add, ours = self.numbered.append, set[bytes]()
        for record in records:
            try:
                kind, data = events.decode_response(record.value)
                key = f"{data['journey']}/{data['stage']}"
                if record.key not in ours and is_place(record.key):
                    ours.add(record.key)
                if record.key not in ours or record.key != key.encode():
                    raise events.Invalid(f"key {record.key!r} is not the event's journey/stage")
            except events.Invalid as error:
                letter = _dead(events.RESPONSES, record, error)
                if letter.sequence is None:
                    self.letters.append(letter)
                add(
                    (
                        letter.key if letter.key and letter.sequence else NOWHERE,
                        letter.sequence or 0,
                        None,
                        letter,
                    )
                )
            else:
                add((key, data["sequence"], (kind, data), None))

    def others(self, name: str, records: list[Any], batch: Batch) -> None:
        told = self.told.setdefault(name, [])
        for record in records:
            try:
                if name == events.JOURNEYS:
                    batch.journeys.append(events.decode_journey(record.value))
                elif name == events.FOLLOW_UPS:
                    batch.follow_ups.append(events.decode_follow_up(record.value))
                else:
                    batch.heartbeats.append(events.decode_heartbeat(record.value))
                told.append(None)
            except events.Invalid as error:
                told.append(letter := _dead(name, record, error))
                self.letters.append(letter)

    def verdicts(self, name: str, fresh: set[DeadLetter]) -> Verdicts:
        """What the stop rule hears of a topic other than survey.responses: of the bad only those not kept before."""
        told = self.told.get(name, ())
        return verdicts_of(letter is None for letter in told if letter is None or letter in fresh)


def admit(
    numbered: list[Numbered],
    locked: dict[str, positions.Position],
    batch: Batch,
    counts: Counts,
    fresh: set[DeadLetter],
) -> tuple[list[DeadLetter], Verdicts]:
    """Put the new events into `batch`, in order: the dead letters that consumed their sequence, and how good it was.

    fresh: the letters without a place that were not kept before. What came before counts for nothing.
    """
    letters, verdicts, good = [], Verdicts(), 0
    for key, sequence, event, letter in numbered:
        position = locked.get(key)
        if position is None:
            bad = letter in fresh
        elif position.admit(sequence):
            counts.applied += 1
            bad = letter is not None
            if event is not None:
                good += 1
                batch.responses.append(event)
            elif letter is not None:
                position.skipped += 1
                letters.append(letter)
        elif sequence <= position.last_sequence:
            counts.duplicates += 1
            continue
        else:
            counts.gaps += 1
            log.error("gap", key=key, have=position.last_sequence, got=sequence)
            continue
        if bad:
            verdicts.good(good)
            verdicts.bad()
            good = 0
    verdicts.good(good)
    return letters, verdicts


def _dead(name: str, record: Any, error: events.Invalid) -> DeadLetter:
    """The letter of a record; only under a key of ours a sequence is one of ours."""
    key = record.key.decode("utf-8", "replace") if record.key else None
    sequence = _header_sequence(record)
    if name == events.RESPONSES and not is_place(record.key):
        sequence = None
    return DeadLetter(
        name,
        record.partition,
        record.offset,
        None if key is None else storable(key, MAX_KEY),
        sequence,
        storable(str(error), MAX_REASON),
        record.value,
    )


def is_place(key: bytes | None) -> bool:
    """Whether a record's key can be a journey/stage."""
    return key is not None and _KEY.fullmatch(key) is not None


def _header_sequence(record: Any) -> int | None:
    text = dict(record.headers).get("sequence") or b""
    return int(text) if _NUMBER.fullmatch(text) else None
