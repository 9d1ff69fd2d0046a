"""Mistakes planted on purpose, for courses to find: a harness that finds nothing proves nothing.

A short course finds the missing sequence check. The others need a kill between two steps, so courses with more of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.chaos.copies import change


@dataclass(frozen=True, slots=True)
class Bug:
    """`old` in `file` becomes `new`."""

    says: str
    file: str
    old: str
    new: str


BUGS = {
    "positions-before-effect": Bug(
        "a consumer commits how far it has come before what it did there",
        "shared/consumer.py",
        """        counts.dead += len(letters) + len(fresh)
""",
        """        counts.dead += len(letters) + len(fresh)
        positions.save(conn, locked.values())
    with conn.transaction():
""",
    ),
    "no-sequence-check": Bug(
        "a receiver applies whatever comes",
        "shared/positions.py",
        "        if sequence != self.last_sequence + 1:\n",
        "        if False and sequence != self.last_sequence + 1:\n",
    ),
    "publish-before-commit": Bug(
        "the relay sends what it has stamped before the stamps are committed",
        "shared/relay.py",
        """            stamped = _stamp(conn)
            sent = send_waiting(settings, conn, producer)
""",
        """            with conn.transaction():
                stamped = outbox.stamp(conn, BATCH)
                sent = send_waiting(settings, conn, producer)
""",
    ),
    "id-above-the-last": Bug(
        "the relay takes rows above the last id it has seen, whatever commits later",
        "shared/outbox.py",
        "WHERE position IS NULL ORDER BY historic, id LIMIT %s",
        "WHERE position IS NULL AND id > (SELECT coalesce(max(id), 0) FROM outbox WHERE position IS NOT NULL)"
        " ORDER BY id LIMIT %s",
    ),
    "acknowledge-before-durable": Bug(
        "201 is said before the answer is on the disk",
        "shared/db.py",
        "-c timezone=UTC",
        "-c timezone=UTC -c synchronous_commit=off",
    ),
    "offsets-before-database": Bug(
        "a consumer commits its offsets in Kafka before its transaction (Apache Kafka only)",
        "shared/consumer.py",
        """                    process(settings, conn, polled, apply, counts)
                    if settings.kafka_consumer_groups:
                        _commit(consumer, polled)
""",
        """                    if settings.kafka_consumer_groups:
                        _commit(consumer, polled)
                    process(settings, conn, polled, apply, counts)
""",
    ),
}


def plant(root: Path, name: str) -> None:
    """Make the mistake in this root alone."""
    bug = BUGS[name]
    change(root, bug.file, bug.old, bug.new)
