"""The SQL of the delivery log: what /v1/notifications shows and asks again, and test messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from shared.db import Connection

_FIELDS = """n.id, n.number, n.incident_id AS incident, n.kind, n.journey, n.owner, n.because, n.channel_kind,
             n.channel_number, n.state, n.created_at, n.due_at, n.settled_at, n.merged_into"""
_ATTEMPTS = """coalesce((SELECT jsonb_agg(jsonb_build_object(
                   'started_at', to_char(a.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                   'finished_at', to_char(a.finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                   'outcome', a.outcome, 'status', a.status, 'detail', a.detail) ORDER BY a.id)
               FROM attempt a WHERE a.notification_id = n.id), '[]') AS attempts"""


def page(conn: Connection, filters: dict[str, Any], before: int | None, limit: int) -> list[dict[str, Any]]:
    """Up to `limit` notifications with their attempts, newest first, below number `before`.

    filters: state, owner, incident; None matches everything.
    """
    return conn.execute(
        f"""SELECT {_FIELDS}, {_ATTEMPTS} FROM notification n
            WHERE (%(state)s::text IS NULL OR n.state = %(state)s)
              AND (%(owner)s::text IS NULL OR n.owner = %(owner)s)
              AND (%(incident)s::text IS NULL OR n.incident_id = %(incident)s)
              AND (%(before)s::bigint IS NULL OR n.number < %(before)s)
            ORDER BY n.number DESC LIMIT %(limit)s""",
        filters | {"before": before, "limit": limit},
    ).fetchall()


def read(conn: Connection, ids: list[UUID]) -> list[dict[str, Any]]:
    """These notifications with their attempts, in the order they were made."""
    return conn.execute(
        f"SELECT {_FIELDS}, {_ATTEMPTS} FROM notification n WHERE n.id = ANY(%s) ORDER BY n.number", [ids]
    ).fetchall()


def send_again(conn: Connection, notification: UUID, now: datetime) -> None:
    """Make a notification due now, its schedule from the start; a running attempt keeps its lease.

    It counts as tried: what a person asks for is neither merged into another message nor silenced.
    """
    conn.execute(
        """UPDATE notification SET state = 'due', due_at = %s, failures = 0, attempts = 1, settled_at = NULL
           WHERE id = %s""",
        [now, notification],
    )


def add_test(conn: Connection, notification: UUID, owner: str, kind: str, number: int, now: datetime) -> None:
    """A test message to one channel of an owner, due now."""
    conn.execute(
        """INSERT INTO notification (id, kind, owner, because, channel_kind, channel_number, planned_at, due_at)
           VALUES (%(id)s, 'test', %(owner)s, 'test', %(kind)s, %(number)s, %(now)s, %(now)s)""",
        {"id": notification, "owner": owner, "kind": kind, "number": number, "now": now},
    )
