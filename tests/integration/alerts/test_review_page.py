"""The page of a review: the week in fifteen minutes, decisions, and when it is sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from services.alerts.store import reviews
from shared.access import create_key
from shared.db import Connection
from shared.settings import Settings
from tests.integration.alerts.conftest import Call, Open, Put
from tests.integration.alerts.feed import ZONE
from tests.integration.alerts.reviewed import count, last_week
from tests.integration.alerts.test_action_pages import sent
from tests.integration.alerts.test_incident_neighbours import SURVEY as QUESTION
from tests.integration.alerts.test_incident_neighbours import neighbours  # noqa: F401
from tests.integration.alerts.test_owner_pages import inputs, text
from tests.unit.aggregator.maps import SHOP

pytestmark = pytest.mark.usefixtures("shop")
PAGE = "/reviews/shop"
SAID = "The courier left it in the rain and never rang."


@pytest.fixture
def scores(neighbours: Flask, settings: Settings) -> Flask:  # noqa: F811
    """Both neighbours, with twenty weeks of answers counted."""
    count(settings)
    return neighbours


def comment(survey: Flask, call: Call, key: str) -> None:
    """Somebody answered last week, and wrote something."""
    lead = {"Authorization": f"Bearer {key}"}
    client = survey.test_client()
    stages = [{"key": "delivery", "name": "Delivery", "touchpoints": SHOP["stages"][0]["touchpoints"]}]
    for path, document in (
        ("/v1/journeys/shop", {"name": "Shop", "stages": stages}),
        ("/v1/surveys/delivery-nps", QUESTION),
    ):
        assert client.put(path, json=document, headers=lead).status_code == 201
    at = datetime.combine(last_week().sunday, datetime.min.time(), ZONE) + timedelta(hours=20)
    answer = {
        "id": str(uuid4()),
        "survey": "delivery-nps",
        "score": 2,
        "comment": SAID,
        "answered_at": at.isoformat(),
    }
    taken = client.post("/v1/responses/batch", json=[answer], headers=lead)
    assert taken.get_json()["accepted"] == 1, taken.text


def test_what_it_tells_and_to_whom(
    scores: Flask, call: Call, conn: Connection, put_owner: Put, open_incident: Open
) -> None:
    put_owner("ben")
    comment(scores, call, create_key(conn, "admin", "setup"))
    incident = open_incident(stage="returns", metric="ces")
    page = call("GET", PAGE)
    said = text(page)
    assert f"Shop, week {last_week().number} 1 changed beyond noise, 1 incident open" in said
    assert "▼ Worse Delivery NPS" in said
    assert "One series was compared" in said
    assert "at most one in ten lists anything" in said
    assert f'href="/incidents/{incident}"' in page.text
    assert "Order tracking" in said
    assert "Returns CES 21 of 30" in said
    assert SAID in said
    viewer = text(call("GET", PAGE, role="viewer"))
    assert SAID not in viewer, "comments are for leads"
    assert "Note the decision" not in viewer
    assert SAID not in call("GET", "/v1/reviews/shop").text, "and on the page only"


def test_without_neighbours_each_panel_says_so(call: Call) -> None:
    said = text(call("GET", PAGE))
    assert "What changed cannot be shown: the service does not answer." in said
    assert "Comments cannot be shown" in said
    assert "None this week." in said
    assert call("GET", "/reviews/nowhere").status_code == 404
    begun = f"{PAGE}?week={last_week().before(-1)}"
    assert call("GET", begun).status_code == 200
    assert call("GET", f"{PAGE}?week=soon").status_code == 422


def test_a_decision_is_noted_and_done(call: Call, put_owner: Put) -> None:
    put_owner("ben")
    path = f"{PAGE}/decisions?week={last_week()}"
    form = inputs(call("GET", PAGE), path)
    wrong = call("POST", path, data=sent(form, text="", due_on="soon"))
    assert wrong.status_code == 422
    assert "Give it in one line of words." in text(wrong)
    assert "Write a day" in text(wrong)
    for _ in range(2):  # a form that is sent twice notes it once
        noted = call("POST", path, data=sent(form, text="Ring the bell", owner="ben", due_on="2026-01-07"))
        assert noted.headers["Location"] == f"{PAGE}?week={last_week()}#decisions"
    kept = call(
        "POST", path, data=sent(form, text="Mend the bell", owner="ben")
    )  # gone back to in the browser
    assert (kept.status_code, "This form noted another decision already." in text(kept)) == (422, True)
    assert call("POST", path, data=sent(inputs(kept, path))).status_code == 303
    assert "Mend the bell" in text(call("GET", PAGE))
    page = call("GET", PAGE)
    assert text(page).count("Ring the bell Ben, due Wed 7 Jan") == 1
    assert "▼ Overdue" in text(page)
    taken, _ = call("GET", "/v1/reviews/shop").json["decisions"]["taken"]
    done = f"{PAGE}/decisions/{taken['decision']}"
    assert call("POST", done, data={"do": "done"}, role="viewer").status_code == 403
    assert call("POST", done, data={"do": "done"}).status_code == 303
    assert "done by the lead" in text(call("GET", PAGE))
    call("POST", done, data={"do": "reopen"})
    assert "▼ Overdue" in text(call("GET", PAGE))


def test_it_is_set_when_it_is_sent(call: Call, conn: Connection, put_owner: Put) -> None:
    put_owner("ben")
    path = f"{PAGE}/schedule?week={last_week()}"
    assert "It is not sent" in text(call("GET", PAGE))
    form = inputs(call("GET", f"{PAGE}?schedule=1"), path)
    assert form["weekday"] == ""
    plan: dict[str, Any] = {"weekday": "tuesday", "hour": "9", "to": ["ben"]}
    assert call("POST", path, data=sent(form, **plan)).status_code == 303
    row = reviews.schedule(conn, "shop")
    assert row is not None
    assert row["document"] == {"weekday": "tuesday", "hour": 9, "to": ["ben"]}
    said = text(call("GET", PAGE))
    assert "Every Tuesday at 09:00 (Europe/Berlin) by mail" in said
    stale = call("POST", path, data=sent(form, **plan | {"hour": "10"}))
    assert "Somebody saved it while you were at it" in text(stale)
    wrong = call(
        "POST", path, data=sent(inputs(call("GET", f"{PAGE}?schedule=1"), path), **plan | {"hour": "noon"})
    )
    assert "Not a valid integer" in text(wrong)
    form = inputs(call("GET", f"{PAGE}?schedule=1"), path)
    assert (form["weekday"], form["hour"]) == ("tuesday", "9")
    assert call("POST", path, data=sent(form, weekday="", to=[])).status_code == 303
    assert reviews.schedule(conn, "shop") is None
