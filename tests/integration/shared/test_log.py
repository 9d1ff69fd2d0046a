"""The permanent log, read by another service in the two orders there are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services import alerts, survey
from shared import log, outbox
from shared.db import Connection, connect
from shared.events import AMENDED, RECORDED, RESPONSES, isoformat, response_type
from shared.log import Place
from shared.outbox import OutboxRow
from shared.settings import Settings

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
PLACE = Place("shop/delivery", "nps", "customer")
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def writing(settings: Settings) -> Iterator[Connection]:
    with connect(settings, survey.SCHEMA) as conn:
        yield conn


@pytest.fixture
def reading(settings: Settings) -> Iterator[Connection]:
    """As the alerts service: another schema than the log's."""
    with connect(settings, alerts.SCHEMA) as conn, conn.transaction():
        yield conn


def write(
    conn: Connection, *hours: float, kind: str = RECORDED, historic: bool = False, **fields: Any
) -> None:
    """Append an answer (score = its hour) for each hour after noon at which it was given."""
    key = fields.pop("key", PLACE.key)
    rows = []
    for hour in hours:
        data = {
            "survey": "s",
            "survey_revision": 1,
            "metric": "nps",
            "audience": "customer",
            "score": int(hour),
        }
        data |= {"answered_at": isoformat(NOON + timedelta(hours=hour))} | fields
        rows.append(OutboxRow(RESPONSES, key, response_type(kind), data, historic, NOON))
    outbox.append(conn, rows)


def stamp(conn: Connection) -> None:
    with conn.transaction():
        outbox.stamp(conn, 1000)


def scores(conn: Connection, before: datetime | None = None) -> list[int | None]:
    return [entry.score for entry in log.answers(conn, PLACE, before)]


def test_answers_come_in_order_of_the_time_they_were_given(writing: Connection, reading: Connection) -> None:
    write(writing, 3, 1, 2)
    write(writing, 0, key="shop/order")
    write(writing, 4, metric="csat")
    write(writing, 5, audience="employee")
    stamp(writing)
    assert scores(reading) == [1, 2, 3]
    assert scores(reading, NOON + timedelta(hours=3)) == [1, 2]


def test_what_is_not_stamped_yet_is_there_and_comes_last_among_equals(
    writing: Connection, reading: Connection
) -> None:
    write(writing, 1, score=7)
    stamp(writing)
    write(writing, 1, score=9, historic=True)
    write(writing, 1, score=8)  # live: the relay will stamp it before the imported one
    write(writing, 0)
    assert scores(reading) == [0, 7, 8, 9]


def test_an_amendment_follows_its_answer(writing: Connection, reading: Connection) -> None:
    write(writing, 2, 3)
    stamp(writing)
    write(writing, 2, kind=AMENDED, score=10, previous={"score": 2, "reasons": []})
    stamp(writing)
    found = list(log.answers(reading, PLACE))
    assert [(entry.sequence, entry.score, entry.previous) for entry in found] == [
        (1, 2, None),
        (3, 10, 2),
        (2, 3, None),
    ]
    assert [entry.type.split(".")[-2] for entry in found] == ["recorded", "amended", "recorded"]


def test_the_size_is_known_before(writing: Connection, reading: Connection) -> None:
    write(writing, 1, 2, 11)  # 23:00 UTC is tomorrow in Berlin
    stamp(writing)
    write(writing, 30)
    assert log.size(reading, PLACE, BERLIN) == (4, 2)
    assert log.size(reading, PLACE, BERLIN, NOON + timedelta(hours=20)) == (3, 2)
    assert log.size(reading, PLACE, ZoneInfo("UTC"), NOON + timedelta(hours=20)) == (3, 1)
    assert log.asked(reading, PLACE.key) == [("nps", "customer")]


def test_replay_goes_out_again_in_order_of_sequence(writing: Connection, reading: Connection) -> None:
    write(writing, 3, 1, 2)
    stamp(writing)
    write(writing, 0)  # not stamped, so it never went out
    found = list(log.replay(reading, RESPONSES, PLACE.key))
    assert [(row["sequence"], row["data"]["score"]) for row in found] == [(1, 3), (2, 1), (3, 2)]
    assert [row["sequence"] for row in log.replay(reading, RESPONSES, PLACE.key, after=2)] == [3]
