"""The SQL of the delivery log: what /v1/notifications shows and asks again, and test messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.db import Connection

_FIELDS = """n.id, n.number, n.incident_id AS incident, n.kind, n.journey, coalesce(i.stage, a.stage) AS stage,
             coalesce(i.metric, a.metric) AS metric, coalesce(i.audience, a.audience) AS audience, n.owner, n.because,
             n.channel_kind, n.channel_number, n.state, n.created_at, n.due_at, n.settled_at, n.merged_into"""
_FROM = """notification n LEFT JOIN incident i ON i.id = n.incident_id
           LEFT JOIN announcement a ON a.id = n.announcement_id"""
_ATTEMPTS = """coalesce((SELECT jsonb_agg(jsonb_build_object(
                   'started_at', to_char(t.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                   'finished_at', to_char(t.finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                   'outcome', t.outcome, 'status', t.status, 'detail', t.detail) ORDER BY t.id)
               FROM attempt t WHERE t.notification_id = n.id), '[]') AS attempts"""


# Filters that let everything through.
EVERYTHING: dict[str, Any] = {
    "state": None,
    "owner": None,
    "owners": None,
    "fallback": False,
    "incident": None,
    "kind": None,
    "journey": None,
}


def page(conn: Connection, filters: dict[str, Any], before: int | None, limit: int) -> list[dict[str, Any]]:
    """Up to `limit` notifications with their attempts, newest first, below number `before`.

    filters: state, owner, fallback (True: only those to FALLBACK_OWNER), owners (any of these), incident, kind,
    journey; None matches everything, as does fallback False.
    """
    return conn.execute(
        f"""SELECT {_FIELDS}, {_ATTEMPTS} FROM {_FROM}
            WHERE (%(state)s::text IS NULL OR n.state = %(state)s)
              AND (%(owner)s::text IS NULL OR n.owner = %(owner)s)
              AND (NOT %(fallback)s OR n.owner IS NULL)
              AND (%(owners)s::text[] IS NULL OR n.owner = ANY(%(owners)s))
              AND (%(incident)s::text IS NULL OR n.incident_id = %(incident)s)
              AND (%(kind)s::text IS NULL OR n.kind = %(kind)s)
              AND (%(journey)s::text IS NULL OR n.journey = %(journey)s)
              AND (%(before)s::bigint IS NULL OR n.number < %(before)s)
            ORDER BY n.number DESC LIMIT %(limit)s""",
        EVERYTHING | filters | {"before": before, "limit": limit},
    ).fetchall()


def read(conn: Connection, ids: list[UUID]) -> list[dict[str, Any]]:
    """These notifications with their attempts, in the order they were made."""
    return conn.execute(
        f"SELECT {_FIELDS}, {_ATTEMPTS} FROM {_FROM} WHERE n.id = ANY(%s) ORDER BY n.number", [ids]
    ).fetchall()


def tried(conn: Connection, channels: Sequence[tuple[str | None, str, int]]) -> list[list[dict[str, Any]]]:
    """The last finished attempts at each channel (owner or None for the fallback, kind, number), newest first:
    finished_at, sent, detail, given_up (its message is not tried again)."""
    rows = conn.execute(
        """SELECT c.place, t.finished_at, t.outcome = 'sent' AS sent, coalesce(t.detail, '') AS detail,
                  m.state = 'failed' AS given_up
           FROM unnest(%s::text[], %s::text[], %s::int[]) WITH ORDINALITY AS c(owner, kind, number, place)
           CROSS JOIN LATERAL (
               SELECT n.id, n.state FROM notification n
               WHERE coalesce(n.owner, '') = coalesce(c.owner, '') AND n.channel_kind = c.kind
                 AND n.channel_number = c.number AND n.state IN ('due', 'sent', 'failed')
               ORDER BY n.number DESC LIMIT 20) AS m
           JOIN attempt t ON t.notification_id = m.id AND t.outcome IN ('sent', 'failed')
           ORDER BY c.place, t.id DESC""",
        [list(column) for column in zip(*channels, strict=True)] or [[], [], []],
    ).fetchall()
    found: list[list[dict[str, Any]]] = [[] for _ in channels]
    for row in rows:
        found[row["place"] - 1].append(row)
    return found


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
