"""Sending a notification again because a person asks, by API or page. Raises Problem: 404 unknown, 409 not now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.alerts.store import deliveries
from shared.db import Connection
from shared.web.problems import Problem, not_found

KEPT_BACK = {
    "silenced": "A silence mutes it; once that ends it goes by itself, if its incident is still open.",
    "withdrawn": "Its incident was acknowledged or resolved before it went.",
}


def again(conn: Connection, notification: str) -> dict[str, Any]:
    """Make it due now, with the same id and whatever silence is in force; the notification as it is now."""
    row = _found(conn, notification)
    if row["state"] == "merged":
        raise Problem(409, "Merged", f"It went with {row['merged_into']}: redeliver that one.")
    if row["state"] in KEPT_BACK:
        raise Problem(409, row["state"].capitalize(), KEPT_BACK[row["state"]])
    deliveries.send_again(conn, row["id"], datetime.now(UTC))
    return deliveries.read(conn, [row["id"]])[0]


def _found(conn: Connection, notification: str) -> dict[str, Any]:
    try:
        rows = deliveries.read(conn, [UUID(notification)])
    except ValueError as error:
        raise not_found("notification", notification) from error
    if not rows:
        raise not_found("notification", notification)
    return rows[0]
