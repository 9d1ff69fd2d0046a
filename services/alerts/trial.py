"""A test of an owner's channels through the real notifier: written as notifications, then waited for."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg_pool import ConnectionPool

from services.alerts.channels.addressed import Channel
from services.alerts.store import deliveries
from shared.db import Connection

PATIENCE_SECONDS = 10.0
LOOK_SECONDS = 0.1
_SLOW = "No outcome within 10 s: see /v1/notifications, and whether the notifier runs."


def run(pool: ConnectionPool[Connection], owner: str, ways: Sequence[Channel]) -> list[dict[str, Any]]:
    """Send one test to each channel; {notification, state, status, detail} of each, in order."""
    ids = [uuid4() for _ in ways]
    with pool.connection() as conn:
        for id_, way in zip(ids, ways, strict=True):
            deliveries.add_test(conn, id_, owner, way.kind, way.number, datetime.now(UTC))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := _states(pool, ids)) and any(row["state"] == "due" for row in found):
        if time.monotonic() >= deadline:
            break
        time.sleep(LOOK_SECONDS)
    return [_outcome(row) for row in found]


def _states(pool: ConnectionPool[Connection], ids: list[UUID]) -> list[dict[str, Any]]:
    with pool.connection() as conn:
        return deliveries.read(conn, ids)


def _outcome(row: dict[str, Any]) -> dict[str, Any]:
    if row["state"] == "due":
        return {"notification": row["id"], "state": "waiting", "status": None, "detail": _SLOW}
    last = row["attempts"][-1]
    return {
        "notification": row["id"],
        "state": row["state"],
        "status": last["status"],
        "detail": last["detail"],
    }
