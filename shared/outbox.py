"""The permanent log of a service (SQL of `outbox`, `outbox_key` and `relay`): appended by it, stamped by its relay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from shared import events
from shared.db import Connection

# For a service that writes its row and the event in one statement; the SELECT after it gives the six values.
INSERT = "INSERT INTO outbox (topic, key, type, data, historic, received_at)"


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One event to be: its data without sequence and recorded_at, which only the relay can give."""

    topic: str
    key: str
    type: str
    data: dict[str, Any]
    historic: bool
    received_at: datetime


def append(conn: Connection, rows: Sequence[OutboxRow]) -> None:
    """Write rows into the log, in the caller's transaction. Binary (%b): quoting arrays of JSON is 5 times slower."""
    conn.execute(
        f"""{INSERT}
           SELECT * FROM unnest(%b::text[], %b::text[], %b::text[], %b::jsonb[], %b::boolean[], %b::timestamptz[])""",
        [
            [row.topic for row in rows],
            [row.key for row in rows],
            [row.type for row in rows],
            [Jsonb(row.data) for row in rows],
            [row.historic for row in rows],
            [row.received_at for row in rows],
        ],
    )


def stamp(conn: Connection, limit: int) -> int:
    """Give committed rows without a position their position, sequence and recorded_at; the number stamped.

    Live rows come before historic ones. A row with a lower id that commits late simply gets a later sequence.
    """
    rows = conn.execute(
        "SELECT id, topic, key, received_at FROM outbox WHERE position IS NULL ORDER BY historic, id LIMIT %s",
        [limit],
    ).fetchall()
    if not rows:
        return 0
    keys = _lock_keys(conn, {(row["topic"], row["key"]) for row in rows})
    for row in rows:
        last = keys[row["topic"], row["key"]]
        last["last_sequence"] += 1
        last["last_recorded_at"] = max(last["last_recorded_at"], row["received_at"])
        row["sequence"], row["recorded_at"] = last["last_sequence"], last["last_recorded_at"]
    _write_stamps(conn, rows)
    _save_keys(conn, list(keys.values()))
    return len(rows)


def _lock_keys(conn: Connection, keys: set[tuple[str, str]]) -> dict[tuple[str, str], dict[str, Any]]:
    ordered = sorted(keys)
    topics, names = [key[0] for key in ordered], [key[1] for key in ordered]
    conn.execute(
        """INSERT INTO outbox_key SELECT topic, key, 0, 'epoch'
           FROM unnest(%s::text[], %s::text[]) AS new(topic, key) ON CONFLICT DO NOTHING""",
        [topics, names],
    )
    rows = conn.execute(
        """SELECT topic, key, last_sequence, last_recorded_at FROM outbox_key
           JOIN unnest(%s::text[], %s::text[]) AS wanted(topic, key) USING (topic, key) FOR UPDATE OF outbox_key""",
        [topics, names],
    )
    return {(row["topic"], row["key"]): row for row in rows}


def _write_stamps(conn: Connection, rows: list[dict[str, Any]]) -> None:
    found = conn.execute(
        "UPDATE relay SET last_position = last_position + %s RETURNING last_position", [len(rows)]
    ).fetchone()
    assert found is not None, "the migration writes the relay's one row"
    first = found["last_position"] - len(rows) + 1
    conn.execute(
        """UPDATE outbox SET position = new.position, sequence = new.sequence, recorded_at = new.recorded_at
           FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[])
                AS new(id, position, sequence, recorded_at)
           WHERE outbox.id = new.id""",
        [
            [row["id"] for row in rows],
            list(range(first, first + len(rows))),
            [row["sequence"] for row in rows],
            [row["recorded_at"] for row in rows],
        ],
    )


def _save_keys(conn: Connection, keys: list[dict[str, Any]]) -> None:
    conn.execute(
        """UPDATE outbox_key AS k SET last_sequence = new.last_sequence, last_recorded_at = new.last_recorded_at
           FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::timestamptz[])
                AS new(topic, key, last_sequence, last_recorded_at)
           WHERE k.topic = new.topic AND k.key = new.key""",
        [
            [key["topic"] for key in keys],
            [key["key"] for key in keys],
            [key["last_sequence"] for key in keys],
            [key["last_recorded_at"] for key in keys],
        ],
    )


def acknowledged(conn: Connection) -> int:
    """The position up to which the broker has everything."""
    row = conn.execute("SELECT acknowledged FROM relay").fetchone()
    assert row is not None
    return int(row["acknowledged"])


def last_position(conn: Connection) -> int:
    """How many rows were stamped since ever."""
    row = conn.execute("SELECT last_position FROM relay").fetchone()
    assert row is not None
    return int(row["last_position"])


