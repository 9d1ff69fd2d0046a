"""Measures over HTTP and a real database: documents, values, and green inside, red outside on the scorecard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.aggregator import periods
from shared import access
from shared.db import Connection
from shared.events import PUBLISHED
from shared.settings import Settings
from tests.integration.aggregator.conftest import Ask, Feed
from tests.unit.aggregator.events import recorded
from tests.unit.aggregator.maps import SHOP

PATH = "/v1/measures/shop/delivery/handle-time"
TIME = {"name": "Handle time", "unit": "min", "direction": "down", "target": 5}
HANDOVER = ("shop", "delivery", "handover", "delivery-nps", "nps", "customer")


class Calls:
    """Calls as a lead, of what changes something."""

    def __init__(self, client: FlaskClient, conn: Connection, settings: Settings) -> None:
        self.client, self.today = client, periods.today(settings.report_tz)
        self.key = access.create_key(conn, "lead", "tests")

    def __call__(self, method: str, path: str = PATH, status: int = 200, **how: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.key}"} | how.pop("headers", {})
        answer = self.client.open(path, method=method, headers=headers, **how)
        assert answer.status_code == status, answer.text
        return answer

    def day(self, ago: int) -> str:
        return (self.today - timedelta(days=ago)).isoformat()

    def values(self, values: dict[int, float | None], **query: Any) -> Any:
        """Give values by how many days ago they are of."""
        items = [{"day": self.day(ago), "value": value} for ago, value in values.items()]
        return self("POST", f"{PATH}/values", json=items, query_string=query).json


@pytest.fixture
def call(client: FlaskClient, conn: Connection, settings: Settings) -> Calls:
    return Calls(client, conn, settings)


def test_a_measure_is_put_read_listed_and_archived_as_other_documents_are(call: Calls, ask: Ask) -> None:
    made = call("PUT", status=201, json=TIME)
    assert made.json == TIME
    again = call("PUT", json=TIME)
    assert again.headers["ETag"] == made.headers["ETag"]
    call("PUT", status=412, json=TIME | {"target": 4}, headers={"If-Match": '"other"'})
    dry = call("PUT", json={"name": "Time", "direction": "up"}, query_string={"dry_run": "true"}).json
    assert {change["path"] for change in dry["changes"]} == {"name", "unit", "direction", "target"}
    assert dry["warnings"] == ["No journey ‘shop’ is known.", "Without a target it is never green."]
    call("GET", status=304, headers={"If-None-Match": made.headers["ETag"]})
    key = {"journey": "shop", "stage": "delivery", "measure": "handle-time"}
    assert ask("/v1/measures", journey="shop") == {"items": [key | TIME], "next": None}
    call("DELETE", status=412, headers={"If-Match": '"other"'})
    call("DELETE", status=204)
    assert ask("/v1/measures")["items"] == []
    call("GET", status=404)
    call("DELETE", status=404)


def test_measures_are_listed_page_by_page(call: Calls, ask: Ask) -> None:
    for place in ("hotel/room/waiting", "shop/delivery/handle-time", "shop/delivery/late"):
        call("PUT", f"/v1/measures/{place}", 201, json=TIME)
    first = ask("/v1/measures", limit=2)
    second = ask("/v1/measures", limit=2, cursor=first["next"])
    assert [one["measure"] for one in (*first["items"], *second["items"])] == [
        "waiting",
        "handle-time",
        "late",
    ]
    assert second["next"] is None
    ask("/v1/measures", 422, cursor="x")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"direction": "lower"}, "direction"),
        ({"name": " \n "}, "name"),
        ({"target": "many"}, "target"),
        ({"target": 1e13}, "target"),
        ({"unit": "x" * 21}, "unit"),
        ({"owner": "ana"}, "owner"),
    ],
)
def test_a_wrong_field_is_named(call: Calls, changed: dict[str, Any], field: str) -> None:
    assert list(call("PUT", status=422, json=TIME | changed).json["errors"]) == [field]


def test_a_key_that_is_none_is_named(call: Calls) -> None:
    assert list(call("PUT", "/v1/measures/shop/delivery/Time", 422, json=TIME).json["errors"]) == ["measure"]


def test_values_given_twice_are_there_once(call: Calls, ask: Ask) -> None:
    call("POST", f"{PATH}/values", 404, json=[])
    call("PUT", status=201, json=TIME)
    asked = {"added": 2, "changed": 0, "removed": 0, "unchanged": 0}
    assert call.values({1: 4.5, 2: 5}, dry_run="true") == asked | {"written": False}
    assert ask(f"{PATH}/values")["items"] == []
    assert call.values({1: 4.5, 2: 5}) == asked | {"written": True}
    assert call.values({1: 4.5, 2: 5})["unchanged"] == 2
    table = f"day,value\n{call.day(1)},4.25\n{call.day(2)},\n{call.day(3)},7\n"
    said = call("POST", f"{PATH}/values", data=table, content_type="text/csv").json
    assert (said["added"], said["changed"], said["removed"]) == (1, 1, 1)
    found = [{"day": call.day(3), "value": 7.0}, {"day": call.day(1), "value": 4.25}]
    assert ask(f"{PATH}/values")["items"] == found
    assert ask(f"{PATH}/values", **{"from": call.day(1), "to": call.day(0)})["items"] == found[1:]
    call("DELETE", status=204)
    ask(f"{PATH}/values", 404)
    call("PUT", status=201, json=TIME)
    assert ask(f"{PATH}/values")["items"] == found


def test_where_one_value_is_wrong_none_is_taken(call: Calls, ask: Ask) -> None:
    call("PUT", status=201, json=TIME)
    items = [{"day": call.day(1), "value": 4}, {"day": call.day(-1), "value": 4}]
    assert list(call("POST", f"{PATH}/values", 422, json=items).json["errors"]) == ["[1].day"]
    bad = {"data": f"{call.day(1)},4\nyesterday,4", "content_type": "text/csv"}
    assert list(call("POST", f"{PATH}/values", 422, **bad).json["errors"]) == ["line 2"]
    call("POST", f"{PATH}/values", 400, data=b"\xff\xfe", content_type="text/csv")
    assert ask(f"{PATH}/values")["items"] == []


def test_green_inside_red_outside_on_the_scorecard(call: Calls, ask: Ask, feed: Feed) -> None:
    at = datetime.now(UTC) - timedelta(days=3)
    feed([recorded(HANDOVER, score, at=at) for score in [10] * 40 + [2] * 40], [(PUBLISHED, SHOP)])
    call("PUT", status=201, json=TIME)
    assert ask("/v1/scorecards/shop")["green_inside_red_outside"] == []
    call.values({0: 3, 27: 5, 28: 40, 55: 20, 56: 1})
    card = ask("/v1/scorecards/shop")
    delivery, returns = card["stages"]
    before = {"value": 30.0, "days": 2}
    met = {"value": 4.0, "days": 2, "last_day": call.day(0), "before": before, "meets_target": True}
    assert delivery["measures"] == [{"measure": "handle-time"} | TIME | met]
    assert returns["measures"] == []
    (found,) = card["green_inside_red_outside"]
    assert (found["stage"], found["measure"]) == ("delivery", "handle-time")
    assert [(one["metric"], one["why"]) for one in found["scores"]] == [("nps", ["under_target"])]
    call.values({0: 6.5})
    assert ask("/v1/scorecards/shop")["green_inside_red_outside"] == []
    assert ask("/v1/scorecards/shop", audience="employee")["green_inside_red_outside"] == []
