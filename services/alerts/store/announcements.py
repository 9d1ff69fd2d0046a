"""The SQL of announcements as the notifier works them off: claimed, held by a silence, routed, armed again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from shared.db import Connection


def claim(conn: Connection, now: datetime, lease: timedelta) -> dict[str, Any] | None:
    """Take the announcement longest due out of other notifiers' reach until now + lease; None when none is due."""
    return conn.execute(
        """UPDATE announcement SET try_at = %(until)s WHERE id = (
               SELECT id FROM announcement WHERE routed_at IS NULL AND try_at <= %(now)s
               ORDER BY try_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
           RETURNING *""",
        {"now": now, "until": now + lease},
    ).fetchone()


def read(conn: Connection, announcement: int) -> dict[str, Any]:
    """One announcement."""
    row = conn.execute("SELECT * FROM announcement WHERE id = %s", [announcement]).fetchone()
    assert row is not None, "a notification refers to its announcement"
    return row


def postpone(conn: Connection, announcement: int, until: datetime) -> None:
    conn.execute("UPDATE announcement SET try_at = %s WHERE id = %s", [until, announcement])


def route(conn: Connection, row: Mapping[str, Any], now: datetime, facts: Mapping[str, Any]) -> bool:
    """Settle a claimed announcement with its facts; False where another notifier did so meanwhile."""
    done = conn.execute(
        """UPDATE announcement SET routed_at = %s, facts = %s, silenced_by = NULL
           WHERE id = %s AND number = %s AND routed_at IS NULL""",
        [now, Jsonb(facts), row["id"], row["number"]],
    )
    return done.rowcount == 1


def drop(conn: Connection, announcement: int, now: datetime) -> bool:
    """Settle it untold; False where it was settled meanwhile."""
    done = conn.execute(
        "UPDATE announcement SET routed_at = %s WHERE id = %s AND routed_at IS NULL", [now, announcement]
    )
    return done.rowcount == 1


def hold(conn: Connection, announcement: int, silence: str, until: datetime) -> bool:
    """Mute it until the silence ends; False where it was settled meanwhile."""
    done = conn.execute(
        """UPDATE announcement SET silenced_by = %(silence)s, try_at = %(until)s, due_at = %(until)s
           WHERE id = %(id)s AND routed_at IS NULL""",
        {"id": announcement, "silence": silence, "until": until},
    )
    return done.rowcount == 1


def call_back(conn: Connection, announcement: int) -> None:
    """Make it unrouted again: none of its messages has gone. What was planned to follow it is planned anew later; what
    a silence kept of that stays in the log, and is told under the same ids then."""
    conn.execute("UPDATE announcement SET routed_at = NULL WHERE id = %s", [announcement])
    following = """SELECT following.id FROM announcement AS opening JOIN announcement AS following USING (incident_id)
        WHERE opening.id = %s AND opening.kind = 'opened' AND following.kind IN ('repeated', 'escalated')
          AND following.routed_at IS NULL AND following.number = 0"""
    conn.execute(
        f"UPDATE notification SET announcement_id = NULL WHERE announcement_id IN ({following})",
        [announcement],
    )
    conn.execute(f"DELETE FROM announcement WHERE id IN ({following})", [announcement])


def opening(conn: Connection, incident: str) -> dict[str, Any] | None:
    """The announcement of the incident's opening: id, routed_at, silenced_by."""
    return conn.execute(
        "SELECT id, routed_at, silenced_by FROM announcement WHERE incident_id = %s AND kind = 'opened'",
        [incident],
    ).fetchone()


def opening_sent(conn: Connection, incident: str) -> dict[str, Any]:
    """sent_at: when the first message of the incident's opening went, None if none did; awaited: none did, and at
    least one is still to be tried; untried: the same, and one was never tried."""
    row = conn.execute(
        """WITH message AS (
               SELECT carrier.id, carrier.state, carrier.failures FROM notification AS told
               JOIN notification AS carrier ON carrier.id = coalesce(told.merged_into, told.id)
               WHERE told.incident_id = %s AND told.kind = 'opened'),
           sent AS (
               SELECT min(attempt.finished_at) AS at
               FROM attempt JOIN message ON message.id = attempt.notification_id WHERE outcome = 'sent')
           SELECT sent.at AS sent_at,
                  sent.at IS NULL AND EXISTS (SELECT 1 FROM message WHERE state = 'due') AS awaited,
                  sent.at IS NULL AND EXISTS (
                      SELECT 1 FROM message WHERE state = 'due' AND failures = 0) AS untried
           FROM sent""",
        [incident],
    ).fetchone()
    assert row is not None, "an aggregate has one row"
    return row


def plan(
    conn: Connection, incident: str, kind: str, at: datetime, owner: str | None, facts: Mapping[str, Any]
) -> None:
    """Have a reminder or the escalation of an incident told at that time; once, however often it is planned."""
    conn.execute(
        """INSERT INTO announcement (name, incident_id, kind, due_at, try_at, owner, facts)
           VALUES (%(name)s, %(incident)s, %(kind)s, %(at)s, %(at)s, %(owner)s, %(facts)s)
           ON CONFLICT (incident_id, kind) DO NOTHING""",
        {
            "name": f"{incident}/{kind}",
            "incident": incident,
            "kind": kind,
            "at": at,
            "owner": owner,
            "facts": Jsonb(facts),
        },
    )


def arm_again(conn: Connection, announcement: int, at: datetime) -> None:
    """Let a routed reminder come again, as the next of its number."""
    conn.execute(
        """UPDATE announcement SET routed_at = NULL, number = number + 1, due_at = %(at)s, try_at = %(at)s
           WHERE id = %(id)s""",
        {"id": announcement, "at": at},
    )


def escalation(conn: Connection, incident: str) -> dict[str, Any] | None:
    """The escalation still to come: owner, due_at."""
    return conn.execute(
        """SELECT owner, due_at FROM announcement
           WHERE incident_id = %s AND kind = 'escalated' AND routed_at IS NULL""",
        [incident],
    ).fetchone()


def escalated_to(conn: Connection, incident: str) -> list[str | None]:
    """The owners the incident was escalated to; None is the fallback address."""
    rows = conn.execute(
        """SELECT DISTINCT owner FROM notification
           WHERE incident_id = %s AND kind = 'escalated' AND state IN ('due', 'merged', 'sent', 'failed')""",
        [incident],
    )
    return [row["owner"] for row in rows]
