"""Incidents and detectors over HTTP, with the consumer's handler behind them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.alerts.handler import Handler
from shared.batch import Batch
from shared.db import Connection
from tests.integration.alerts.feed import ZONE, feed, tick
from tests.unit.alerts.events import events

Call = Callable[..., Any]
DETECTOR = "/v1/detectors/shop/delivery/nps/customer"


@pytest.fixture
def handler() -> Handler:
    return Handler(ZONE)


@pytest.fixture
def incident(conn: Connection, handler: Handler) -> str:
    """The id of an open incident."""
    feed(conn, handler, events(160, historic_days=120, low=range(150, 175), seed=2))
    [row] = conn.execute("SELECT id FROM incident").fetchall()
    return str(row["id"])


def test_an_incident_says_what_happened(call: Call, incident: str) -> None:
    found = call("GET", f"/v1/incidents/{incident.lower()}", role="viewer").json
    assert found is not None
    assert (found["journey"], found["stage"], found["metric"], found["audience"]) == (
        "shop",
        "delivery",
        "nps",
        "customer",
    )
    assert found["state"] == "open"
    assert found["evidence"] >= found["budget"] == 730
    assert found["before"]["low"] < found["before"]["score"] < found["before"]["high"]
    assert found["since"]["score"] < found["before"]["score"] - 30
    assert found["drop"] == pytest.approx(found["before"]["score"] - found["since"]["score"], abs=1)
    assert found["since"]["from"] == found["onset"][:10]
    assert [event["kind"] for event in found["timeline"]] == ["opened"]
    assert found["record"]["alarms"] == 1
    assert 29 < found["record"]["days_watched"] < 33
    assert found["record"]["false_alarms_per_year"] == 0.5
    [detector] = call("GET", "/v1/detectors", role="viewer").json["items"]
    assert detector["in_words"] == found["record"]["in_words"]
    assert "this detector raised 1 alarm, not called false" in found["record"]["in_words"][0]
    assert "At this volume a 10-point drop is noticed after about " in found["record"]["in_words"][1]
    assert found["silenced"] is detector["silenced"] is None
    period = {"from": "2020-01-01T00:00:00Z", "to": "2999-01-01T00:00:00Z"}
    call("PUT", "/v1/silences/for-good", json=period | {"journey": "shop", "why": "Nobody cares"})
    assert call("GET", "/v1/detectors").json["items"][0]["silenced"] == "for-good"


def test_it_is_worked_to_its_end(call: Call, conn: Connection, handler: Handler, incident: str) -> None:
    path = f"/v1/incidents/{incident}"
    taken = call("POST", f"{path}/acknowledge")
    assert (taken.status_code, taken.json["state"], taken.json["acknowledged_by"]) == (
        200,
        "acknowledged",
        "the lead",
    )
    assert call("POST", f"{path}/acknowledge").status_code == 409
    assert call("POST", f"{path}/note", json={"note": "Courier changed on Monday."}).status_code == 200
    ended = call("POST", f"{path}/resolve", json={"outcome": "fixed", "note": "Back to the old courier."})
    assert (ended.status_code, ended.json["outcome"], ended.json["closed_by"]) == (200, "fixed", "person")
    assert [event["kind"] for event in ended.json["timeline"]] == [
        "opened",
        "acknowledged",
        "note",
        "resolved",
    ]
    assert call("POST", f"{path}/resolve", json={"outcome": "fixed"}).status_code == 409
    assert call("POST", f"{path}/note", json={"note": "Later."}).status_code == 200
    tick(conn, handler)
    [detector] = call("GET", "/v1/detectors").json["items"]
    assert detector["state"] == "ok"
    kinds = conn.execute("SELECT kind FROM announcement ORDER BY id").fetchall()
    assert [row["kind"] for row in kinds] == ["opened", "resolved"]


def test_calling_it_false_counts_in_the_open(
    call: Call, conn: Connection, handler: Handler, incident: str
) -> None:
    call("POST", f"/v1/incidents/{incident}/resolve", json={"outcome": "false_alarm"})
    tick(conn, handler)
    [detector] = call("GET", "/v1/detectors").json["items"]
    assert (detector["alarms"], detector["called_false"]) == (1, 1)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "outcome"),
        ({"outcome": "gone"}, "outcome"),
        ({"outcome": "fixed", "who": "me"}, "who"),
        ({"outcome": "fixed", "note": ""}, "note"),
    ],
)
def test_a_wrong_resolution_names_its_field(
    call: Call, incident: str, body: dict[str, str], field: str
) -> None:
    answer = call("POST", f"/v1/incidents/{incident}/resolve", json=body)
    assert answer.status_code == 422
    assert field in answer.json["errors"]


def test_the_list_is_filtered_and_paged(
    call: Call, conn: Connection, handler: Handler, incident: str
) -> None:
    feed(conn, handler, events(160, historic_days=120, low=range(150, 175), seed=2, stage="checkout"))
    first = call("GET", "/v1/incidents?limit=1").json
    second = call("GET", f"/v1/incidents?limit=1&cursor={first['next']}").json
    assert {page["items"][0]["stage"] for page in (first, second)} == {"delivery", "checkout"}
    assert second["next"] is None
    assert [row["id"] for row in call("GET", "/v1/incidents?stage=delivery&state=open").json["items"]] == [
        incident
    ]
    assert call("GET", "/v1/incidents?state=resolved").json == {"items": [], "next": None}
    call("POST", f"/v1/incidents/{incident}/acknowledge")
    assert call("GET", "/v1/incidents/count", role="viewer").json == {"open": 1, "acknowledged": 1}
    assert call("GET", "/v1/incidents?state=closed").status_code == 422
    assert call("GET", "/v1/incidents?cursor=x").status_code == 422


def test_who_may(call: Call, client: FlaskClient, incident: str) -> None:
    assert client.get("/v1/incidents").status_code == 401
    assert call("GET", "/v1/incidents", role="collector").status_code == 403
    assert call("POST", f"/v1/incidents/{incident}/acknowledge", role="viewer").status_code == 403
    assert call("PUT", DETECTOR, role="lead", json={}).status_code == 403
    assert call("GET", "/v1/incidents/00000000").status_code == 404
    assert call("POST", "/v1/incidents/00000000/acknowledge").status_code == 404


def test_a_detector_says_how_well_it_knows(call: Call, conn: Connection, handler: Handler) -> None:
    made = events(150, historic_days=120)
    feed(conn, handler, made[:200])
    [learning] = call("GET", "/v1/detectors", role="viewer").json["items"]
    assert (learning["state"], learning["answers"], learning["answers_needed"]) == ("learning", 200, 400)
    assert learning["noticed_after_days"] is None
    feed(conn, handler, made[200:])
    [detector] = call("GET", "/v1/detectors", role="admin").json["items"]
    assert (detector["state"], detector["last_sequence"]) == ("ok", len(made))
    assert (detector["false_alarms_per_year"], detector["budget"]) == (0.5, 730)
    assert 10 < detector["noticed_after_days"] < 60
    assert detector["last_answer_at"] == made[-1][1]["recorded_at"]
    assert 28 < detector["days_watched"] < 31


def test_those_of_a_check_are_listed_only_where_it_is_named(
    call: Call, conn: Connection, handler: Handler
) -> None:
    feed(conn, handler, events(2, 5))
    assert len(call("GET", "/v1/detectors", role="viewer").json["items"]) == 1
    conn.execute("UPDATE detector SET journey = 'journeyloop-check'")
    conn.execute("UPDATE position SET key = 'journeyloop-check/delivery'")
    assert call("GET", "/v1/detectors", role="viewer").json["items"] == []
    named = call("GET", "/v1/detectors?journey=journeyloop-check", role="viewer").json["items"]
    assert [one["journey"] for one in named] == ["journeyloop-check"]


def test_settings_of_a_detector(call: Call, conn: Connection, handler: Handler) -> None:
    feed(conn, handler, events(2, 5))
    body = {"false_alarms_per_year": 2.0, "enabled": False}
    dry = call("PUT", f"{DETECTOR}?dry_run=true", role="admin", json=body)
    assert [change["path"] for change in dry.json["changes"]] == ["enabled", "false_alarms_per_year"]
    put = call("PUT", DETECTOR, role="admin", json=body)
    assert (put.status_code, put.json) == (200, body)
    call("PUT", DETECTOR, role="admin", json=body)
    decided = conn.execute("SELECT kind FROM decision WHERE kind <> 'wins'").fetchall()
    assert len(decided) == 1
    tick(conn, handler)
    [detector] = call("GET", "/v1/detectors").json["items"]
    assert (detector["enabled"], detector["false_alarms_per_year"]) == (False, 2.0)
    headers = {"If-Match": '"other"'}
    assert call("PUT", DETECTOR, role="admin", json=body, headers=headers).status_code == 412
    assert (
        call("PUT", DETECTOR, role="admin", json={}, headers={"If-Match": put.headers["ETag"]}).status_code
        == 200
    )


def test_settings_before_the_first_answer(call: Call, conn: Connection, handler: Handler) -> None:
    body = {"false_alarms_per_year": 1.0, "enabled": True}
    assert call("PUT", DETECTOR, role="admin", json=body).status_code == 404
    with conn.transaction():
        shop = {"journey": "shop", "revision": 1, "stages": [{"key": "delivery"}], "surveys": []}
        handler.apply(conn, Batch(journeys=[("published", shop)]))
    assert call("PUT", DETECTOR, role="admin", json=body).status_code == 200
    tick(conn, handler)
    feed(conn, handler, events(1, 3))
    [detector] = call("GET", "/v1/detectors").json["items"]
    assert (detector["false_alarms_per_year"], detector["answers_seen"]) == (1.0, 3)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (DETECTOR, {"false_alarms_per_year": 0}, "false_alarms_per_year"),
        (DETECTOR, {"false_alarms_per_year": "NaN"}, "false_alarms_per_year"),
        (DETECTOR, {"false_alarms_per_year": "0.3"}, "false_alarms_per_year"),
        (DETECTOR, {"false_alarms_per_year": True}, "false_alarms_per_year"),
        (DETECTOR, {"enabled": "yes"}, "enabled"),
        (DETECTOR, {"budget": 1}, "budget"),
        ("/v1/detectors/shop/delivery/stars/customer", {}, "metric"),
        ("/v1/detectors/Shop/delivery/nps/customer", {}, "journey"),
    ],
)
def test_wrong_settings_name_their_field(call: Call, path: str, body: dict[str, Any], field: str) -> None:
    answer = call("PUT", path, role="admin", json=body)
    assert answer.status_code == 422
    assert field in answer.json["errors"]


def test_readiness_asks_for_the_processes_and_gaps(call: Call, conn: Connection) -> None:
    assert call("GET", "/readyz").json["checks"]["consumer"] == "no sign of life for 15 s"
    for name in ("consumer", "notifier"):
        conn.execute(
            """INSERT INTO process_status (process, instance, detail) VALUES (%s, 'one', '{"ready": true}')""",
            [name],
        )
    assert call("GET", "/readyz").status_code == 200
    conn.execute("INSERT INTO position (key, gap_at, gap_sequence) VALUES ('shop/delivery', now(), 5)")
    assert "shop/delivery" in call("GET", "/readyz").json["checks"]["gaps"]
    assert "journeyloop_incidents_open" in call("GET", "/metrics").text
