"""The SQL of what is told: asked for as announcements, and the notifications made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.db import Connection


def enqueue(conn: Connection, incident_id: str, kind: str) -> None:
    """Have `kind` (opened, resolved) of an incident told to its owner once the caller's transaction commits.

    Told once however often it is called: an incident opens and resolves once.
    """
    conn.execute(
        """INSERT INTO announcement (name, incident_id, kind) VALUES (%s, %s, %s)
           ON CONFLICT (incident_id, kind) DO NOTHING""",
        [f"{incident_id}/{kind}", incident_id, kind],
    )


def announce(
    conn: Connection, name: str, kind: str, place: Sequence[str | None], facts: Mapping[str, Any]
) -> None:
    """Have something told that is no incident. place: journey, stage, metric or None, audience or None.

    `name` says what it is, unlike any incident's id; the same name again changes nothing: it is told once.
    """
    conn.execute(
        """INSERT INTO announcement (name, kind, journey, stage, metric, audience, facts)
           VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (name) DO NOTHING""",
        [name, kind, *place, Jsonb(facts)],
    )


# Mails about cases are many and can wait: they never go with, nor hold up, what tells of a stage. Nor does a
# review; and good news are no part of an alarm.
_ALIKE = """(kind LIKE 'follow_up%%') = (%(kind)s LIKE 'follow_up%%')
    AND (kind = 'review') = (%(kind)s = 'review') AND (kind = 'win') = (%(kind)s = 'win')"""


def lock_recipient(conn: Connection, owner: str | None, journey: str, kind: str) -> datetime | None:
    """Keep other notifiers from planning for this owner and journey until the end of the transaction, and return
    when their last message was planned (None: never) that could go with one of this kind."""
    conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 3))", [f"{owner}/{journey}"])
    row = conn.execute(
        f"""SELECT max(planned_at) AS planned FROM notification
            WHERE journey = %(journey)s AND owner IS NOT DISTINCT FROM %(owner)s
              AND state NOT IN ('silenced', 'withdrawn') AND {_ALIKE}""",
        {"journey": journey, "owner": owner, "kind": kind},
    ).fetchone()
    return row["planned"] if row else None


def add(conn: Connection, row: Mapping[str, Any]) -> None:
    """Write one notification: id, announcement_id, incident_id, kind, journey, owner, because, channel_kind,
    channel_number, planned_at (also when it is first due). The same id again changes nothing, but that what was
    silenced is due."""
    conn.execute(
        """INSERT INTO notification (id, announcement_id, incident_id, kind, journey, owner, because,
                                     channel_kind, channel_number, planned_at, due_at)
           VALUES (%(id)s, %(announcement_id)s, %(incident_id)s, %(kind)s, %(journey)s, %(owner)s, %(because)s,
                   %(channel_kind)s, %(channel_number)s, %(planned_at)s, %(planned_at)s)
           ON CONFLICT (id) DO UPDATE SET state = 'due', announcement_id = EXCLUDED.announcement_id,
                                          planned_at = EXCLUDED.planned_at, due_at = EXCLUDED.due_at
           WHERE notification.state = 'silenced'""",
        row,
    )


def silence(conn: Connection, notification: UUID, now: datetime, why: str) -> None:
    """Mute one that was not tried yet, and leave a trace: an attempt that a silence stopped."""
    conn.execute(
        """WITH muted AS (UPDATE notification SET state = 'silenced', attempts = 0, lease_until = NULL
                          WHERE id = %(id)s AND state IN ('due', 'silenced') RETURNING id)
           INSERT INTO attempt (notification_id, started_at, finished_at, outcome, detail)
           SELECT id, %(now)s, %(now)s, 'silenced', %(why)s FROM muted""",
        {"id": notification, "now": now, "why": why},
    )


def withdraw(conn: Connection, notification: UUID, now: datetime) -> bool:
    """Take back a reminder or escalation that never went and whose incident is not open any more; whether it was one.

    One that also carries what others merged into it goes on, unless those are to be taken back too.
    """
    done = conn.execute(
        """UPDATE notification AS n SET state = 'withdrawn', settled_at = %(now)s, lease_until = NULL
           WHERE n.id = %(id)s
             AND NOT EXISTS (SELECT 1 FROM attempt WHERE notification_id = n.id AND outcome = 'sent')
             AND NOT EXISTS (
               SELECT 1 FROM notification AS part LEFT JOIN incident ON incident.id = part.incident_id
               WHERE (part.id = n.id OR part.merged_into = n.id)
                 AND (part.kind NOT IN ('repeated', 'escalated') OR incident.state = 'open'))""",
        {"id": notification, "now": now},
    )
    return done.rowcount == 1


def together(conn: Connection, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What would go with `row` as one message; locked."""
    return conn.execute(f"SELECT * {_TOGETHER}", dict(row)).fetchall()


