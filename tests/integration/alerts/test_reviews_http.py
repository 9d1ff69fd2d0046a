"""`/v1/reviews`: gathered from what there is, frozen when it is sent, with decisions that go on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest

from services.aggregator.app import create_app
from services.alerts.store import follow_ups, reviews, wins
from shared.db import Connection
from shared.events import isoformat
from shared.settings import Settings
from tests.integration.alerts.conftest import Call, Open, Put
from tests.integration.alerts.feed import ZONE
from tests.integration.alerts.reviewed import count, last_week
from tests.integration.alerts.test_actions_http import put as put_action
from tests.integration.alerts.test_incident_neighbours import served

pytestmark = pytest.mark.usefixtures("shop")
REVIEW = "/v1/reviews/shop"


@pytest.fixture
def scores(settings: Settings) -> Iterator[None]:
    """The aggregator answers, and knows the answers of twenty weeks."""
    with served(create_app(settings), settings.aggregator_port):
        count(settings)
        yield


def test_without_the_aggregator_the_rest_stands_and_says_what_is_missing(
    call: Call, open_incident: Open, put_owner: Put
) -> None:
    put_owner("ben")
    incident = open_incident(ago=9)
    found = call("GET", REVIEW, role="viewer").json
    assert found["week"] == str(last_week())
    assert found["frozen_at"] is None
    assert (found["changes"], found["too_few_answers"], found["employees"]) == (None, None, None)
    assert found["failed"]["changes"] == "does not answer"
    assert [(one["incident"], one["state"], one["drop"]) for one in found["incidents"]] == [
        (incident, "open", 19)
    ]
    assert found["follow_ups"] == {"overdue": 0, "items": []}
    assert [one["name"] for one in found["blind_spots"]] == ["Order tracking"]
    assert found["in_words"][0] == "What changed beyond noise is not known: the scores did not come."
    assert call("GET", f"{REVIEW}?week=2020-W07").json["incidents"] == []


@pytest.mark.usefixtures("scores")
def test_a_week_against_its_own_past(call: Call, put_owner: Put) -> None:
    put_owner("ben")
    started = (last_week().monday - timedelta(days=30)).isoformat()
    put_action(call, "map", title="Live map", started_on=started)
    found = call("GET", REVIEW, role="viewer").json
    [fell] = found["changes"]["items"]
    assert (fell["stage_name"], fell["metric"], fell["audience"], fell["n"]) == (
        "Delivery",
        "nps",
        "customer",
        140,
    )
    assert fell["change_low"] < fell["change"] < fell["change_high"] < -30
    assert fell["change"] == pytest.approx(fell["score"] - fell["usual"])
    assert 30 < fell["usual"] < 50
    assert found["changes"]["compared"] == 1
    few = [(one["stage"], one["metric"], one["n"]) for one in found["too_few_answers"]]
    assert few == [("returns", "ces", 21)]
    assert "employee" not in {one["audience"] for one in found["changes"]["items"] + found["too_few_answers"]}
    [action] = found["actions"]["items"]
    assert (action["title"], action["owner_name"]) == ("Live map", "Ben")
    assert found["headline"].endswith(": 1 changed beyond noise")
    before = call("GET", f"{REVIEW}?week={last_week().before(2)}").json
    assert before["changes"]["items"] == [], "the week before the last was as ever"
    assert before["headline"].endswith(": nothing changed beyond noise")


@pytest.mark.usefixtures("scores")
def test_an_incident_is_no_past_to_compare_with(call: Call, conn: Connection, open_incident: Open) -> None:
    """The bad week is part of an incident: the next week is compared with the healthy ones, not with it."""
    open_incident(ago=(datetime.now(ZONE).date() - last_week().monday).days)
    found = call("GET", REVIEW).json
    assert [one["stage"] for one in found["changes"]["items"]] == ["delivery"], (
        "the incident's own week is judged"
    )
    for days, compared in ((70, 1), (14, 0)):
        conn.execute(
            "UPDATE incident SET onset = onset - %(by)s * interval '1 day', opened_at = opened_at - interval '60 days'",
            {"by": days},
        )
        found = call("GET", REVIEW).json["changes"]
        assert (found["compared"], found["too_new"]) == (compared, 1 - compared), (
            "of nineteen weeks before it 9 are left, then 7"
        )


def test_cases_that_are_late_and_wins_are_in_it(call: Call, conn: Connection, put_owner: Put) -> None:
    """As alerts' copy of the cases and the wins have them; a win of employees is not told by the week."""
    put_owner("ben")
    now, begun = datetime.now(UTC), datetime.combine(last_week().monday, time(12), ZONE)
    place = {"journey": "shop", "stage": "delivery", "metric": "nps", "audience": "customer"}
    late = {
        "id": str(UUID(int=1)),
        "revision": 1,
        **place,
        "touchpoint": "handover",
        "survey": "delivery-nps",
    }
    late |= {"score": 1, "state": "open", "owner": "ben", "opened_at": isoformat(now - timedelta(days=5))}
    with conn.transaction():
        follow_ups.keep(conn, [late | {"due_at": isoformat(now - timedelta(days=3, hours=1))}])
        for number, audience in enumerate(("customer", "employee")):
            sums = {"n": 100, "halves": 150, "squares": 300, "from": "2026-01-01", "to": "2026-02-01"}
            found = {
                "found_at": begun,
                "onset": begun - timedelta(days=9),
                "sequence": number,
                "before": sums,
            }
            found |= {"since": sums | {"halves": 170, "squares": 340}, "evidence": 900.0, "budget": 730.0}
            wins.add(conn, ("shop", "delivery", "nps", audience), found | {"false_wins_per_year": 0.5})
    document = call("GET", REVIEW, role="viewer").json
    [case] = document["follow_ups"]["items"]
    assert (case["owner_name"], case["days_overdue"], document["follow_ups"]["overdue"]) == ("Ben", 3, 1)
    assert [(one["rise"], one["metric"], one["audience"]) for one in document["wins"]] == [
        (20, "nps", "customer")
    ]
    page = call("GET", "/reviews/shop").text
    assert f"/follow-ups/{UUID(int=1)}" in page
    assert 'href="/wins' in page


