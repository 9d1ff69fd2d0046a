"""Answers in the log, and what may become of their events on the way: poison of every kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from services.survey.accept import NewAnswer, accept_many
from services.survey.answers import read
from services.survey.store.surveys import definitions
from shared import broker, outbox
from shared.db import Connection
from shared.events import RESPONSES
from shared.settings import Settings

KEY = "shop/delivery"
DAY = datetime(2026, 11, 20, 12, tzinfo=UTC)
Damage = Callable[[bytes], bytes]


def accept(conn: Connection, settings: Settings, count: int) -> None:
    """Accept and stamp `count` answers to delivery-nps."""
    with conn.transaction():
        known = definitions(conn, ["delivery-nps"])["delivery-nps"]
        items = [{"id": str(uuid4()), "score": n % 11, "answered_at": DAY.isoformat()} for n in range(count)]
        now = datetime.now(UTC)
        answers = [NewAnswer(known, read(item, known, now, None)) for item in items]
        accept_many(conn, answers, now, settings.respondent_keys)
        outbox.stamp(conn, count)


def changed(**fields: Any) -> Damage:
    """The event with other fields in its data; `type` is the event's."""

    def change(value: bytes) -> bytes:
        event = json.loads(value)
        event["type"] = fields.get("type", event["type"])
        event["data"] |= {name: text for name, text in fields.items() if name != "type"}
        return json.dumps(event).encode()

    return change


# What happens to an event of ours, and what the dead letter says of it.
DAMAGES: Mapping[str, tuple[Damage, str]] = {
    "not JSON": (lambda value: value[:-20], "not JSON"),
    "nothing": (lambda value: b"", "not JSON"),
    "wrong schema": (changed(score=11), "score 11 is outside 0-10"),
    "unknown version": (changed(type="io.journeyloop.response.recorded.v9"), "unknown type"),
    "wrong key": (changed(stage="order"), "is not the event's journey/stage"),
    "too large": (changed(survey="s" * 5_000), "too large"),
    "too large for the dead topic": (lambda value: bytes(range(256)) * 3_500, "not JSON"),
    "a number no column takes": (changed(survey_revision=2**40), "survey_revision"),
    "NUL": (changed(touchpoint="hand\0over"), "NUL"),
}

# Messages of strangers, as (key, value, headers): none of them has a place in the log.
STRANGERS: list[tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]] = [
    (KEY.encode(), b"not json", []),
    (None, b"{}", []),
    (KEY.encode(), None, []),
    (b"a\0b", b"{}", [("sequence", b"1")]),
    (b"k" * 5_000, b"{}", [("sequence", b"1")]),
    (KEY.encode(), b"{}", [("sequence", b"9" * 5_000)]),
    (KEY.encode(), b"\xff\xfe", [("sequence", b"-1")]),
]


def send(settings: Settings, conn: Connection, damages: Mapping[int, Damage]) -> int:
    """Send the whole log as the relay does, the events at these sequences damaged; the number of messages."""
    broker.ensure_topics(settings)
    rows = outbox.stamped_after(conn, 0, 10_000)
    producer = broker.producer(settings)
    for row in rows:
        value = outbox.event(row)
        damage = damages.get(row["sequence"])
        producer.send(
            broker.topic(settings, RESPONSES),
            key=row["key"].encode(),
            value=damage(value) if damage else value,
            headers=[("sequence", str(row["sequence"]).encode())],
        )
    producer.close()
    return len(rows)


def send_strangers(settings: Settings) -> int:
    producer = broker.producer(settings)
    for key, value, headers in STRANGERS:
        producer.send(broker.topic(settings, RESPONSES), key=key, value=value, headers=headers)
    producer.close()
    return len(STRANGERS)
