"""/v1/actions: documents kept as they were sent, what is wrong named, and the effect as far as scores come."""

from __future__ import annotations

from typing import Any

import pytest

from services.alerts.store import actions
from shared.db import Connection
from tests.integration.alerts.conftest import Call, Open

TRACKING: dict[str, Any] = {
    "journey": "shop",
    "stage": "delivery",
    "metric": "nps",
    "audience": "customer",
    "title": "Tracking page shows the courier",
    "description": "Live on the map.\nFrom Monday on.",
    "owner": "ben",
    "started_on": "2026-03-02",
    "treated": {},
    "control": {"stages": ["returns"]},
}
pytestmark = pytest.mark.usefixtures("shop")


def put(call: Call, key: str = "tracking", **changed: Any) -> Any:
    return call("PUT", f"/v1/actions/{key}", json=TRACKING | changed)


def test_a_document_comes_back_as_it_was_put(call: Call) -> None:
    made = put(call)
    assert (made.status_code, made.json) == (201, TRACKING)
    got = call("GET", "/v1/actions/tracking", role="viewer")
    assert (got.json, got.headers["ETag"]) == (TRACKING, made.headers["ETag"])
    unchanged = call("GET", "/v1/actions/tracking", headers={"If-None-Match": got.headers["ETag"]})
    assert unchanged.status_code == 304
    assert put(call).status_code == 200
    changed = call(
        "PUT",
        "/v1/actions/tracking",
        json=TRACKING | {"title": "Other"},
        headers={"If-Match": '"somebody-elses"'},
    )
    assert changed.status_code == 412
    assert call("PUT", "/v1/actions/tracking", json=TRACKING, role="viewer").status_code == 403


def test_listed_and_archived_and_revived(call: Call) -> None:
    put(call, "b")
    put(call, "a", stage="returns", control=None)
    listed = call("GET", "/v1/actions?limit=1", role="viewer").json
    assert [item["action"] for item in listed["items"]] == ["a"]
    rest = call("GET", f"/v1/actions?limit=1&cursor={listed['next']}").json
    assert (rest["items"], rest["next"]) == ([{"action": "b", "effect": None} | TRACKING], None)
    assert [item["action"] for item in call("GET", "/v1/actions?stage=returns").json["items"]] == ["a"]
    assert call("DELETE", "/v1/actions/b").status_code == 204
    assert call("GET", "/v1/actions/b").status_code == 404
    assert call("DELETE", "/v1/actions/b").status_code == 404
    assert put(call, "b").status_code == 201


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"started_on": "2. März"}, "started_on"),
        ({"started_on": "20260302"}, "started_on"),
        ({"title": "  "}, "title"),
        ({"metric": "smiles"}, "metric"),
        ({"review_on": "2026-03-02"}, "review_on"),
        ({"before_from": "2026-03-02"}, "before_from"),
        ({"control": {"stages": ["delivery"]}}, "control.stages"),
        ({"control": {"stages": ["returns", "returns"]}}, "control.stages"),
        ({"control": {"segment": {"region": "south"}}}, "control.segment"),
        ({"treated": {"segment": {"region": "south", "plan": "pro"}}}, "treated.segment"),
        (
            {"treated": {"segment": {"region": "south"}}, "control": {"segment": {"region": "south"}}},
            "control.segment",
        ),
        ({"incident": "NOSUCHID"}, "incident"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_is_wrong_is_named(call: Call, changed: dict[str, Any], field: str) -> None:
    answer = put(call, **changed)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])
    assert call("GET", "/v1/actions").json["items"] == []


def test_a_dry_run_says_what_would_change_and_what_looks_wrong(call: Call) -> None:
    odd = {"touchpoint": "bell", "treated": {"segment": {"mood": "good"}}, "control": {"stages": ["nowhere"]}}
    said = call("PUT", "/v1/actions/tracking?dry_run=true", json=TRACKING | odd).json
    assert said["warnings"] == [
        "The journey ‘shop’ has no stage ‘nowhere’.",
        "The stage ‘delivery’ has no touchpoint ‘bell’.",
        "The journey ‘shop’ declares no segment ‘mood’.",
        "There is no owner ‘ben’.",
    ]
    assert said["suggested_controls"] is None, "nobody answers for the scores"
    assert {change["path"] for change in said["changes"]} == {*TRACKING, "touchpoint"}
    assert call("GET", "/v1/actions").json["items"] == []


def test_an_action_of_an_incident_is_found_by_it(call: Call, open_incident: Open) -> None:
    incident = open_incident("delivery")
    put(call, incident=incident)
    put(call, "other")
    found = call("GET", f"/v1/actions?incident={incident}").json["items"]
    assert [item["action"] for item in found] == ["tracking"]


def test_without_scores_there_is_no_effect_and_it_says_why(call: Call) -> None:
    put(call)
    answer = call("GET", "/v1/actions/tracking/effect", role="viewer")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json["detail"] == "The aggregator does not answer."
    assert call("GET", "/v1/actions/nothing/effect").status_code == 404


def test_what_has_not_begun_and_what_is_of_employees_is_not_measured(call: Call) -> None:
    """Neither asks anybody: nobody answers here."""
    put(call, started_on="2900-01-01")
    planned = call("GET", "/v1/actions/tracking/effect").json
    assert (planned["verdict"], planned["in_words"]) == ("no_evidence_yet", ["It starts on 1 Jan 2900."])
    put(call, audience="employee")
    of_employees = call("GET", "/v1/actions/tracking/effect").json
    assert (of_employees["missing"], of_employees["effect"]) == ("employees", None)
    assert of_employees["after"] is None


def test_when_the_comparison_was_chosen_is_remembered(call: Call, conn: Connection) -> None:
    def chosen() -> Any:
        row = actions.get(conn, "tracking")
        assert row is not None
        return row["compared_at"]

    put(call)
    first = chosen()
    put(call, title="Other words")
    assert chosen() == first
    put(call, title="Other words", control=None)
    assert chosen() > first
