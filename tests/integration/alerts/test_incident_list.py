"""The page that lists incidents: tabs, whose stages, filters, pages of the list, and what it says where it is empty."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from psycopg.types.json import Jsonb

from services.alerts.detection import State, to_json
from shared.db import Connection
from tests.integration.alerts.conftest import Call, Open, Put
from tests.integration.alerts.signing_in import sign_in

pytestmark = pytest.mark.usefixtures("shop")


def words(page: Any) -> str:
    """What a page says, without its tags."""
    assert page.status_code == 200, page.text
    return " ".join(unescape(re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", page.text, flags=re.S)).split())


def test_tabs_hold_the_three_states(call: Call, open_incident: Open, put_owner: Put) -> None:
    put_owner("ben")
    open_, taken, over = (open_incident(metric=metric) for metric in ("nps", "csat", "ces"))
    call("POST", f"/v1/incidents/{taken}/acknowledge")
    call("POST", f"/v1/incidents/{over}/resolve", json={"outcome": "new_normal"})
    page = words(call("GET", "/incidents", role="viewer"))
    assert "Open (1) Acknowledged (1) Resolved (1)" in page
    assert re.search(r"Delivery NPS Shop \w{3} \d+ \w{3} down 19 to 22 Ben 1 minute", page)
    assert "Delivery CSAT" not in page
    page = words(call("GET", "/incidents?state=acknowledged"))
    assert re.search(r"Delivery CSAT Shop .* Ben the lead 1 minute", page)
    page = words(call("GET", "/incidents?state=resolved"))
    assert re.search(r"Delivery CES Shop .* Ben New normal 2 days", page)
    assert f'href="/incidents/{open_}"' in call("GET", "/incidents").text


def test_a_lead_sees_their_own_stages_first(
    client: FlaskClient, call: Call, conn: Connection, open_incident: Open
) -> None:
    for owner in ("ana", "ben"):
        call(
            "PUT", f"/v1/owners/{owner}", role="admin", json={"name": owner, "email": f"{owner}@example.com"}
        )
    open_incident()
    open_incident(stage="returns", metric="ces")
    sign_in(client, conn, "ben@example.com")
    page = words(client.get("/incidents"))
    assert "Mine All" in page
    assert ("Delivery NPS" in page, "Returns CES" in page) == (True, False)
    page = words(client.get("/incidents?whose=all"))
    assert ("Delivery NPS" in page, "Returns CES" in page) == (True, True)
    assert "Open (2)" in page
    sign_in(client, conn, "ana@example.com")
    page = words(client.get("/incidents"))
    assert ("Delivery NPS" in page, "Returns CES" in page) == (False, True), (
        "a stage without an owner is its journey's"
    )


def test_filters_and_pages_are_in_the_address(call: Call, open_incident: Open) -> None:
    open_incident()
    open_incident(stage="returns", metric="ces")
    page = call("GET", "/incidents?journey=shop&stage=returns")
    assert ("Returns CES" in page.text, "Delivery NPS" in page.text) == (True, False)
    assert '<option value="returns" selected>' in page.text
    assert "Delivery NPS" in call("GET", "/incidents?journey=&stage=returns").text, (
        "a stage without its journey"
    )
    first = call("GET", "/incidents?limit=1")
    [older] = re.findall(r'rel="next" href="([^"]+)"', first.text)
    second = call("GET", unescape(older) + "&limit=1")
    assert {"Returns CES" in page.text for page in (first, second)} == {True, False}
    assert "Newest" in second.text
    for wrong in ("state=closed", "cursor=x", "journey=No+Slug", "whose=his"):
        refused = call("GET", f"/incidents?{wrong}")
        assert (refused.status_code, refused.mimetype) == (422, "text/html"), wrong


def test_none_open_says_who_watches(call: Call, conn: Connection) -> None:
    page = words(call("GET", "/incidents"))
    assert "No open incidents. Nothing is watched yet" in page
    learning = to_json(State(0.5))
    conn.execute(
        "INSERT INTO detector (journey, stage, metric, audience, last_sequence, state) "
        "VALUES ('shop', 'delivery', 'nps', 'customer', 3, %s)",
        [Jsonb(learning)],
    )
    page = words(call("GET", "/incidents?journey=shop"))
    assert "No open incidents here. 0 of 1 detector watching, 1 learning. Look at all" in page


def test_answers_that_are_late_are_said(call: Call, conn: Connection) -> None:
    assert "Nobody can tell which answers the detectors have seen" in words(call("GET", "/incidents")), (
        "no beat yet"
    )


def test_nobody_signed_in_is_asked_to(client: FlaskClient) -> None:
    asked = client.get("/incidents?state=resolved")
    assert asked.status_code == 303
    assert "/sign-in?next=" in asked.headers["Location"]
    assert "resolved" in asked.headers["Location"]
