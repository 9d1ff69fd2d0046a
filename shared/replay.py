"""The permanent log once more, as a receiver gets it from Kafka: what a rebuild is made of.

An event goes through the very bytes and checks it went through live. What the receiver put into its dead letters stays
there, unless it was redriven.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from shared import dead_letters, events, log, outbox, positions
from shared.db import Connection
from shared.dead_letters import DeadLetter
from shared.positions import Position

EVENTS_AT_ONCE = 5000
NO_PARTITION = -1


class LogIncomplete(Exception):
    """The log lacks an event that the receiver has had: to rebuild from it would lose answers."""


@dataclass(frozen=True)
class Span:
    """One key's part of the log: its events 1 … last, without the `dead` ones."""

    key: str
    last: int
    dead: Collection[int] = ()


@dataclass
class Part:
    """Some consecutive events of one key, decoded; `letters` are those that turned out to be unreadable."""

    responses: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    letters: list[DeadLetter] = field(default_factory=list)
    sequences: int = 0


@dataclass(frozen=True)
class Table:
    """A rebuilt table: its rows, and whether it holds what it held before, bit for bit."""

    rows: int
    same: bool


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild did. `moved`: the keys whose position was lost or behind, and where it is now.

    `remarks` are sentences about what is not as it should be.
    """

    events: int
    tables: dict[str, Table]
    moved: dict[str, int]
    decisions: int = 0
    remarks: tuple[str, ...] = ()


class Progress(Protocol):
    """Is told how many events there are, and then how many more were replayed."""

    def begin(self, events: int) -> None: ...

    def add(self, events: int) -> None: ...


def spans(lasts: dict[str, int], died: Iterable[tuple[str, int]]) -> list[Span]:
    """The part of the log of each key up to its last sequence, in order of key, without what `died`."""
    dead: dict[str, set[int]] = {}
    for key, sequence in died:
        dead.setdefault(key, set()).add(sequence)
    return [Span(key, last, dead.get(key, ())) for key, last in sorted(lasts.items())]


def parts(conn: Connection, span: Span) -> Iterator[Part]:
    """The events of `span`, some thousand at a time. `conn`: of the service whose log it is, in a transaction.

    Raises LogIncomplete where one is missing.
    """
    part, last = Part(), 0
    for row in log.replay(conn, events.RESPONSES, span.key, last=span.last):
        if row["sequence"] != last + 1:
            break
        last += 1
        if last not in span.dead:
            _decode(row | {"topic": events.RESPONSES, "key": span.key}, part)
        part.sequences += 1
        if part.sequences == EVENTS_AT_ONCE:
            yield part
            part = Part()
    if last != span.last:
        raise LogIncomplete(
            f"the log of {span.key} lacks event {last + 1}, which was received: nothing is changed"
        )
    yield part


def maps(conn: Connection) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """What the log says of each journey, journey by journey."""
    for key in sorted(outbox.last_sequences(conn, events.JOURNEYS)):
        rows = log.replay(conn, events.JOURNEYS, key)
        yield [(events.JOURNEY_TYPES[row["type"]], row["data"]) for row in rows]


def settle(conn: Connection, moved: dict[str, int]) -> None:
    """Put positions to where a rebuild brought them; the dead letters kept up to there are what it skipped."""
    if not moved:
        return
    died = dead_letters.missing(conn, events.RESPONSES)
    placed: list[Position] = []
    for key, position in positions.lock(conn, moved).items():
        position.last_sequence = moved[key]
        position.skipped = sum(name == key and number <= moved[key] for name, number in died)
        if position.gap_sequence is not None and position.gap_sequence <= position.last_sequence:
            position.gap_sequence = None
        placed.append(position)
    positions.save(conn, placed)


def compared(before: dict[str, tuple[int, str]], after: dict[str, tuple[int, str]]) -> dict[str, Table]:
    """What became of each table, from its fingerprints."""
    return {name: Table(after[name][0], after[name] == before[name]) for name in after}


def _decode(row: dict[str, Any], part: Part) -> None:
    value = outbox.event(row)
    try:
        part.responses.append(events.decode_response(value))
    except events.Invalid as error:
        sequence = row["sequence"]
        part.letters.append(
            DeadLetter(events.RESPONSES, NO_PARTITION, sequence, row["key"], sequence, str(error), value)
        )
