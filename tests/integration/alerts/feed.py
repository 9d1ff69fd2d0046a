"""Feeds the alerts handler as the consumer does: events of a synthetic stage, in transactions with their positions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from services.alerts.handler import Handler
from shared import positions
from shared.consumer import Batch
from shared.db import Connection
from shared.events import isoformat

START = datetime(2024, 1, 1, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
SCORES = {"good": 10, "middling": 8, "bad": 3}

Event = tuple[str, dict[str, Any]]


def events(
    days: int,
    a_day: int = 20,
    *,
    historic_days: int = 0,
    low: range = range(0),
    seed: int = 1,
    stage: str = "delivery",
    audience: str = "customer",
    first: int = 1,
) -> list[Event]:
    """`days` days of NPS answers; on the days in `low` hardly anybody is happy."""
    random = Random(seed)
    made: list[Event] = []
    for day in range(days):
        weights = (2, 2, 6) if day in low else (6, 2, 2)
        for n in range(a_day):
            at = START + timedelta(days=day, seconds=n * 86_000 // a_day)
            score = SCORES[random.choices(list(SCORES), weights)[0]]
            made.append(recorded(first + len(made), score, at, day < historic_days, stage, audience))
    return made


def recorded(
    sequence: int,
    score: int,
    at: datetime,
    historic: bool,
    stage: str = "delivery",
    audience: str = "customer",
) -> Event:
    """One response.recorded event of the survey <stage>-nps."""
    data = {
        "sequence": sequence,
        "answer_id": f"00000000-0000-0000-0000-{sequence:012}",
        "survey": f"{stage}-nps",
        "survey_revision": 1,
        "journey": "shop",
        "stage": stage,
        "touchpoint": "courier",
        "metric": "nps",
        "audience": audience,
        "score": score,
        "reasons": [],
        "segments": {},
        "channel": "link",
        "lang": "en",
        "answered_at": isoformat(at),
        "recorded_at": isoformat(at + timedelta(seconds=1)),
        "historic": historic,
    }
    return "recorded", data


def correction(kind: str, sequence: int, original: Event, score: int | None) -> Event:
    """An amended or voided event of `original`."""
    data = original[1] | {"sequence": sequence, "score": score}
    return kind, data | {"previous": {"score": original[1]["score"], "reasons": []}}


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
