"""A win from the answers to the mail, the API and the page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from dev.mail_sink import MailSink
from services.alerts.handler import Handler
from services.alerts.store import actions
from shared.db import Connection
from shared.web.documents import etag
from tests.integration.alerts.conftest import Call, Notifier, Put
from tests.integration.alerts.feed import ZONE, feed
from tests.integration.alerts.test_notifier import text as mailed
from tests.integration.alerts.test_owner_pages import text
from tests.unit.alerts.events import events

pytestmark = pytest.mark.usefixtures("shop", "mail_sink")
LIVE, ROSE = 120, 150


@pytest.fixture
def won(conn: Connection) -> dict[str, Any]:
    """Delivery got better on 30 May 2024, after 150 bad days."""
    feed(conn, Handler(ZONE), events(ROSE + 25, historic_days=LIVE, low=range(ROSE), seed=2))
    [win] = conn.execute("SELECT * FROM win").fetchall()
    return win


@pytest.fixture
def helped(conn: Connection) -> None:
    """Two actions of that stage: one was measured to have worked, one nobody has measured; and one of another year."""
    log(conn, "scripts", "Couriers ring twice", "ben", "2024-05-20", {"verdict": "worked", "effect": 61.4})
    log(conn, "map", "Live map", None, "2024-05-28", None)
    log(conn, "old", "Larger boxes", "ana", "2023-05-28", {"verdict": "worked", "effect": 9.0})


def log(
    conn: Connection, action: str, title: str, owner: str | None, day: str, effect: dict[str, Any] | None
) -> None:
    place = {"journey": "shop", "stage": "delivery", "metric": "nps", "audience": "customer"}
    document = place | {"title": title, "owner": owner, "started_on": day}
    actions.put(conn, action, document, "a test", compares_anew=False)
    if effect:
        found = effect | {"low": effect["effect"] - 20, "high": effect["effect"] + 20}
        actions.keep_effect(conn, action, found, etag(document), datetime.now(UTC))


def test_a_rise_is_one_win_and_is_announced_once(won: dict[str, Any], conn: Connection) -> None:
    assert won["onset"].date().isoformat() <= "2024-05-31" <= won["found_at"].date().isoformat()
    assert won["since"]["halves"] / won["since"]["n"] > won["before"]["halves"] / won["before"]["n"] + 0.3
    assert (won["budget"], won["false_wins_per_year"]) == (730, 0.5)
    announced = conn.execute("SELECT name, kind, stage, facts FROM announcement").fetchall()
    assert announced == [
        {"name": f"win/{won['id']}", "kind": "win", "stage": "delivery", "facts": {"win": won["id"]}}
    ]
    assert conn.execute("SELECT 1 FROM incident").fetchall() == []


@pytest.mark.usefixtures("helped")
def test_the_stages_and_the_journeys_people_hear_of_it_with_thanks(
    won: dict[str, Any], telling: Notifier, put_owner: Put, mail_sink: MailSink, conn: Connection
) -> None:
    put_owner("ana")
    put_owner("ben")
    telling.work()
    assert mail_sink.messages() == []  # it waits a minute for the aggregator, as an opening does
    telling.work(seconds=61)
    telling.work(hours=50)
    to_ben, to_ana = sorted(mail_sink.messages(), key=lambda mail: str(mail["To"]), reverse=True)
    assert (to_ben["To"], to_ana["To"]) == ("ben@example.com", "ana@example.com")
    assert str(to_ben["Subject"]).startswith("Delivery NPS up ")
    assert "down" not in str(to_ben["Subject"])
    for index, name, why in ((0, "Ben", "Delivery"), (1, "Ana", "the Shop journey")):
        order = [str(mail["To"]) for mail in mail_sink.messages()].index(f"{name.lower()}@example.com")
        body = " ".join(mailed(mail_sink, order).split())
        assert f"{name}, good news: customers rate Delivery (Shop journey) clearly higher since" in body, (
            index
        )
        assert (
            "Thanks to “Couriers ring twice” by Ben, since Mon 20 May 2024: it worked, +61 points (+41 to +81)."
            in body
        )
        assert "“Live map” began on Tue 28 May 2024; what it did by itself is not shown yet." in body
        assert "Larger boxes" not in body
        assert f"You get this because you own {why}." in body
        assert f"/wins#{won['id']}" in body
        assert "Silence:" not in body
    told = conn.execute("SELECT thanks FROM win").fetchone()
    assert told is not None
    assert [one["action"] for one in told["thanks"]] == ["scripts", "map"]


def test_nobody_to_thank_and_nobody_to_reach(
    won: dict[str, Any], telling: Notifier, mail_sink: MailSink
) -> None:
    telling.work(seconds=61)
    assert len(mail_sink.messages()) == 1
    body = " ".join(mailed(mail_sink).split())
    assert "No action is logged for this stage" in body
    assert "this is the fallback address" in body


@pytest.mark.usefixtures("helped")
def test_the_api_lists_wins_with_the_actions_behind_them(won: dict[str, Any], call: Call) -> None:
    answer = call("GET", "/v1/wins?journey=shop", role="viewer").json
    [item] = answer["items"]
    assert answer["next"] is None
    assert item["id"] == won["id"]
    assert item["rise"] == round(item["since"]["score"]) - round(item["before"]["score"]) > 40
    assert item["before"]["low"] < item["before"]["score"] < item["before"]["high"]
    assert [(one["action"], one["verdict"]) for one in item["actions"]] == [
        ("scripts", "worked"),
        ("map", "no_evidence_yet"),
    ]
    assert call("GET", "/v1/wins?stage=returns").json["items"] == []
    assert call("GET", "/v1/wins?cursor=nothing").status_code == 422
    assert call("GET", "/v1/wins", role="collector").status_code == 403


@pytest.mark.usefixtures("helped")
def test_the_page_thanks(won: dict[str, Any], call: Call) -> None:
    page = text(call("GET", "/wins", role="viewer"))
    assert "Delivery NPS up " in page
    assert "Thanks to “Couriers ring twice” by ben" in page
    assert "Log one" not in page


def test_the_page_without_any(call: Call) -> None:
    assert "No wins yet" in text(call("GET", "/wins"))


def test_imported_answers_win_nothing(conn: Connection) -> None:
    feed(conn, Handler(ZONE), events(ROSE + 25, historic_days=ROSE + 25, low=range(ROSE), seed=2))
    assert conn.execute("SELECT 1 FROM win").fetchall() == []
