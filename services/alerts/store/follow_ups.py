"""SQL of `follow_up`: our copy of customers' cases, who has to be told of them, and which are overdue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.db import Connection
from shared.events import FOLLOW_UPS

_COLUMNS = (
    "id", "revision", "journey", "stage", "touchpoint", "survey", "metric", "audience", "score", "state", "owner",
    "opened_at", "due_at", "taken_at", "contacted_at", "resolved_at", "outcome", "cause",
)  # fmt: skip
_TYPES = (
    "id uuid, revision bigint, journey text, stage text, touchpoint text, survey text, metric text, audience text,"
    " score int, state text, owner text, opened_at timestamptz, due_at timestamptz, taken_at timestamptz,"
    " contacted_at timestamptz, resolved_at timestamptz, outcome text, cause text"
)
_SET = ", ".join(f"{name} = EXCLUDED.{name}" for name in _COLUMNS if name != "id")


def keep(conn: Connection, events: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Keep each case whose revision is higher than the stored one; those, as they are now.

    With `owner_before` and `is_new`: whose it was, and whether we have never heard of it.
    """
    latest: dict[str, Mapping[str, Any]] = {}
    for data in events:
        if data["revision"] > latest.get(data["id"], {"revision": 0})["revision"]:
            latest[data["id"]] = data
    if not latest:
        return []
    in_order = sorted(latest)  # nobody waits in a circle
    rows = [{name: latest[id].get(name) for name in _COLUMNS} for id in in_order]
    locked = conn.execute(
        "SELECT follow_up, owner FROM follow_up WHERE follow_up = ANY(%s::uuid[]) ORDER BY follow_up FOR UPDATE",
        [in_order],
    )
    before = {row["follow_up"]: row["owner"] for row in locked}
    kept = conn.execute(
        f"""INSERT INTO follow_up AS f (follow_up, {", ".join(_COLUMNS[1:])})
            SELECT {", ".join(_COLUMNS)} FROM jsonb_to_recordset(%(rows)s) AS r({_TYPES})
            ON CONFLICT (follow_up) DO UPDATE
            SET {_SET}, overdue_at = CASE WHEN f.due_at = EXCLUDED.due_at THEN f.overdue_at END
            WHERE f.revision < EXCLUDED.revision
            RETURNING *""",
        {"rows": Jsonb(rows)},
    ).fetchall()
    return [
        row | {"owner_before": before.get(row["follow_up"]), "is_new": row["follow_up"] not in before}
        for row in kept
    ]


def read(conn: Connection, follow_up: UUID | str) -> dict[str, Any] | None:
    """One case; None where we have never heard of it."""
    return conn.execute("SELECT * FROM follow_up WHERE follow_up = %s", [follow_up]).fetchone()


def revisions(conn: Connection) -> dict[str, int]:
    """The last revision of every case we have."""
    rows = conn.execute("SELECT follow_up::text AS id, revision FROM follow_up")
    return {row["id"]: row["revision"] for row in rows}


def taken(conn: Connection) -> int:
    """All revisions added up, those among the dead letters included: what a heartbeat's `follow_ups` counts."""
    row = conn.execute(
        """SELECT coalesce(sum(greatest(f.revision, d.last)), 0)::bigint AS n
           FROM follow_up AS f
           FULL JOIN (SELECT key, max(sequence) AS last FROM dead_letter
                      WHERE topic = %s AND key IS NOT NULL GROUP BY key) AS d ON d.key = f.follow_up::text""",
        [FOLLOW_UPS],
    ).fetchone()
    assert row is not None, "an aggregate has one row"
    return int(row["n"])


def begin_overdue(conn: Connection, by: datetime, now: datetime) -> list[dict[str, Any]]:
    """Mark the cases that were not resolved by their due time, that being before `by`, and return the new ones.

    One that another process is changing is left for the next time.
    """
    return conn.execute(
        """UPDATE follow_up SET overdue_at = %(now)s WHERE follow_up IN (
               SELECT follow_up FROM follow_up
               WHERE state <> 'resolved' AND due_at < %(by)s AND overdue_at IS NULL
               ORDER BY due_at, follow_up FOR UPDATE SKIP LOCKED)
           RETURNING *""",
        {"by": by, "now": now},
    ).fetchall()


def announce(
    conn: Connection,
    name: str,
    kind: str,
    case: Mapping[str, Any],
    owner: str | None,
    at: datetime | None,
    facts: Mapping[str, Any],
) -> None:
    """Have something about a case told at that time (None: now); the same name again changes nothing: told once."""
    conn.execute(
        """INSERT INTO announcement (name, kind, journey, stage, metric, audience, owner, due_at, try_at, facts)
           VALUES (%(name)s, %(kind)s, %(journey)s, %(stage)s, %(metric)s, %(audience)s, %(owner)s,
                   coalesce(%(at)s, now()), coalesce(%(at)s, now()), %(facts)s)
           ON CONFLICT (name) DO NOTHING""",
        {
            "name": name,
            "kind": kind,
            **{column: case[column] for column in ("journey", "stage", "metric", "audience")},
            "owner": owner,
            "at": at,
            "facts": Jsonb(facts),
        },
    )


def overdue(conn: Connection, journey: str, at: datetime) -> list[dict[str, Any]]:
    """The journey's cases that were not resolved at `at` and due before, longest due first, for its review:
    follow_up, stage, owner, metric, score, state, opened_at, due_at.

    Asked for a moment that has passed, it leaves out what was resolved since only where that was before `at`.
    """
    return conn.execute(
        """SELECT follow_up, stage, owner, metric, score, state, opened_at, due_at FROM follow_up
           WHERE journey = %(journey)s AND opened_at <= %(at)s AND due_at < %(at)s
             AND (state <> 'resolved' OR resolved_at > %(at)s)
           ORDER BY due_at, follow_up""",
        {"journey": journey, "at": at},
    ).fetchall()