def acknowledge(conn: Connection, *, before: int, now: int) -> bool:
    """Move the watermark from `before` to `now`; False where a rewind moved it meanwhile."""
    done = conn.execute("UPDATE relay SET acknowledged = %s WHERE acknowledged = %s", [now, before])
    return done.rowcount == 1


def rewind(conn: Connection, position: int) -> int:
    """Have the relay send again everything above `position`; the number of rows that will go out again."""
    row = conn.execute(
        """UPDATE relay SET acknowledged = least(acknowledged, %s)
           RETURNING (SELECT count(*) FROM outbox WHERE outbox.position > least(acknowledged, %s)) AS resent""",
        [position, position],
    ).fetchone()
    assert row is not None
    return int(row["resent"])


def stamped_after(conn: Connection, position: int, limit: int) -> list[dict[str, Any]]:
    """The next stamped rows above `position`, in order: position, topic, key, type, sequence, recorded_at, data."""
    return conn.execute(
        """SELECT position, topic, key, type, sequence, recorded_at, data FROM outbox
           WHERE position > %s ORDER BY position LIMIT %s""",
        [position, limit],
    ).fetchall()


def event(row: Mapping[str, Any]) -> bytes:
    """A stamped row as it goes to Kafka."""
    sequence, recorded_at, data = row["sequence"], events.isoformat(row["recorded_at"]), row["data"]
    number = data.get("revision", sequence)
    if row["topic"] == events.RESPONSES:
        data = {"sequence": sequence, **data, "recorded_at": recorded_at}
    return events.encode(row["type"], row["key"], number, recorded_at, data)


def last_sequences(conn: Connection, topic: str) -> dict[str, int]:
    """The last sequence given to each key of `topic`."""
    rows = conn.execute("SELECT key, last_sequence FROM outbox_key WHERE topic = %s", [topic])
    return {row["key"]: row["last_sequence"] for row in rows}


def complete_to(conn: Connection) -> tuple[datetime, datetime]:
    """(to, now): every row accepted before `to` has a sequence that `last_sequences`, read afterwards, includes."""
    row = conn.execute(
        "SELECT least(now(), min(received_at)) AS complete_to, now() AS now FROM outbox WHERE position IS NULL"
    ).fetchone()
    assert row is not None
    return row["complete_to"], row["now"]


def waiting(conn: Connection) -> dict[str, int]:
    """How many rows are unstamped, and how many are stamped but not acknowledged by the broker."""
    row = conn.execute(
        """SELECT (SELECT count(*) FROM outbox WHERE position IS NULL) AS unstamped,
                  last_position - acknowledged AS unacknowledged FROM relay"""
    ).fetchone()
    assert row is not None
    return row


def lowest_needed(conn: Connection, topic: str, received: Mapping[str, int]) -> int:
    """The position below the first row of `topic` that a receiver lacks; `received` is its last sequence per key.

    Where it lacks nothing, the last position given.
    """
    row = conn.execute(
        """SELECT coalesce(min(o.position) - 1, (SELECT last_position FROM relay)) AS position
           FROM outbox_key AS k
           LEFT JOIN unnest(%s::text[], %s::bigint[]) AS have(key, sequence) USING (key)
           JOIN outbox AS o ON o.topic = k.topic AND o.key = k.key AND o.sequence = coalesce(have.sequence, 0) + 1
           WHERE k.topic = %s""",
        [list(received), list(received.values()), topic],
    ).fetchone()
    assert row is not None
    return int(row["position"])


def repeat_latest(conn: Connection, topic: str, keys: Sequence[str] | None = None) -> int:
    """Append the latest row of each key of `topic`, or of `keys`, once more (receivers skip a revision they have); the
    number."""
    done = conn.execute(
        """INSERT INTO outbox (topic, key, type, data, historic, received_at)
           SELECT DISTINCT ON (key) topic, key, type, data, historic, now() FROM outbox
           WHERE topic = %(topic)s AND (%(keys)s::text[] IS NULL OR key = ANY(%(keys)s)) ORDER BY key, id DESC""",
        {"topic": topic, "keys": None if keys is None else list(keys)},
    )
    return done.rowcount


def oldest_waiting(conn: Connection) -> datetime | None:
    """When the row was written that has waited longest: unstamped, or stamped and not with the broker."""
    row = conn.execute(
        """SELECT least(
               (SELECT received_at FROM outbox WHERE position IS NULL ORDER BY historic, id LIMIT 1),
               (SELECT received_at FROM outbox, relay WHERE position > acknowledged ORDER BY position LIMIT 1)) AS at"""
    ).fetchone()
    assert row is not None
    at: datetime | None = row["at"]
    return at
