"""Exactly once, per key: which events of a batch are new (SQL of the `position` table).

A receiver keeps the last sequence of each key in the transaction of its effect. At or below it: a duplicate, skipped.
One above: admitted. Further above: a gap, not applied; the key is red until everything up to the highest sequence
seen has come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from shared.db import Connection


@dataclass
class Position:
    """Where a receiver stands with one key. `gap_sequence` is the highest sequence that had to be left out."""

    key: str
    last_sequence: int
    skipped: int = 0
    gap_sequence: int | None = None

    def admit(self, sequence: int) -> bool:
        """Whether the event with `sequence` is the next one; moves on if so, remembers a gap if it is too far."""
        if sequence != self.last_sequence + 1:
            if sequence > self.last_sequence:
                self.gap_sequence = max(sequence, self.gap_sequence or 0)
            return False
        self.last_sequence = sequence
        if self.gap_sequence is not None and sequence >= self.gap_sequence:
            self.gap_sequence = None
        return True


class Forged(NamedTuple):
    """A sequence that an event claimed although the log of its key had only come to `last`."""

    key: str
    sequence: int
    last: int


def lock(conn: Connection, keys: Iterable[str]) -> dict[str, Position]:
    """The positions of `keys`, row-locked in key order until the transaction ends; missing ones are inserted first."""
    ordered = sorted(set(keys))
    conn.execute("INSERT INTO position (key) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING", [ordered])
    rows = conn.execute(
        """SELECT key, last_sequence, skipped, gap_sequence FROM position
           WHERE key = ANY(%s) ORDER BY key FOR UPDATE""",
        [ordered],
    )
    return {row["key"]: Position(**row) for row in rows}


def lock_all(conn: Connection) -> dict[str, Position]:
    """Every position, with the whole table locked: consumers wait until the transaction ends, readers do not."""
    conn.execute("LOCK TABLE position IN EXCLUSIVE MODE")
    rows = conn.execute("SELECT key, last_sequence, skipped, gap_sequence FROM position ORDER BY key")
    return {row["key"]: Position(**row) for row in rows}


def save(conn: Connection, positions: Iterable[Position]) -> None:
    """Write the positions back; `gap_at` keeps the moment at which the gap was first seen."""
    rows = list(positions)
    if not rows:
        return
    conn.execute(
        """UPDATE position AS p
           SET last_sequence = new.last_sequence, skipped = new.skipped, gap_sequence = new.gap_sequence,
               gap_at = CASE WHEN new.gap_sequence IS NOT NULL THEN coalesce(p.gap_at, now()) END
           FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[])
                AS new(key, last_sequence, skipped, gap_sequence)
           WHERE p.key = new.key""",
        [
            [row.key for row in rows],
            [row.last_sequence for row in rows],
            [row.skipped for row in rows],
            [row.gap_sequence for row in rows],
        ],
    )


def read(conn: Connection) -> dict[str, int]:
    """The last sequence of every key this receiver has seen."""
    return {
        row["key"]: row["last_sequence"] for row in conn.execute("SELECT key, last_sequence FROM position")
    }


def gaps(conn: Connection) -> list[dict[str, Any]]:
    """The red keys: key, last_sequence, gap_sequence, gap_at."""
    return conn.execute(
        """SELECT key, last_sequence, gap_sequence, gap_at FROM position
           WHERE gap_sequence IS NOT NULL ORDER BY gap_at, key"""
    ).fetchall()


def forget_unreal_gaps(conn: Connection, last_sequences: Mapping[str, int], at: str) -> list[Forged]:
    """Gaps up to a sequence that the log, whose last sequences were these at `at`, had not given then: forged ones.

    Seen before `at`, such a gap is one that nothing can fill. What is left of it is what the log really has beyond
    the position. Those forgotten.
    """
    rows = conn.execute(
        """SELECT p.key, p.gap_sequence AS sequence, coalesce(told.last, 0) AS last, p.last_sequence
           FROM position AS p LEFT JOIN unnest(%s::text[], %s::bigint[]) AS told(key, last) USING (key)
           WHERE p.gap_at < %s AND p.gap_sequence > coalesce(told.last, 0) ORDER BY p.key
           FOR UPDATE OF p SKIP LOCKED""",
        [list(last_sequences), list(last_sequences.values()), at],
    ).fetchall()
    for row in rows:
        left = row["last"] if row["last"] > row["last_sequence"] else None
        conn.execute(
            """UPDATE position
               SET gap_sequence = %(left)s, gap_at = CASE WHEN %(left)s::bigint IS NOT NULL THEN gap_at END
               WHERE key = %(key)s""",
            {"left": left, "key": row["key"]},
        )
    return [Forged(row["key"], row["sequence"], row["last"]) for row in rows]


def skipped(conn: Connection) -> dict[str, int]:
    """How many events of each key went to the dead letters instead of being applied (keys with none left out)."""
    rows = conn.execute("SELECT key, skipped FROM position WHERE skipped > 0")
    return {row["key"]: row["skipped"] for row in rows}
