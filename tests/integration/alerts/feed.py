"""Feeds the alerts handler as the consumer does: in transactions with their positions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from services.alerts.handler import Handler
from shared import positions
from shared.batch import Batch
from shared.db import Connection
from tests.unit.alerts.events import Event

ZONE = ZoneInfo("Europe/Berlin")


def feed(conn: Connection, handler: Handler, made: Sequence[Event], size: int = 1000) -> None:
    """Apply `made` in batches of `size`, each in one transaction with its positions."""
    for start in range(0, len(made), size):
        apply(conn, handler, made[start : start + size])


def apply(conn: Connection, handler: Handler, made: Iterable[Event]) -> None:
    """One batch, as shared/consumer.py does it."""
    batch = Batch()
    with conn.transaction():
        locked = positions.lock(conn, [f"{data['journey']}/{data['stage']}" for _, data in made])
        for kind, data in made:
            if locked[f"{data['journey']}/{data['stage']}"].admit(data["sequence"]):
                batch.responses.append((kind, data))
        handler.apply(conn, batch)
        positions.save(conn, locked.values())


def tick(conn: Connection, handler: Handler) -> None:
    """What the consumer does between batches."""
    with conn.transaction():
        handler.apply(conn, Batch())


def memory(conn: Connection) -> list[dict[str, Any]]:
    """All a detector knows, for comparing: states, positions of each, day sums."""
    states = conn.execute(
        """SELECT journey, stage, metric, audience, last_sequence, state::text AS state
           FROM detector ORDER BY journey, stage, metric, audience"""
    ).fetchall()
    sums = conn.execute(
        """SELECT d.stage, d.metric, d.audience, s.day, s.survey, s.survey_revision, s.n, s.halves, s.squares
           FROM day_sum AS s JOIN detector AS d ON d.id = s.detector ORDER BY 1, 2, 3, 4, 5, 6"""
    ).fetchall()
    return states + sums
