"""Events that can never be processed: kept in the receiver's own transaction, then sent to `<topic>.dead` (SQL).

What died with a place in the log (key and sequence) is missing from the receiver until it is redriven (ADR 0026); what
has none was no event of ours, and nothing is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from shared.db import Connection
from shared.events import RESPONSES
from shared.stop_rule import StopRule, Verdicts

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


def judge(conn: Connection, topics: Mapping[str, Verdicts]) -> None:
    """Tell the stop rule of each topic what a batch held, in the batch's transaction, as its last statement.

    Raises TooManyDeadLetters. The rows are locked only while a bad event is in their window.
    """
    rows = conn.execute("SELECT * FROM stop_rule WHERE topic = ANY(%s)", [sorted(topics)]).fetchall()
    rules = {row.pop("topic"): StopRule(**row) for row in rows}
    for topic, verdicts in sorted(topics.items()):
        if verdicts.all_good and topic in rules and rules[topic].idle:
            continue
        rule = _locked(conn, topic)
        rule.take(verdicts)
        conn.execute(
            """UPDATE stop_rule SET seen = %(seen)s, in_a_row = %(in_a_row)s, bad = %(bad)s, let_pass = %(let_pass)s
               WHERE topic = %(topic)s""",
            vars(rule) | {"topic": topic},
        )


def let_pass(conn: Connection, count: int) -> None:
    """Let the next `count` bad answers through to the dead letters without counting them: a person looked."""
    _locked(conn, RESPONSES)
    conn.execute(
        "UPDATE stop_rule SET let_pass = %s, in_a_row = 0, bad = '{}' WHERE topic = %s", [count, RESPONSES]
    )


def _locked(conn: Connection, topic: str) -> StopRule:
    conn.execute("INSERT INTO stop_rule (topic) VALUES (%s) ON CONFLICT DO NOTHING", [topic])
    row = conn.execute(
        "SELECT seen, in_a_row, bad, let_pass FROM stop_rule WHERE topic = %s FOR UPDATE", [topic]
    ).fetchone()
    assert row is not None
    return StopRule(**row)
