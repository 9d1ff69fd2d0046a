"""Events that can never be processed: kept in the receiver's own transaction, then sent to `<topic>.dead` (SQL).

What died with a place in the log (key and sequence) is missing from the receiver until it is redriven (ADR 0026); what
has none was no event of ours, and nothing is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from shared.db import Connection
from shared.events import RESPONSES

MAX_KEY, MAX_REASON = 200, 500
# A broker takes 1 MB, and a byte may become 6 in JSON: of a larger event the dead topic gets the beginning.
MAX_SENT = 100_000
SENDER_LOCK = 7402


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
        value = None if self.value is None else self.value[:MAX_SENT].decode("latin-1")
        document = {
            "reason": self.reason,
            "topic": self.topic,
            "partition": self.partition,
            "offset": self.offset,
            "key": self.key,
            "sequence": self.sequence,
            "value": value,
        }
        cut = self.value is not None and len(self.value) > MAX_SENT
        return orjson.dumps(document | ({"bytes": len(self.value or b"")} if cut else {}))


def storable(text: str, limit: int) -> str:
    """`text` as a column and an index take it: without NUL and lone surrogates, at most `limit` characters."""
    return text[:limit].replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def future(key: str, sequence: int, last: int) -> DeadLetter:
    """An event ahead of everything that the log of its key has ever given. It was not kept; its id stands for it."""
    reason = f"future sequence {sequence}: the log of {key} had come to {last}"
    return DeadLetter(RESPONSES, -1, sequence, key, None, reason, f"{key}/{sequence}".encode())


def keep(conn: Connection, letters: Iterable[DeadLetter]) -> set[DeadLetter]:
    """Store dead letters; those that were not kept yet. The same event delivered again is left alone."""
    ordered = sorted(letters, key=lambda letter: (letter.topic, letter.partition, letter.offset))
    return {letter for letter in ordered if _keep(conn, letter)}


def _keep(conn: Connection, letter: DeadLetter) -> bool:
    done = conn.execute(
        """INSERT INTO dead_letter (topic, partition, kafka_offset, key, sequence, reason, value)
           VALUES (%(topic)s, %(partition)s, %(offset)s, %(key)s, %(sequence)s, %(reason)s, %(value)s)
           ON CONFLICT DO NOTHING""",
        vars(letter),
    )
    return done.rowcount == 1


def consumed(conn: Connection, topic: str) -> list[tuple[str, int]]:
    """(key, sequence) of each event of `topic` that was kept here instead of being applied, redriven or not."""
    return _places(conn, topic, "true")


def missing(conn: Connection, topic: str) -> list[tuple[str, int]]:
    """(key, sequence) of each event of `topic` that died here and was not brought back."""
    return _places(conn, topic, "redriven_at IS NULL")


def _places(conn: Connection, topic: str, which: str) -> list[tuple[str, int]]:
    rows = conn.execute(
        f"""SELECT key, sequence FROM dead_letter
            WHERE topic = %s AND key IS NOT NULL AND sequence IS NOT NULL AND {which}""",
        [topic],
    )
    return [(row["key"], row["sequence"]) for row in rows]


def send_waiting(conn: Connection, send: Callable[[Sequence[DeadLetter]], None]) -> int:
    """Send those not yet sent (`send` returns once the broker has them all), then mark them; the number sent.

    Nobody's transaction waits for the broker: a lock of the session sees to it that one process sends at a time, and
    another one that meets it leaves the work to it. Killed in between, it sends the same letters once more.
    """
    with _sending(conn) as mine:
        rows = _unsent(conn) if mine else []
        ids = [row.pop("id") for row in rows]
        if ids:
            send([DeadLetter(**row) for row in rows])
            conn.execute("UPDATE dead_letter SET sent_at = now() WHERE id = ANY(%s)", [ids])
    return len(ids)


def _unsent(conn: Connection) -> list[dict[str, Any]]:
    return conn.execute(
        """SELECT id, topic, partition, kafka_offset AS "offset", key, sequence, reason, value
           FROM dead_letter WHERE sent_at IS NULL ORDER BY id LIMIT 100"""
    ).fetchall()


@contextmanager
def _sending(conn: Connection) -> Iterator[bool]:
    """Whether this session is the one of its schema that sends, held until the block ends."""
    row = conn.execute(
        "SELECT pg_try_advisory_lock(%s, hashtext(current_schema())) AS mine", [SENDER_LOCK]
    ).fetchone()
    mine = row == {"mine": True}
    try:
        yield mine
    finally:
        if mine and not conn.closed:
            conn.execute("SELECT pg_advisory_unlock(%s, hashtext(current_schema()))", [SENDER_LOCK])


def any_waiting(conn: Connection) -> bool:
    """Whether a dead letter is kept that the dead topic has not yet."""
    return conn.execute("SELECT 1 FROM dead_letter WHERE sent_at IS NULL LIMIT 1").fetchone() is not None


def summary(conn: Connection, topic: str) -> dict[str, Any]:
    """Of `topic`: how many are kept, how many of them the dead topic lacks, and when and why the last one died.

    missing: events of ours that were not brought back; redriven: those that were. The others never had a place.
    """
    row = conn.execute(
        """SELECT count(*)::int AS kept, (count(*) FILTER (WHERE sent_at IS NULL))::int AS unsent,
                  (count(*) FILTER (WHERE sequence IS NOT NULL AND redriven_at IS NULL))::int AS missing,
                  (count(*) FILTER (WHERE redriven_at IS NOT NULL))::int AS redriven,
                  max(died_at) AS last_at,
                  (SELECT reason FROM dead_letter WHERE topic = %(topic)s ORDER BY id DESC LIMIT 1) AS last_reason
           FROM dead_letter WHERE topic = %(topic)s""",
        {"topic": topic},
    ).fetchone()
    assert row is not None
    return row


class Kept(NamedTuple):
    """A dead letter as it is stored; `event`: the id of the event that is missing, else that of the letter alone."""

    id: int
    topic: str
    partition: int
    offset: int
    key: str
    sequence: int
    reason: str
    died_at: datetime
    redriven_at: datetime | None
    value: bytes | None

    @property
    def event(self) -> str:
        return f"{self.key}/{self.sequence}" if self.sequence else f"#{self.id}"


_KEPT = """SELECT id, topic, partition, kafka_offset AS "offset", coalesce(key, '') AS key,
    coalesce(sequence, 0) AS sequence, reason, died_at, redriven_at, value FROM dead_letter"""


def find(
    conn: Connection,
    *,
    reason: str = "",
    key: str = "",
    missing: bool = False,
    event: str = "",
    limit: int | None = None,
) -> list[Kept]:
    """Dead letters, newest first: whose reason contains `reason`, of `key` (journey/stage or only the journey), those
    still `missing`, or the one of `event`."""
    rows = conn.execute(
        f"""{_KEPT} WHERE position(lower(%(reason)s) IN lower(reason)) > 0
              AND (%(key)s = '' OR key = %(key)s OR starts_with(key, %(key)s || '/'))
              AND (NOT %(missing)s OR (sequence IS NOT NULL AND redriven_at IS NULL))
              AND (%(event)s = '' OR coalesce(key || '/' || sequence, '#' || id) = %(event)s)
            ORDER BY id DESC LIMIT %(limit)s""",
        {"reason": reason, "key": key, "missing": missing, "event": event, "limit": limit},
    )
    return [Kept(**row) for row in rows]


def claim(conn: Connection, ids: Sequence[int]) -> list[Kept]:
    """Those of these letters that are still missing, locked, in order of their places."""
    rows = conn.execute(
        f"""{_KEPT} WHERE id = ANY(%s) AND sequence IS NOT NULL AND key IS NOT NULL AND redriven_at IS NULL
            ORDER BY key, sequence FOR UPDATE""",
        [list(ids)],
    )
    return [Kept(**row) for row in rows]


def mark_redriven(conn: Connection, ids: Sequence[int]) -> None:
    """Nothing is missing of these letters any more."""
    conn.execute("UPDATE dead_letter SET redriven_at = now() WHERE id = ANY(%s)", [list(ids)])
