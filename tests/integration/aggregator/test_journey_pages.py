"""`/` and `/journeys/{journey}` over a real database. Alerts is away unless a test starts it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Response
from flask.testing import FlaskClient

from services import alerts
from services.alerts.handler import Handler
from shared import access, positions
from shared.access import accounts, sessions
from shared.batch import Batch
from shared.db import Connection, connect
from shared.employees import period_name
from shared.events import PUBLISHED
from shared.settings import Settings
from shared.web import session_cookie
from tests.integration.aggregator.conftest import Feed
from tests.integration.beating import beat, miss, pass_time
from tests.processes import Processes
from tests.unit.aggregator.events import PLACES, Event, recorded
from tests.unit.aggregator.maps import SHOP
from tests.unit.alerts.events import events

Open = Callable[..., str]
KEY = "shop/delivery"
BERLIN = ZoneInfo("Europe/Berlin")
STAFF = {"survey": "courier-nps", "audience": "employee"}
WITH_STAFF = SHOP | {"surveys": [*SHOP["surveys"], SHOP["surveys"][0] | STAFF]}
PAGES = ("/", "/journeys/shop", "/journeys/shop/stages/delivery")


@pytest.fixture
def open_page(client: FlaskClient, conn: Connection) -> Open:
    """GET a page as somebody with a role; its text, with the status asked for."""

    def get(path: str, status: int = 200, role: str = "viewer", raw: bool = False, **query: Any) -> str:
        key = access.create_key(conn, role, "tests")
        answer = client.get(path, query_string=query, headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == status, answer.text
        return answer.text if raw else unescape(answer.text)

    return get


def answers(place: tuple[str, ...], good: int, bad: int, days_ago: int = 0) -> list[Event]:
    at = datetime.now(UTC) - timedelta(days=days_ago)
    return [recorded(place, score, at=at) for score in [10] * good + [2] * bad]


def test_without_journeys_it_says_how_to_begin(open_page: Open, conn: Connection) -> None:
    beat(conn)
    assert "/setup" in open_page("/", role="admin").partition("No journeys yet")[2]
    assert "No journeys yet" in open_page("/")


def test_a_journey_nobody_answered_yet_has_no_zeros(open_page: Open, conn: Connection, feed: Feed) -> None:
    feed([], [(PUBLISHED, SHOP)])
    beat(conn)
    page = open_page("/journeys/shop")
    assert "No answers yet" in page
    assert "Install ‘delivery-nps’" in page
    assert 'class="score"' not in page


def test_scores_stand_by_stage_and_touchpoint(open_page: Open, conn: Connection, feed: Feed) -> None:
    feed(answers(PLACES[0], 80, 20, days_ago=30) + answers(PLACES[0], 60, 60), [(PUBLISHED, SHOP)])
    beat(conn)
    page = open_page("/journeys/shop")
    for text in (
        "120 answers",
        "−60, beyond noise",
        "Target 40",
        "not met",
        "Courier hand-over",
        "first-time buyer",
    ):
        assert text in page, text
    assert "−60 " in page.partition('data-label="Share"')[2]
    home = open_page("/")
    assert "Delivery" in home
    assert "−60, beyond noise" in home


def test_the_window_and_the_audience_are_in_the_address(
    open_page: Open, conn: Connection, feed: Feed
) -> None:
    now = answers(PLACES[0], 31, 0) + answers(PLACES[2], 6, 0)
    feed(answers(PLACES[0], 40, 0, days_ago=40) + now, [(PUBLISHED, WITH_STAFF)])
    beat(conn)
    assert "31 answers" in open_page("/journeys/shop", window="28d")
    assert "71 answers" in open_page("/journeys/shop", window="90d")
    crew = open_page("/journeys/shop", audience="employee")
    assert "of employees" in crew
    assert "31 answers" not in crew
    assert "told of whole stages" in crew


def test_employees_stand_beside_customers_once_they_are_told(
    open_page: Open, conn: Connection, feed: Feed
) -> None:
    feed(answers(PLACES[0], 40, 60, days_ago=100) + answers(PLACES[0], 40, 0), [(PUBLISHED, WITH_STAFF)])
    feed(answers(PLACES[2], 3, 1, days_ago=100) + answers(PLACES[2], 9, 0))
    beat(conn)
    for path in ("/", "/journeys/shop"):
        assert "too few employees" in open_page(path)
    feed(answers(PLACES[2], 6, 0, days_ago=100))
    beat(conn)
    month = period_name(*[(datetime.now(BERLIN) - timedelta(days=100)).date()] * 2)
    for path in ("/", "/journeys/shop", "/journeys/shop/stages/delivery"):
        page = open_page(path, audience="employee")
        assert "too few employees" not in page
        assert (month in page, "10 answers" in page or ">10<" in page) == (True, True), path
        assert "between" in page
    assert "Employees say" in open_page("/journeys/shop")
    assert "Employees say" in open_page("/journeys/shop/stages/delivery", audience="employee")
    rows = list(csv.DictReader(open_page("/journeys/shop/touchpoints.csv").splitlines()))
    assert [(row["audience"], row["answers"]) for row in rows if row["touchpoint"] == "handover"][:1] == [
        ("customer", "40")
    ]
    assert {row["audience"] for row in rows} == {"customer"}


def test_only_admins_are_offered_to_ask_at_blind_spots(open_page: Open, conn: Connection, feed: Feed) -> None:
    feed([], [(PUBLISHED, SHOP)])
    beat(conn)
    link = "/admin/surveys?new=1&journey=shop&stage=delivery&touchpoint=tracking"
    assert link in open_page("/journeys/shop", role="admin")
    assert link not in open_page("/journeys/shop", role="lead")


def test_alerts_away_leaves_states_unknown_and_the_page_standing(
    open_page: Open, conn: Connection, feed: Feed
) -> None:
    feed(answers(PLACES[0], 40, 0), [(PUBLISHED, SHOP)])
    beat(conn)
    for path in ("/", "/journeys/shop"):
        page = open_page(path)
        assert "States cannot be shown" in page
        assert "Unknown" in page
        assert "Healthy" not in page


def test_names_are_text(open_page: Open, conn: Connection, feed: Feed) -> None:
    hostile = SHOP | {"name": "<script>alert(1)</script>", "personas": ["<b>"], "owner": None}
    feed([], [(PUBLISHED, hostile)])
    beat(conn)
    for path in ("/", "/journeys/shop"):
        assert "<script>alert" not in open_page(path, raw=True)
        assert "&lt;script&gt;alert" in open_page(path, raw=True)


def test_an_unknown_journey_is_a_page_of_its_own(open_page: Open) -> None:
    assert "<h1" in open_page("/journeys/nowhere", 404)


def test_a_lead_sees_their_own_stages_first(
    client: FlaskClient, settings: Settings, conn: Connection, feed: Feed
) -> None:
    feed([], [(PUBLISHED, SHOP)])
    beat(conn)
    session = signed_in(client, conn, settings)
    mine = session("/")
    assert "/stages/delivery" in mine
    assert "/stages/returns" not in mine
    assert "1 of 2 stages are yours" in mine
    assert "/stages/returns" in session("/?whose=all")


def signed_in(client: FlaskClient, conn: Connection, settings: Settings) -> Callable[[str], str]:
    """Opens pages as Ben, whose address is the owner ben's."""
    accounts.keep_owner(conn, "ben", "Ben", ["ben@example.com"])
    who = accounts.person(conn, settings.fallback_owner, "ben@example.com")
    assert who is not None
    response = Response()
    session_cookie.put(settings, response, sessions.begin(conn, who))
    name = session_cookie.name(settings)
    value = response.headers["Set-Cookie"].partition(f"{name}=")[2].partition(";")[0]
    client.set_cookie(name, value)
    return lambda path: unescape(client.get(path).text)