@pytest.mark.parametrize(
    ("path", "status"),
    [("?week=soon", 422), ("?week=2031-W01", 422), ("?week=2026-W60", 422), ("", 200)],
)
def test_weeks_are_named(call: Call, path: str, status: int) -> None:
    answer = call("GET", REVIEW + path)
    assert answer.status_code == status
    assert status == 200 or "week" in answer.json["errors"]
    assert call("GET", "/v1/reviews/nowhere").status_code == 404


def test_a_schedule_is_put_got_and_deleted(call: Call, put_owner: Put, conn: Connection) -> None:
    put_owner("ben")
    plan = {"weekday": "monday", "hour": 9, "to": ["ben"]}
    path = f"{REVIEW}/schedule"
    assert call("GET", path).status_code == 404
    assert call("PUT", path, json=plan, role="viewer").status_code == 403
    assert call("PUT", path, json=plan).status_code == 201
    assert call("PUT", path, json=plan).status_code == 200
    answer = call("GET", path, role="viewer")
    assert answer.json == plan
    wrong = call("PUT", path, json=plan | {"hour": 24, "weekday": "Montag"}).json
    assert set(wrong["errors"]) == {"hour", "weekday"}
    assert "to" in call("PUT", path, json=plan | {"to": ["nobody"]}).json["errors"]
    assert call("PUT", path, json=plan | {"hour": 10}, headers={"If-Match": '"old"'}).status_code == 412
    assert call("PUT", "/v1/reviews/nowhere/schedule", json=plan).status_code == 404
    row = reviews.schedule(conn, "shop")
    assert row is not None
    assert (row["next_at"].weekday(), row["next_at"] > datetime.now(UTC)) == (0, True)
    assert call("DELETE", path, headers={"If-Match": answer.headers["ETag"]}).status_code == 204
    assert call("DELETE", path).status_code == 404


def test_decisions_are_shown_until_they_are_done(call: Call, put_owner: Put, conn: Connection) -> None:
    put_owner("ben")
    week = last_week()
    decided = {
        "text": "Call the courier",
        "owner": "ben",
        "due_on": "2026-01-09",
        "week": str(week.before(2)),
    }
    path = f"{REVIEW}/decisions"
    assert call("POST", path, json=decided, role="viewer").status_code == 403
    made = call("POST", path, json=decided | {"id": "6f0b1c34-1111-4222-8333-444455556666"})
    assert made.status_code == 201
    again = call("POST", path, json=decided | {"id": made.json["decision"]})
    assert again.json == made.json, "sent twice, it is one"
    assert (made.json["owner_name"], made.json["overdue"], made.json["done_at"]) == ("Ben", True, None)
    for other in ({"text": "Call the bakery"}, {"owner": None}, {"due_on": None}, {"week": str(week)}):
        used = call("POST", path, json=decided | other | {"id": made.json["decision"]})
        assert (used.status_code, list(used.json["errors"])) == (409, ["id"])
    for wrong in ({"text": " "}, {"owner": "nobody"}, {"due_on": "soon"}, {"text": "two\nlines"}):
        assert next(iter(wrong)) in call("POST", path, json=decided | wrong).json["errors"]
    shown = [call("GET", f"{REVIEW}?week={week.before(back)}").json["decisions"] for back in (3, 2, 1, 0)]
    assert [(len(one["earlier"]), len(one["taken"])) for one in shown] == [(0, 0), (0, 1), (1, 0), (1, 0)]
    done = call("POST", f"{path}/{made.json['decision']}/done").json
    assert done["done_by"] == "the lead"
    assert call("GET", REVIEW).json["decisions"]["earlier"] == [done], "done this week: seen once more"
    conn.execute("UPDATE review_decision SET done_at = %s", [datetime.now(UTC) - timedelta(days=20)])
    assert call("GET", REVIEW).json["decisions"]["earlier"] == []
    assert call("POST", f"{path}/{made.json['decision']}/reopen").json["done_at"] is None
    assert call("POST", f"{path}/6f0b1c34-1111-4222-8333-000000000000/done").status_code == 404
