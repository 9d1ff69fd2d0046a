"""SQL of decisions: every input to a detector besides answers, pending until applied at its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from shared.db import Connection


class Pending(NamedTuple):
    """A decision nobody applied yet."""

    id: int
    key: str
    metric: str
    audience: str
    kind: str
    payload: dict[str, Any]


class Placed(NamedTuple):
    """A decision that was applied, and where."""

    key: str
    metric: str
    audience: str
    kind: str
    payload: dict[str, Any]
    after_sequence: int
    place: int


def ask(
    conn: Connection, key: str, metric: str, audience: str, kind: str, payload: dict[str, Any], by: str
) -> None:
    """Write a decision for the consumer to apply."""
    conn.execute(
        """INSERT INTO decision (key, metric, audience, kind, payload, decided_by) VALUES (%s, %s, %s, %s, %s, %s)""",
        [key, metric, audience, kind, Jsonb(payload), by],
    )


def settings(conn: Connection, key: str, metric: str, audience: str) -> dict[str, Any] | None:
    """The settings last asked for, applied or not; None where nobody ever did."""
    row = conn.execute(
        """SELECT payload FROM decision WHERE key = %s AND metric = %s AND audience = %s AND kind = 'settings'
           ORDER BY id DESC LIMIT 1""",
        [key, metric, audience],
    ).fetchone()
    return row["payload"] if row else None


def lock_keys_with_pending(conn: Connection) -> dict[str, int]:
    """The last sequence of every key that has pending decisions and that nobody else works on; locked."""
    keys = [
        row["key"]
        for row in conn.execute("SELECT DISTINCT key FROM decision WHERE place IS NULL ORDER BY key")
    ]
    if not keys:
        return {}
    conn.execute("INSERT INTO position (key) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING", [keys])
    rows = conn.execute(
        "SELECT key, last_sequence FROM position WHERE key = ANY(%s) ORDER BY key FOR UPDATE SKIP LOCKED",
        [keys],
    )
    return {row["key"]: row["last_sequence"] for row in rows}


def pending(conn: Connection, keys: Iterable[str]) -> list[Pending]:
    """The pending decisions of locked keys, oldest first."""
    rows = conn.execute(
        """SELECT id, key, metric, audience, kind, payload FROM decision
           WHERE place IS NULL AND key = ANY(%s) ORDER BY id""",
        [sorted(keys)],
    )
    return [Pending(**row) for row in rows]


def placed(conn: Connection, key: str) -> list[Placed]:
    """The decisions of `key` that were applied, in the order in which they were."""
    rows = conn.execute(
        """SELECT key, metric, audience, kind, payload, after_sequence, place FROM decision
           WHERE key = %s AND place IS NOT NULL ORDER BY after_sequence, place""",
        [key],
    )
    return [Placed(**row) for row in rows]


def pending_count(conn: Connection) -> int:
    """How many decisions wait for the consumer."""
    row = conn.execute("SELECT count(*) AS n FROM decision WHERE place IS NULL").fetchone()
    return row["n"] if row else 0


def next_places(conn: Connection, count: int) -> list[int]:
    """`count` places, ascending: decisions of one key are merged in this order."""
    rows = conn.execute("SELECT nextval('decision_place') AS place FROM generate_series(1, %s)", [count])
    return sorted(row["place"] for row in rows)


def place(conn: Connection, placed: Sequence[tuple[int, int, int]]) -> None:
    """Say where pending decisions were applied: (id, after_sequence, place) each."""
    ids, sequences, places = (list(column) for column in zip(*placed, strict=True))
    conn.execute(
        """UPDATE decision AS d SET after_sequence = new.after_sequence, place = new.place
           FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS new(id, after_sequence, place)
           WHERE d.id = new.id""",
        [ids, sequences, places],
    )


def record(conn: Connection, rows: Sequence[Placed]) -> None:
    """Write decisions that were applied at once."""
    if not rows:
        return
    keys, metrics, audiences, kinds, payloads, *where = (list(column) for column in zip(*rows, strict=True))
    conn.execute(
        """INSERT INTO decision (key, metric, audience, kind, payload, after_sequence, place)
           SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::jsonb[],
                                %s::bigint[], %s::bigint[])""",
        [keys, metrics, audiences, kinds, [Jsonb(payload) for payload in payloads], *where],
    )
