"""SQL of incidents and their timelines."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from services.alerts.store import notifications
from services.alerts.store.detectors import Place
from shared.db import Connection

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base32: no I, L, O, U to misread
ID_LENGTH = 8
MICROSECONDS_A_DAY = 86_400_000_000

_FIELDS = """id, journey, stage, metric, audience, state, opened_at, onset, opening_sequence, before, since, evidence,
             budget, false_alarms_per_year, acknowledged_at, acknowledged_by, closed_at, closed_by, resolved_by,
             outcome, cause, measurement"""
NO_FILTERS: Mapping[str, str | None] = dict.fromkeys(("state", "journey", "stage", "metric", "audience"))
# Those of employees are from before nobody watched them (ADR 0024), and are shown no more.
_MATCHING = """audience = 'customer'
              AND (%(journey)s::text IS NULL OR journey = %(journey)s)
              AND (%(stage)s::text IS NULL OR stage = %(stage)s)
              AND (%(metric)s::text IS NULL OR metric = %(metric)s)
              AND (%(audience)s::text IS NULL OR audience = %(audience)s)
              AND (%(keys)s::text[] IS NULL OR journey || '/' || stage = ANY(%(keys)s))"""


def open_(
    conn: Connection,
    place: Place,
    *,
    opened_at: datetime,
    onset: datetime,
    opening_sequence: int,
    before: dict[str, Any],
    since: dict[str, Any],
    evidence: float,
    budget: float,
    false_alarms_per_year: float,
) -> str:
    """Open an incident and have its owner told; its id. before, since: {n, halves, squares, from, to}."""
    incident = "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))
    measured = [Jsonb(before), Jsonb(since), evidence, budget, false_alarms_per_year]
    conn.execute(
        """INSERT INTO incident (id, journey, stage, metric, audience, opened_at, onset, opening_sequence,
                                 before, since, evidence, budget, false_alarms_per_year)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)""",
        [incident, *place, opened_at, onset, opening_sequence, *measured],
    )
    add_event(conn, incident, "opened", at=opened_at)
    notifications.enqueue(conn, incident, "opened")
    return incident


def recover(
    conn: Connection,
    place: Place,
    opening_sequence: int,
    at: datetime,
    *,
    closed_by: str = "automatic",
    text: str | None = None,
) -> None:
    """Close the incident because its stage recovered, or a map ended it for the reason `text`, unless a person did."""
    row = conn.execute(
        """UPDATE incident SET state = 'resolved', closed_at = %s, closed_by = %s
           WHERE journey = %s AND stage = %s AND metric = %s AND audience = %s
             AND opening_sequence = %s AND state <> 'resolved'
           RETURNING id""",
        [at, closed_by, *place, opening_sequence],
    ).fetchone()
    if row:
        add_event(conn, row["id"], "resolved", text=text, at=at)
        notifications.enqueue(conn, row["id"], "resolved")


def add_event(
    conn: Connection,
    incident: str,
    kind: str,
    *,
    who: str | None = None,
    text: str | None = None,
    at: datetime | None = None,
) -> None:
    """Add to the timeline: opened, acknowledged, note or resolved."""
    conn.execute(
        "INSERT INTO incident_event (incident, at, kind, who, text) VALUES (%s, coalesce(%s, now()), %s, %s, %s)",
        [incident, at, kind, who, text],
    )


def newest(
    conn: Connection,
    filters: Mapping[str, str | None],
    after: tuple[datetime, str] | None,
    limit: int,
    keys: Sequence[str] | None = None,
) -> list[dict[str, Any]]:
    """Incidents, newest first, that match the filters given (state, journey, stage, metric, audience).

    keys: of these stages only ("journey/stage").
    """
    opened_at, id_ = after or (None, None)
    return conn.execute(
        f"""SELECT {_FIELDS} FROM incident WHERE {_MATCHING}
              AND (%(state)s::text IS NULL OR state = %(state)s)
              AND (%(opened_at)s::timestamptz IS NULL OR opened_at < %(opened_at)s
                   OR (opened_at = %(opened_at)s AND id > %(id)s))
            ORDER BY opened_at DESC, id LIMIT %(limit)s""",
        _given(filters, keys) | {"opened_at": opened_at, "id": id_, "limit": limit},
    ).fetchall()


def counts(
    conn: Connection, filters: Mapping[str, str | None] = NO_FILTERS, keys: Sequence[str] | None = None
) -> dict[str, int]:
    """How many incidents are in each state, of those that match; as for `newest`, but for the state."""
    rows = conn.execute(
        f"SELECT state, count(*) AS n FROM incident WHERE {_MATCHING} GROUP BY state", _given(filters, keys)
    )
    return {"open": 0, "acknowledged": 0, "resolved": 0} | {row["state"]: row["n"] for row in rows}


def read(conn: Connection, incident: str, *, lock: bool = False) -> dict[str, Any] | None:
    """One incident, or None; locked against a change by somebody else where asked."""
    ending = "FOR UPDATE" if lock else ""
    return conn.execute(
        f"SELECT {_FIELDS} FROM incident WHERE id = %s AND audience = 'customer' {ending}", [incident]
    ).fetchone()


def timeline(conn: Connection, incident: str) -> list[dict[str, Any]]:
    """What happened, in order: at, kind, who, text."""
    return conn.execute(
        "SELECT at, kind, who, text FROM incident_event WHERE incident = %s ORDER BY id", [incident]
    ).fetchall()


def acknowledge(conn: Connection, incident: str, who: str) -> None:
    """`who` works on it: repeats stop."""
    conn.execute(
        "UPDATE incident SET state = 'acknowledged', acknowledged_at = now(), acknowledged_by = %s WHERE id = %s",
        [who, incident],
    )
    add_event(conn, incident, "acknowledged", who=who)


def resolve(conn: Connection, incident: str, who: str, outcome: str, note: str | None) -> None:
    """A person ends it, saying how it ended."""
    conn.execute(
        """UPDATE incident
           SET state = 'resolved', closed_at = now(), closed_by = 'person', resolved_by = %s, outcome = %s
           WHERE id = %s""",
        [who, outcome, incident],
    )
    add_event(conn, incident, "resolved", who=who, text=note)
    notifications.enqueue(conn, incident, "resolved")


def records(conn: Connection, places: Sequence[Place]) -> dict[Place, dict[str, int]]:
    """Of each of these detectors that ever raised an alarm: alarms, and how many of them were called false."""
    columns = [list(column) for column in zip(*places, strict=True)] or [[]] * 4
    rows = conn.execute(
        """SELECT journey, stage, metric, audience, count(*) AS alarms,
                  count(*) FILTER (WHERE outcome = 'false_alarm') AS called_false
           FROM incident
           JOIN unnest(%s::text[], %s::text[], %s::text[], %s::text[]) AS asked(journey, stage, metric, audience)
                USING (journey, stage, metric, audience)
           GROUP BY journey, stage, metric, audience""",
        columns,
    )
    return {
        (row["journey"], row["stage"], row["metric"], row["audience"]): {
            "alarms": row["alarms"],
            "called_false": row["called_false"],
        }
        for row in rows
    }


def record(conn: Connection, place: Place) -> dict[str, Any]:
    """One detector's own record: alarms, called_false, days_watched."""
    row = conn.execute(
        """SELECT (SELECT coalesce((state ->> 'watched')::bigint, 0) FROM detector
                   WHERE journey = %(journey)s AND stage = %(stage)s AND metric = %(metric)s
                     AND audience = %(audience)s) AS watched,
                  count(*) AS alarms, count(*) FILTER (WHERE outcome = 'false_alarm') AS called_false
           FROM incident
           WHERE journey = %(journey)s AND stage = %(stage)s AND metric = %(metric)s AND audience = %(audience)s""",
        dict(zip(("journey", "stage", "metric", "audience"), place, strict=True)),
    ).fetchone()
    assert row is not None
    days = (row["watched"] or 0) / MICROSECONDS_A_DAY
    return {"alarms": row["alarms"], "called_false": row["called_false"], "days_watched": days}


def waiting(conn: Connection) -> dict[str, int]:
    """How many incidents are open and how many acknowledged: {open, acknowledged}."""
    row = conn.execute(
        """SELECT count(*) FILTER (WHERE state = 'open') AS open,
                  count(*) FILTER (WHERE state = 'acknowledged') AS acknowledged
           FROM incident WHERE state <> 'resolved'"""
    ).fetchone()
    assert row is not None
    return row


def _given(filters: Mapping[str, str | None], keys: Sequence[str] | None) -> dict[str, Any]:
    return {**NO_FILTERS, **filters, "keys": None if keys is None else list(keys)}
