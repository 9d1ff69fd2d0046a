"""SQL of the cases that were resolved, the latest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from services.survey.store.follow_ups import COLUMNS, Wanted
from shared.db import Connection

_CASE = ", ".join(COLUMNS)


def latest(
    conn: Connection, wanted: Wanted, before: tuple[datetime, UUID] | None, limit: int
) -> list[dict[str, Any]]:
    """Up to `limit` resolved cases with COLUMNS, resolved before `before` (resolved_at, id); `wanted` says whose and
    where, its state and time are left aside."""
    return conn.execute(
        f"""SELECT {_CASE} FROM follow_up
            WHERE state = 'resolved'
              AND (%(owners)s::text[] IS NULL OR owner = ANY(%(owners)s))
              AND (%(journey)s::text IS NULL OR journey = %(journey)s)
              AND (%(stage)s::text IS NULL OR stage = %(stage)s)
              AND (%(id)s::uuid IS NULL OR (resolved_at, id) < (%(time)s, %(id)s))
            ORDER BY resolved_at DESC, id DESC LIMIT %(limit)s""",
        {
            "owners": None if wanted.owners is None else list(wanted.owners),
            "journey": wanted.journey,
            "stage": wanted.stage,
            "time": before and before[0],
            "id": before and before[1],
            "limit": limit,
        },
    ).fetchall()
