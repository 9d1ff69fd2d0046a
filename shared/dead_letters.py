"""Events that can never be processed: kept in the receiver's own transaction, then sent to `<topic>.dead`."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from shared.db import Connection

IN_A_ROW = 100
WINDOW = 1000
SHARE = 0.05


class TooManyDeadLetters(Exception):
    """The stop rule: 100 bad events in a row, or 5 % of the last 1 000. Something upstream is broken."""


@dataclass(frozen=True)
class DeadLetter:
    """The original event and why it died. `sequence` is the one it consumed, None where it could not be told."""

    topic: str
    partition: int
    offset: int
    key: str | None
    sequence: int | None
    reason: str
    value: bytes | None

    def message(self) -> bytes:
        """What goes to the dead topic: the reason and place as JSON, the original bytes as text (latin-1)."""
        return orjson.dumps(
            {
                "reason": self.reason,
                "topic": self.topic,
                "partition": self.partition,
                "offset": self.offset,
                "key": self.key,
                "sequence": self.sequence,
                "value": None if self.value is None else self.value.decode("latin-1"),
            }
        )


class StopRule:
    """Watches the good and the bad; `bad` raises TooManyDeadLetters before anything of the batch is committed."""

    def __init__(self) -> None:
        self._seen = 0
        self._row = 0
        self._bad: deque[int] = deque()

    def good(self, count: int) -> None:
        """`count` good events came."""
        self._seen += count
        self._row = 0 if count else self._row

    def bad(self) -> None:
        """A bad event came."""
        self._seen += 1
        self._row += 1
        self._bad.append(self._seen)
        while self._bad[0] <= self._seen - WINDOW:
            self._bad.popleft()
        if self._row >= IN_A_ROW:
            raise TooManyDeadLetters(f"{IN_A_ROW} bad events in a row")
        if self._seen >= WINDOW and len(self._bad) > SHARE * WINDOW:
            raise TooManyDeadLetters(f"more than {SHARE:.0%} of the last {WINDOW} events were bad")


def keep(conn: Connection, letters: Sequence[DeadLetter]) -> None:
    """Store dead letters; one that is already kept (the same event delivered again) is left alone."""
    with conn.cursor() as cursor:
        cursor.executemany(
            """INSERT INTO dead_letter (topic, partition, kafka_offset, key, sequence, reason, value)
               VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
            [(x.topic, x.partition, x.offset, x.key, x.sequence, x.reason, x.value) for x in letters],
        )


def consumed(conn: Connection, topic: str) -> list[tuple[str, int]]:
    """(key, sequence) of each event of `topic` that was kept here instead of being applied."""
    rows = conn.execute(
        "SELECT key, sequence FROM dead_letter WHERE topic = %s AND key IS NOT NULL AND sequence IS NOT NULL",
        [topic],
    )
    return [(row["key"], row["sequence"]) for row in rows]


def send_waiting(conn: Connection, send: Callable[[DeadLetter], None]) -> int:
    """Send those not yet sent (`send` returns once the broker has it), then mark them; the number sent."""
    with conn.transaction():
        rows = conn.execute(
            """SELECT id, topic, partition, kafka_offset AS "offset", key, sequence, reason, value
               FROM dead_letter WHERE sent_at IS NULL ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED"""
        ).fetchall()
        ids = [row.pop("id") for row in rows]
        for row in rows:
            send(DeadLetter(**row))
        conn.execute("UPDATE dead_letter SET sent_at = now() WHERE id = ANY(%s)", [ids])
    return len(ids)


def any_waiting(conn: Connection) -> bool:
    """Whether a dead letter is kept that the dead topic has not yet."""
    return conn.execute("SELECT 1 FROM dead_letter WHERE sent_at IS NULL LIMIT 1").fetchone() is not None


def summary(conn: Connection, topic: str) -> dict[str, Any]:
    """Of `topic`: how many are kept, how many of them the dead topic lacks, and when and why the last one died."""
    row = conn.execute(
        """SELECT count(*)::int AS kept, (count(*) FILTER (WHERE sent_at IS NULL))::int AS unsent,
                  max(died_at) AS last_at,
                  (SELECT reason FROM dead_letter WHERE topic = %(topic)s ORDER BY id DESC LIMIT 1) AS last_reason
           FROM dead_letter WHERE topic = %(topic)s""",
        {"topic": topic},
    ).fetchone()
    assert row is not None
    return row
