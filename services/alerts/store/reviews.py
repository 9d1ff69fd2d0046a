"""The SQL of reviews: frozen ones, their schedules, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.db import Connection

_DECISION = "id, journey, week, text, owner, due_on, decided_at, decided_by, done_at, done_by"


def frozen(conn: Connection, journey: str, monday: date) -> dict[str, Any] | None:
    """The review of a week as it was sent: document, frozen_at; None where it was not."""
    return conn.execute(
        "SELECT document, frozen_at FROM review WHERE journey = %s AND week = %s", [journey, monday]
    ).fetchone()


def freeze(
    conn: Connection, journey: str, monday: date, document: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Keep the review of a week for good; what was kept first stays. As it is kept: document, frozen_at."""
    conn.execute(
        """INSERT INTO review (journey, week, document, frozen_at) VALUES (%s, %s, %s, %s)
           ON CONFLICT (journey, week) DO NOTHING""",
        [journey, monday, Jsonb(document), now],
    )
    kept = frozen(conn, journey, monday)
    assert kept is not None, "it was kept just now, or before"
    return kept


def frozen_weeks(conn: Connection, journey: str, limit: int) -> list[date]:
    """The Mondays of the last reviews that were sent, newest first."""
    rows = conn.execute(
        "SELECT week FROM review WHERE journey = %s ORDER BY week DESC LIMIT %s", [journey, limit]
    )
    return [row["week"] for row in rows]


def schedule(conn: Connection, journey: str, *, lock: bool = False) -> dict[str, Any] | None:
    """When the journey's review is sent: document, next_at; None where it is not."""
    text = "SELECT document, next_at FROM review_schedule WHERE journey = %s"
    return conn.execute(text + (" FOR UPDATE" if lock else ""), [journey]).fetchone()


def schedules(conn: Connection, limit: int, after: str) -> list[dict[str, Any]]:
    """Up to limit + 1 of {journey, document} in order of their journeys, after the journey `after`."""
    return conn.execute(
        "SELECT journey, document FROM review_schedule WHERE journey > %s ORDER BY journey LIMIT %s",
        [after, limit + 1],
    ).fetchall()


def put_schedule(
    conn: Connection, journey: str, document: Mapping[str, Any], next_at: datetime, by: str
) -> None:
    conn.execute(
        """INSERT INTO review_schedule (journey, document, next_at, updated_by) VALUES (%s, %s, %s, %s)
           ON CONFLICT (journey) DO UPDATE SET document = EXCLUDED.document, next_at = EXCLUDED.next_at,
               claimed_until = NULL, updated_at = now(), updated_by = EXCLUDED.updated_by""",
        [journey, Jsonb(document), next_at, by],
    )


def delete_schedule(conn: Connection, journey: str) -> None:
    conn.execute("DELETE FROM review_schedule WHERE journey = %s", [journey])


def claim(conn: Connection, now: datetime, lease: timedelta) -> dict[str, Any] | None:
    """Take the review longest due out of other notifiers' reach until now + lease: journey, document, next_at."""
    return conn.execute(
        """UPDATE review_schedule SET claimed_until = %(until)s WHERE journey = (
               SELECT journey FROM review_schedule
               WHERE next_at <= %(now)s AND (claimed_until IS NULL OR claimed_until <= %(now)s)
               ORDER BY next_at, journey LIMIT 1 FOR UPDATE SKIP LOCKED)
           RETURNING journey, document, next_at""",
        {"now": now, "until": now + lease},
    ).fetchone()


def overdue(conn: Connection, now: datetime) -> int:
    """Of how many journeys the review's moment is over."""
    row = conn.execute("SELECT count(*)::int AS n FROM review_schedule WHERE next_at <= %s", [now]).fetchone()
    assert row is not None
    return int(row["n"])


def postpone(conn: Connection, journey: str, until: datetime) -> None:
    """Come back to it then."""
    conn.execute("UPDATE review_schedule SET claimed_until = %s WHERE journey = %s", [until, journey])


def sent(conn: Connection, journey: str, due_at: datetime, next_at: datetime) -> None:
    """It went, as it was due at `due_at`; a schedule that was changed meanwhile stays as it is."""
    conn.execute(
        """UPDATE review_schedule SET next_at = %s, claimed_until = NULL
           WHERE journey = %s AND next_at = %s""",
        [next_at, journey, due_at],
    )


def told(conn: Connection, notification: UUID, journey: str, monday: date) -> None:
    """Note which review a message tells of."""
    conn.execute(
        """INSERT INTO review_told (notification, journey, week) VALUES (%s, %s, %s)
           ON CONFLICT (notification) DO NOTHING""",
        [notification, journey, monday],
    )


def told_by(conn: Connection, notification: UUID) -> dict[str, Any]:
    """The review that a message tells of, as it was frozen: journey, week, document."""
    row = conn.execute(
        """SELECT r.journey, r.week, r.document FROM review_told AS t JOIN review AS r USING (journey, week)
           WHERE t.notification = %s""",
        [notification],
    ).fetchone()
    assert row is not None, "a message about a review is written with it"
    return row


def decisions(conn: Connection, journey: str, monday: date) -> list[dict[str, Any]]:
    """What the review of a week shows: decided in it, or before and not done when the week began; oldest first."""
    return conn.execute(
        f"""SELECT {_DECISION} FROM review_decision
            WHERE journey = %(journey)s AND (week = %(monday)s OR (
                week < %(monday)s AND (done_at IS NULL OR done_at >= %(monday)s)))
            ORDER BY due_on NULLS LAST, decided_at, id""",
        {"journey": journey, "monday": monday},
    ).fetchall()


def decide(
    conn: Connection, id: UUID, journey: str, monday: date, document: Mapping[str, Any], by: str
) -> None:
    """Record a decision: {text, owner, due_on}. The same id again changes nothing."""
    conn.execute(
        """INSERT INTO review_decision (id, journey, week, text, owner, due_on, decided_by)
           VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO NOTHING""",
        [id, journey, monday, document["text"], document.get("owner"), document.get("due_on"), by],
    )


def decision(conn: Connection, id: UUID) -> dict[str, Any] | None:
    """One decision."""
    return conn.execute(f"SELECT {_DECISION} FROM review_decision WHERE id = %s", [id]).fetchone()


def done(conn: Connection, id: UUID, by: str) -> None:
    """It is done; who said so first stays."""
    conn.execute(
        "UPDATE review_decision SET done_at = now(), done_by = %s WHERE id = %s AND done_at IS NULL",
        [by, id],
    )


def reopen(conn: Connection, id: UUID) -> None:
    """It is not done after all."""
    conn.execute("UPDATE review_decision SET done_at = NULL, done_by = NULL WHERE id = %s", [id])


def incidents(conn: Connection, journey: str, since: datetime) -> list[dict[str, Any]]:
    """The incidents of customers that were not over at `since`, the oldest first."""
    return conn.execute(
        """SELECT id, journey, stage, metric, audience, state, opened_at, onset, before, since, closed_at, outcome,
                  cause
           FROM incident
           WHERE journey = %s AND audience = 'customer' AND (closed_at IS NULL OR closed_at >= %s)
           ORDER BY opened_at, id""",
        [journey, since],
    ).fetchall()