def untried(conn: Connection, announcement: int, besides: UUID) -> list[UUID] | None:
    """The other notifications planned with this one for the same announcement, locked; None where one of them was
    tried already, or somebody else is about to."""
    theirs = """FROM notification
        WHERE announcement_id = %s AND id <> %s AND state NOT IN ('silenced', 'withdrawn')
          AND planned_at = (SELECT planned_at FROM notification WHERE id = %s)"""
    what = [announcement, besides, besides]
    locked = conn.execute(
        f"SELECT id, state = 'due' AND attempts = 0 AS untried {theirs} FOR UPDATE SKIP LOCKED", what
    ).fetchall()
    row = conn.execute(f"SELECT count(*) AS n {theirs}", what).fetchone()
    free = row is not None and row["n"] == len(locked) and all(found["untried"] for found in locked)
    return [found["id"] for found in locked] if free else None


def claim(conn: Connection, now: datetime, lease: timedelta) -> dict[str, Any] | None:
    """Take the notification longest due until now + lease, and count the attempt; None when none is due."""
    return conn.execute(
        """UPDATE notification SET lease_until = %(until)s, attempts = attempts + 1 WHERE id = (
               SELECT id FROM notification
               WHERE state = 'due' AND due_at <= %(now)s AND (lease_until IS NULL OR lease_until <= %(now)s)
               ORDER BY due_at, number LIMIT 1 FOR UPDATE SKIP LOCKED)
           RETURNING *""",
        {"now": now, "until": now + lease},
    ).fetchone()


_TOGETHER = f"""FROM notification
    WHERE state = 'due' AND attempts = 0 AND id <> %(id)s AND planned_at = %(planned_at)s
      AND journey = %(journey)s AND owner IS NOT DISTINCT FROM %(owner)s
      AND channel_kind = %(channel_kind)s AND channel_number = %(channel_number)s
      AND {_ALIKE}
    FOR UPDATE SKIP LOCKED"""


def merge(conn: Connection, into: Mapping[str, Any]) -> None:
    """Let what was planned for the same moment, owner, journey and channel, and was not tried yet, go with `into`."""
    conn.execute(
        f"""UPDATE notification SET state = 'merged', merged_into = %(id)s
            WHERE id IN (SELECT id {_TOGETHER})""",
        dict(into),
    )


def told_with(conn: Connection, notification: UUID) -> list[dict[str, Any]]:
    """What one message tells: {incident_id, kind, journey, stage, metric, because, facts} of all merged into it too."""
    return conn.execute(
        """SELECT n.incident_id, n.kind, n.journey, a.stage, a.metric, n.because, n.planned_at, a.facts
           FROM notification n JOIN announcement a ON a.id = n.announcement_id
           WHERE n.id = %(id)s OR n.merged_into = %(id)s ORDER BY n.number""",
        {"id": notification},
    ).fetchall()