def watched(settings: Settings, processes: Processes) -> Connection:
    """Alerts, whose detector of the delivery stage has learned enough and sees nothing wrong."""
    conn = connect(settings, alerts.SCHEMA)
    made = events(40, 20, historic_days=39)
    with conn.transaction():
        locked = positions.lock(conn, [KEY])
        locked[KEY].last_sequence = len(made)
        Handler(settings.report_tz).apply(conn, Batch(made, [(PUBLISHED, SHOP)]))
        positions.save(conn, locked.values())
    beat(conn)
    processes.start_web("alerts")
    return conn


def test_nothing_is_healthy_while_data_is_late(
    open_page: Open, conn: Connection, feed: Feed, settings: Settings, processes: Processes
) -> None:
    """Must-show: the consumer stopped for two minutes, and the banner says how late."""
    feed(answers(PLACES[0], 40, 0), [(PUBLISHED, SHOP)])
    beat(conn)
    with watched(settings, processes) as other:
        for path in PAGES:
            beat(conn)  # alerts took its time to start: that is no lateness
            beat(other)
            page = open_page(path)
            assert "Healthy" in page
            assert "Scores as of" not in page
        pass_time(conn, 120)
        for path in PAGES:
            page = open_page(path)
            assert "Healthy" not in page
            assert "(2 min behind)" in page
            assert "no sign of life for 2 min" in page
        beat(conn)
        assert "Healthy" in open_page("/")
        pass_time(other, 120)
        for path in PAGES:
            assert "Healthy" not in open_page(path)
        beat(other)
        miss(conn, KEY)
        for path in PAGES:
            page = open_page(path)
            assert "Healthy" not in page
            assert "got lost on the way" in page or "missing on the way" in page
