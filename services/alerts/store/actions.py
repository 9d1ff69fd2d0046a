"""The SQL of actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from psycopg.types.json import Jsonb

from shared.db import Connection

_FIELDS = """action, document, journey, stage, started_on, incident, compared_at, updated_at, updated_by,
             effect, effect_of, effect_at"""
_MATCHING = """archived_at IS NULL AND (%(journey)s::text IS NULL OR journey = %(journey)s)
               AND (%(stage)s::text IS NULL OR stage = %(stage)s)
               AND (%(incident)s::text IS NULL OR incident = %(incident)s)"""
NO_FILTERS: Mapping[str, str | None] = dict.fromkeys(("journey", "stage", "incident"))


def get(conn: Connection, action: str, *, lock: bool = False) -> dict[str, Any] | None:
    """The action as stored; None where there is none or it is archived."""
    text = f"SELECT {_FIELDS} FROM action WHERE action = %s AND archived_at IS NULL"
    return conn.execute(text + (" FOR UPDATE" if lock else ""), [action]).fetchone()


def put(
    conn: Connection,
    action: str,
    document: Mapping[str, Any],
    by: str,
    *,
    compares_anew: bool,
) -> None:
    """Store the document, reviving an archived one. compares_anew: what is compared is not what was before."""
    place = [document["journey"], document["stage"], document["started_on"], document.get("incident")]
    conn.execute(
        """INSERT INTO action AS a (action, document, journey, stage, started_on, incident, updated_by)
           VALUES (%s, %s, %s, %s, %s, %s, %s)
           ON CONFLICT (action) DO UPDATE
           SET document = EXCLUDED.document, journey = EXCLUDED.journey, stage = EXCLUDED.stage,
               started_on = EXCLUDED.started_on, incident = EXCLUDED.incident, updated_by = EXCLUDED.updated_by,
               updated_at = now(), archived_at = NULL,
               compared_at = CASE WHEN %s OR a.archived_at IS NOT NULL THEN now() ELSE a.compared_at END""",
        [action, Jsonb(document), *place, by, compares_anew],
    )


def archive(conn: Connection, action: str) -> None:
    """Take it off the lists; its document is kept."""
    conn.execute("UPDATE action SET archived_at = now() WHERE action = %s", [action])


def page(conn: Connection, filters: Mapping[str, str | None], limit: int, after: str) -> list[dict[str, Any]]:
    """Up to limit + 1 actions in order of their keys, after the key `after`."""
    return conn.execute(
        f"SELECT {_FIELDS} FROM action WHERE {_MATCHING} AND action > %(after)s ORDER BY action LIMIT %(limit)s",
        {**NO_FILTERS, **filters, "after": after, "limit": limit + 1},
    ).fetchall()


def all_(conn: Connection, **filters: str | None) -> list[dict[str, Any]]:
    """Every action that is not archived (journey, stage, incident: only those), the latest started first."""
    return conn.execute(
        f"SELECT {_FIELDS} FROM action WHERE {_MATCHING} ORDER BY started_on DESC, action",
        {**NO_FILTERS, **filters},
    ).fetchall()


def at(
    conn: Connection, journey: str, stages: Sequence[str], first: date, last: date
) -> list[dict[str, Any]]:
    """The actions that started at some stages of a journey within days first…last, the earliest first."""
    return conn.execute(
        f"""SELECT {_FIELDS} FROM action
            WHERE archived_at IS NULL AND journey = %s AND stage = ANY(%s) AND started_on BETWEEN %s AND %s
            ORDER BY started_on, action""",
        [journey, list(stages), first, last],
    ).fetchall()


def incidents_at(
    conn: Connection, place: Mapping[str, Any], stages: Sequence[str], first: datetime, last: datetime
) -> list[dict[str, Any]]:
    """Incidents of the place's journey, metric and audience at some stages, with an onset within first…last."""
    return conn.execute(
        """SELECT id, stage, onset FROM incident
           WHERE journey = %(journey)s AND metric = %(metric)s AND audience = %(audience)s
             AND stage = ANY(%(stages)s) AND onset BETWEEN %(first)s AND %(last)s
             AND outcome IS DISTINCT FROM 'false_alarm'
           ORDER BY onset, id""",
        {name: place[name] for name in ("journey", "metric", "audience")}
        | {"stages": list(stages), "first": first, "last": last},
    ).fetchall()


def keep_effect(
    conn: Connection, action: str, effect: Mapping[str, Any], version: str, now: datetime
) -> None:
    """Keep what was measured for a version of the document."""
    conn.execute(
        "UPDATE action SET effect = %s, effect_of = %s, effect_at = %s WHERE action = %s",
        [Jsonb(effect), version, now, action],
    )


def keys(conn: Connection) -> list[str]:
    """The key of every action there ever was."""
    return [row["action"] for row in conn.execute("SELECT action FROM action")]