def opening_mails(conn: Connection, row: Mapping[str, Any], incidents: list[str]) -> list[UUID]:
    """The ids of the mails `row` threads under, oldest first: those to the same channel that opened or escalated these
    incidents; where none of them opened one, before them the first opening mail that anybody got."""
    rows = conn.execute(
        """SELECT coalesce(merged_into, id) AS mail, kind,
                  owner IS NOT DISTINCT FROM %(owner)s AND channel_number = %(channel_number)s AS own
           FROM notification
           WHERE incident_id = ANY(%(incidents)s) AND kind IN ('opened', 'escalated') AND channel_kind = 'email'
             AND state IN ('due', 'merged', 'sent', 'failed') AND coalesce(merged_into, id) <> %(id)s
           ORDER BY number""",
        {**row, "incidents": incidents},
    ).fetchall()
    openings = [found for found in rows if found["kind"] == "opened"]
    own = [found for found in rows if found["own"]]
    first = [] if any(found["own"] for found in openings) else openings[:1]
    return list(dict.fromkeys(found["mail"] for found in first + own))


def begin_attempt(conn: Connection, notification: UUID, now: datetime) -> int:
    """Note that an attempt starts; its id."""
    row = conn.execute(
        "INSERT INTO attempt (notification_id, started_at) VALUES (%s, %s) RETURNING id", [notification, now]
    ).fetchone()
    assert row is not None
    return int(row["id"])


def end_attempt(
    conn: Connection, attempt: int, now: datetime, sent: bool, status: int | None, detail: str
) -> None:
    conn.execute(
        "UPDATE attempt SET finished_at = %s, outcome = %s, status = %s, detail = %s WHERE id = %s",
        [now, "sent" if sent else "failed", status, detail, attempt],
    )


def settle(conn: Connection, notification: UUID, state: str, now: datetime) -> None:
    """The notification was sent, or has failed for good; what was sent stays so, whoever was slow to say otherwise."""
    conn.execute(
        """UPDATE notification SET state = %s, settled_at = %s, lease_until = NULL,
                  failures = failures + (%s = 'failed')::int
           WHERE id = %s AND state <> 'sent'""",
        [state, now, state, notification],
    )


def try_again(conn: Connection, notification: UUID, at: datetime) -> None:
    """The attempt failed; the next is due at `at`."""
    conn.execute(
        "UPDATE notification SET due_at = %s, failures = failures + 1, lease_until = NULL"
        " WHERE id = %s AND state = 'due'",
        [at, notification],
    )


def failed_since(conn: Connection, since: datetime) -> int:
    """How many messages were given up since then."""
    row = conn.execute(
        "SELECT count(*)::int AS n FROM notification WHERE state = 'failed' AND settled_at >= %s", [since]
    ).fetchone()
    assert row is not None
    return int(row["n"])


def troubled(conn: Connection, since: datetime) -> dict[str, tuple[int, int]]:
    """By kind of channel: messages given up since then, and those that failed at least once and are tried again."""
    rows = conn.execute(
        """SELECT channel, count(n.id) FILTER (WHERE n.state = 'failed' AND n.settled_at >= %s)::int AS failed,
                  count(n.id) FILTER (WHERE n.state = 'due' AND n.failures > 0)::int AS failing
           FROM unnest(ARRAY['email', 'webhook', 'apprise']) AS channel
           LEFT JOIN notification AS n ON n.channel_kind = channel AND n.kind <> 'test' GROUP BY channel""",
        [since],
    )
    return {row["channel"]: (row["failed"], row["failing"]) for row in rows}


def waiting(conn: Connection, now: datetime) -> dict[str, Any]:
    """{due, oldest}: how many messages wait that should have gone by now, and for how many seconds the oldest does."""
    row = conn.execute(
        """SELECT count(*) AS due, coalesce(extract(epoch FROM %(now)s - min(at)), 0)::float8 AS oldest
           FROM (SELECT due_at AS at FROM notification WHERE state = 'due' AND due_at <= %(now)s
                 UNION ALL SELECT due_at FROM announcement
                 WHERE routed_at IS NULL AND silenced_by IS NULL AND due_at <= %(now)s) AS missing""",
        {"now": now},
    ).fetchone()
    assert row is not None
    return row
