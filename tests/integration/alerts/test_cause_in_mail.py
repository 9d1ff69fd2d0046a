"""The mail names the cause: a real aggregator with scripted answers behind the notifier."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Thread
from typing import Any

import pytest
from werkzeug.serving import make_server

from dev.mail_sink import MailSink
from services.aggregator import SCHEMA as AGGREGATOR
from services.aggregator import handler as aggregator
from services.aggregator.app import create_app
from services.aggregator.periods import Days
from services.alerts.handler import Handler
from services.alerts.store import incidents
from shared import positions
from shared.batch import Batch
from shared.db import Connection, connect
from shared.settings import Settings
from tests.integration.alerts.conftest import Notifier, Open, Put
from tests.integration.alerts.feed import ZONE, feed
from tests.unit.aggregator.events import Event, recorded
from tests.unit.aggregator.maps import SHOP
from tests.unit.alerts.events import events

HANDOVER = ("shop", "delivery", "handover", "delivery-nps", "nps", "customer")
TRACKING = ("shop", "delivery", "tracking", "tracking-nps", "nps", "customer")
HAPPY, UNHAPPY = (6, 2, 2), (1, 1, 8)


@pytest.fixture(autouse=True)
def aggregator_web(settings: Settings) -> Iterator[None]:
    app = create_app(settings)
    server = make_server("127.0.0.1", settings.aggregator_port, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["journeyloop"].pool.close()


def answers(now: datetime, bad_days: range = range(3)) -> list[Event]:
    """Sixty answers a day; on some days (ago) the hand-over is bad in the north, and only there."""
    random, made = Random(4), []
    for day in range(60, -1, -1):
        for n in range(60):
            place, region = (HANDOVER, TRACKING)[n % 2], ("north", "south")[n // 2 % 2]
            bad = day in bad_days and place is HANDOVER and region == "north"
            score = random.choices((10, 8, 3), UNHAPPY if bad else HAPPY)[0]
            reasons = ("late",) if score == 3 and bad else ()
            at = now - timedelta(days=day, minutes=n)
            made.append(recorded(place, score, at=at, reasons=reasons, region=region))
    return made


def count(settings: Settings, events: list[Event]) -> None:
    """What the aggregator's consumer does with them."""
    with connect(settings, AGGREGATOR) as conn, conn.transaction():
        locked = positions.lock(conn, ["shop/delivery"])
        locked["shop/delivery"].last_sequence += len(events)
        aggregator.apply(conn, Batch(events, [("published", SHOP)]), Days(settings.report_tz))
        positions.save(conn, locked.values())


def body(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())


@pytest.mark.usefixtures("shop")
def test_the_mail_waits_for_the_count_and_names_touchpoint_segment_and_reason(
    settings: Settings,
    conn: Connection,
    telling: Notifier,
    put_owner: Put,
    open_incident: Open,
    mail_sink: MailSink,
) -> None:
    put_owner("ben")
    made = answers(datetime.now(UTC))
    count(settings, made[:-1])
    incident = open_incident(sequence=len(made))
    telling.work(seconds=1)
    assert mail_sink.messages() == []
    count(settings, made[-1:])
    telling.work(seconds=1)
    [mail] = mail_sink.messages()
    told = body(mail)
    assert "Courier hand-over (moment of truth)" in told
    assert "mostly region north" in told
    assert "Order tracking" not in told
    assert "Reasons given: Late " in told
    _adds_up(str(mail["Subject"]), told)
    row = incidents.read(conn, incident)
    assert row is not None
    assert row["cause"]["through"] == {"shop/delivery": len(made)}


@pytest.mark.usefixtures("shop")
def test_a_resolution_says_what_the_score_is_back_at(
    settings: Settings,
    conn: Connection,
    telling: Notifier,
    put_owner: Put,
    open_incident: Open,
    mail_sink: MailSink,
) -> None:
    put_owner("ben")
    made = answers(datetime.now(UTC), range(5, 9))
    count(settings, made)
    open_incident(sequence=len(made), ago=8)
    telling.work(seconds=1)
    with conn.transaction():
        incidents.recover(conn, HANDOVER[:2] + HANDOVER[4:], len(made), telling.now)
    telling.work(minutes=3)
    opening, ending = mail_sink.messages()
    assert str(ending["Subject"]).startswith("Delivery NPS back at ")
    assert str(ending["Subject"]).endswith(" after 8 days")
    assert "Lowest" in body(ending)
    assert ending["In-Reply-To"] == opening["Message-ID"]


def _adds_up(subject: str, told: str) -> None:
    drop = int(subject.partition(" down ")[2].split()[0])
    lines = told.replace("−", "-").partition("points come from\n")[2].partition("\n\n")[0].splitlines()
    points = [int(word) for line in lines for word in line.split() if word[0] in "+-" and word[1:].isdigit()]
    assert len(points) == len(lines)
    assert sum(points) == -drop


@pytest.mark.usefixtures("shop")
def test_a_drop_the_consumer_finds_reaches_the_inbox_once(
    conn: Connection, telling: Notifier, put_owner: Put, mail_sink: MailSink
) -> None:
    """Detection, announcement, routing and mail in a row; the aggregator knows nothing of these answers."""
    put_owner("ben")
    feed(conn, Handler(ZONE), events(230, historic_days=120, low=range(150, 175), seed=2))
    telling.work(seconds=61)
    telling.work(minutes=3)
    opening, ending = mail_sink.messages()
    assert opening["To"] == ending["To"] == "ben@example.com"
    assert " down " in opening["Subject"]
    assert "down" not in ending["Subject"]
    assert ending["In-Reply-To"] == opening["Message-ID"]
