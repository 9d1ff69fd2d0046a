"""Mistakes planted on purpose, for courses to find: a harness that finds nothing proves nothing.

Most hide between two steps, so each names the course that goes for it: a small one like any other, with more kills or
troubles where the mistake is. The same course without the mistake must hold every promise (`--course-of`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from tests.chaos.copies import change
from tests.chaos.plan import Aim, Size

SMALL = Size(answers=480, stages=6, falls=2, seconds=30, kills=0)
TELLING = replace(SMALL, stages=10, falls=8, answers=320)


@dataclass(frozen=True, slots=True)
class Bug:
    """`old` in `file` becomes `new`; `aims` is what `course` has in addition, at the places where this hides.

    `healed_by` are kinds that `course` leaves out: they send the log again, and what was lost on the way comes.
    """

    says: str
    file: str
    old: str
    new: str
    aims: tuple[Aim, ...]
    size: Size = SMALL
    healed_by: tuple[str, ...] = ()

    @property
    def course(self) -> Size:
        return replace(self.size, aims=self.aims, without=self.healed_by)


RELAY = (Aim("ambush", "survey-relay", 6),)
CONSUMERS = (Aim("ambush", "aggregator-consumer", 3), Aim("ambush", "alerts-consumer", 3))
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
        CONSUMERS,
    ),
    "no-sequence-check": Bug(
        "a receiver applies whatever comes",
        "shared/positions.py",
        "        if sequence != self.last_sequence + 1:\n",
        "        if False and sequence != self.last_sequence + 1:\n",
        (Aim("again", "broker", 2),),
    ),
    "publish-before-commit": Bug(
        "the relay sends what it has stamped before the stamps are committed",
        "shared/relay.py",
        """            stamped = _stamp(conn)
            sent = send_waiting(settings, conn, producer, status)
""",
        """            with conn.transaction():
                stamped = outbox.stamp(conn, BATCH)
                sent = send_waiting(settings, conn, producer, status)
""",
        RELAY,
    ),
    "id-above-the-last": Bug(
        "the relay takes rows above the last id it has seen, whatever commits later",
        "shared/outbox.py",
        "WHERE position IS NULL ORDER BY historic, id LIMIT %s",
        "WHERE position IS NULL AND id > (SELECT coalesce(max(id), 0) FROM outbox WHERE position IS NOT NULL)"
        " ORDER BY id LIMIT %s",
        (Aim("slow", "network", 3), Aim("held", "survey-web", 4)),
    ),
    "acknowledge-before-durable": Bug(
        "201 is said before the answer is on the disk",
        "shared/db.py",
        "-c timezone=UTC",
        "-c timezone=UTC -c synchronous_commit=off",
        (Aim("restart", "postgres", 4),),
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
        CONSUMERS,
        healed_by=("again",),
    ),
    "watermark-before-the-broker": Bug(
        "the relay says that the broker has it, and sends it then",
        "shared/relay.py",
        """    futures = [_send(settings, producer, row) for row in rows]
""",
        """    outbox.acknowledge(conn, before=before, now=rows[-1]["position"])
    futures = [_send(settings, producer, row) for row in rows]
""",
        (Aim("ambush", "survey-relay", 3, "SET acknowledged"),),
        healed_by=(
            "again",
            "restart",
            "outage",
        ),  # the embedded broker has the log sent again whenever it starts
    ),
    "sent-before-sending": Bug(
        "the notifier records a message as sent, and sends it then",
        "services/alerts/notifier.py",
        """        outcome = sending.send(conn, settings, row, now)
    with conn.transaction():
        _record(conn, row, attempt, outcome, clock())
    return True
""",
        """        with conn.transaction():
            _record(conn, row, attempt, Outcome(True, ""), clock())
        sending.send(conn, settings, row, now)
        return True
    with conn.transaction():
        _record(conn, row, attempt, outcome, clock())
    return True
""",
        (Aim("ambush", "alerts-notifier", 3, "settled_at = "),),
        TELLING,
    ),
}


def plant(root: Path, name: str) -> None:
    """Make the mistake in this root alone."""
    bug = BUGS[name]
    change(root, bug.file, bug.old, bug.new)
