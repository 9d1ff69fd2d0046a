"""Telling the other services about a case: one event a revision, in the transaction that made it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.survey.follow_ups import events
from shared.db import Connection
from shared.events import FOLLOW_UP_TYPE, FOLLOW_UPS
from shared.outbox import OutboxRow, append


def publish(conn: Connection, case: Mapping[str, Any], now: datetime) -> None:
    """Append the case as it is now to the log."""
    append(conn, [OutboxRow(FOLLOW_UPS, str(case["id"]), FOLLOW_UP_TYPE, events.changed(case), False, now)])
