"""GET /v1/scores and /v1/scores/series equal an independent count of the same answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from shared.db import Connection
from shared.events import VOIDED
from tests.integration.aggregator.conftest import Ask, Feed
from tests.unit.aggregator.events import PLACES, Event, history, recorded

BERLIN = ZoneInfo("Europe/Berlin")
SPAN = {"from": "2026-03-28", "to": "2026-04-03"}


def standing(events: list[Event]) -> list[dict[str, Any]]:
    """What each customer's answer came to in the end, voided ones left out. They are told apart by time and place."""
    last: dict[tuple[str, ...], tuple[str, dict[str, Any]]] = {}
    for kind, data in events:
        last[data["answered_at"], data["survey"]] = (kind, data)
    return [data for kind, data in last.values() if kind != VOIDED and data["audience"] == "customer"]


def day(data: dict[str, Any]) -> date:
    return datetime.fromisoformat(data["answered_at"]).astimezone(BERLIN).date()


def count(answers: list[dict[str, Any]], key: Callable[[dict[str, Any]], Any]) -> dict[Any, list[int]]:
    """Histograms of answers given within SPAN, by key, metric and audience."""
    found: dict[Any, list[int]] = defaultdict(lambda: [0] * 11)
    for data in answers:
        group = key(data)
        if date(2026, 3, 28) <= day(data) <= date(2026, 4, 3) and group is not None:
            found[group, data["metric"], data["audience"]][data["score"]] += 1
    return found


def answered(items: list[dict[str, Any]], key: Callable[[dict[str, Any]], Any]) -> dict[Any, list[int]]:
    return {(key(item["scope"]), item["metric"], item["audience"]): item["histogram"] for item in items}


@pytest.mark.parametrize("by", ["journey", "stage", "touchpoint", "survey"])
def test_equals_an_independent_count_by_place(feed: Feed, ask: Ask, by: str) -> None:
    events = history(21, 1200)
    feed(events, size=333)
    names = ("journey", "stage", "touchpoint", "survey")[
        : ("journey", "stage", "touchpoint", "survey").index(by) + 1
    ]
    items = ask("/v1/scores", by=by, **SPAN)["items"]
    assert answered(items, lambda scope: tuple(scope[name] for name in names)) == count(
        standing(events), lambda data: tuple(data[name] for name in names)
    )
    assert all(set(item["scope"]) == set(names) for item in items)


def test_equals_an_independent_count_by_segment(feed: Feed, ask: Ask) -> None:
    events = history(22, 1200)
    feed(events)
    items = ask("/v1/scores", by="segment:plan", journey="shop", stage="delivery", **SPAN)["items"]
    expected = count(
        [data for data in standing(events) if (data["journey"], data["stage"]) == ("shop", "delivery")],
        lambda data: data["segments"].get("plan"),
    )
    assert answered(items, lambda scope: scope["segment"]["plan"]) == expected
    assert items[0]["scope"] == {"journey": "shop", "stage": "delivery", "segment": {"plan": "free"}}


def test_an_item_has_the_promised_shape(feed: Feed, ask: Ask) -> None:
    feed([recorded(score=score, at=datetime(2026, 3, 30, 12, tzinfo=UTC)) for score in (10, 9, 8, 3)])
    answer = ask("/v1/scores", journey="shop", stage="delivery", metric="nps", audience="customer", **SPAN)
    (item,) = answer["items"]
    assert item["scope"] == {"journey": "shop", "stage": "delivery"}
    assert (item["score"], item["n"], item["mean"], item["level"]) == (25.0, 4, 7.5, 0.95)
    assert item["histogram"] == [0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 1]
    assert item["low"] < 25 < item["high"]
    assert item["window"] == SPAN
    assert (item["formula"], item["small_sample"]) == ("1", True)
    assert answer["newest_at"] == "2026-03-30T12:00:00.000000Z"
    assert answer["computed_at"] > answer["newest_at"]


def test_a_higher_level_widens_the_interval(feed: Feed, ask: Ask) -> None:
    feed(history(23, 300))
    (usual,) = ask("/v1/scores", journey="shop", metric="ces", **SPAN)["items"]
    (wide,) = ask("/v1/scores", journey="shop", metric="ces", level=0.99, **SPAN)["items"]
    assert wide["level"] == 0.99
    assert wide["low"] < usual["low"] < usual["high"] < wide["high"]


def test_windows_are_whole_days_up_to_today(feed: Feed, ask: Ask) -> None:
    noon = datetime.now(BERLIN).replace(hour=12, minute=0, second=0, microsecond=0)
    feed([recorded(at=noon - timedelta(days=back)) for back in (0, 6, 7, 27, 28, 100)])
    for window, n in (("7d", 2), ("28d", 4), ("90d", 5), ("365d", 6)):
        (item,) = ask("/v1/scores", window=window)["items"]
        assert (item["n"], item["window"]["to"]) == (n, noon.date().isoformat())
    assert ask("/v1/scores")["items"][0]["n"] == 4


def test_a_day_is_a_day_in_the_report_zone(feed: Feed, ask: Ask) -> None:
    feed([recorded(at=datetime(2026, 3, 29, 22, 30, tzinfo=UTC))])
    assert ask("/v1/scores", **{"from": "2026-03-30", "to": "2026-03-30"})["items"][0]["n"] == 1
    assert ask("/v1/scores", **{"from": "2026-03-29", "to": "2026-03-29"})["items"] == []


def test_nothing_found_is_no_items(ask: Ask) -> None:
    answer = ask("/v1/scores", journey="nowhere")
    assert (answer["items"], answer["as_of"], answer["newest_at"]) == ([], None, None)


@pytest.mark.parametrize("step", ["day", "week", "month"])
def test_series_equal_an_independent_count(feed: Feed, ask: Ask, step: str) -> None:
    events = history(24, 1500, days=40)
    feed(events)
    span = {"from": "2026-03-31", "to": "2026-05-04"}
    answer = ask("/v1/scores/series", by="survey", step=step, **span)
    assert (answer["step"], answer["window"], len(answer["items"])) == (step, span, len(PLACES) - 1)
    for item in answer["items"]:
        mine = [data for data in standing(events) if data["survey"] == item["scope"]["survey"]]
        for point in item["points"]:
            given = [data["score"] for data in mine if point["from"] <= day(data).isoformat() <= point["to"]]
            assert point["histogram"] == [given.count(score) for score in range(11)]
            assert (point["n"], point["score"] is None) == (len(given), not given)
    assert len(answer["items"][0]["points"]) == {"day": 35, "week": 6, "month": 3}[step]


def test_series_by_segment(feed: Feed, ask: Ask) -> None:
    feed(history(25, 400))
    items = ask(
        "/v1/scores/series", by="segment:region", journey="shop", metric="nps", audience="customer", **SPAN
    )["items"]
    assert [item["scope"]["segment"] for item in items] == [{"region": "north"}, {"region": "south"}]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"window": "4w"}, "window"),
        ({"window": "0d"}, "window"),
        ({"window": "731d"}, "window"),
        ({"window": "7d", "from": "2026-01-01", "to": "2026-01-02"}, "window"),
        ({"from": "2026-01-01"}, "to"),
        ({"to": "2026-01-01"}, "from"),
        ({"from": "2026-01-02", "to": "2026-01-01"}, "to"),
        ({"from": "1970-01-01", "to": "2026-01-01"}, "to"),
        ({"from": "yesterday", "to": "2026-01-01"}, "from"),
        ({"from": "0001-01-01", "to": "0001-01-02"}, "from"),
        ({"metric": "happiness"}, "metric"),
        ({"audience": "robots"}, "audience"),
        ({"by": "segment"}, "by"),
        ({"by": "plan"}, "by"),
        ({"level": "95"}, "level"),
        ({"level": "nan"}, "level"),
        ({"journey": "Not a slug"}, "journey"),
        ({"jorney": "shop"}, "jorney"),
    ],
)
def test_bad_questions_name_the_parameter(ask: Ask, query: dict[str, str], field: str) -> None:
    for path in ("/v1/scores", "/v1/scores/series"):
        problem = ask(path, 422, **query)
        assert field in problem["errors"], problem
        assert problem["status"] == 422


def test_a_series_has_only_known_steps(ask: Ask) -> None:
    assert "step" in ask("/v1/scores/series", 422, step="hour")["errors"]
    assert "step" in ask("/v1/scores", 422, step="day")["errors"]


def test_needs_a_key(client: FlaskClient) -> None:
    for path in ("/v1/scores", "/v1/scores/series", "/v1/scorecards/shop", "/v1/changes"):
        assert client.get(path).status_code == 401


def test_ready_when_consumer_lives_and_no_events_are_missing(client: FlaskClient, conn: Connection) -> None:
    assert client.get("/readyz").status_code == 503
    conn.execute(
        "INSERT INTO process_status (process, instance, detail) VALUES ('consumer', 'x', '{\"ready\": true}')"
    )
    assert client.get("/readyz").status_code == 200
    conn.execute(
        "INSERT INTO position (key, last_sequence, gap_at, gap_sequence) VALUES ('shop/delivery', 3, now(), 7)"
    )
    assert client.get("/readyz").status_code == 503


def test_the_contract_is_documented(client: FlaskClient) -> None:
    paths = client.get("/openapi.json").json["paths"]  # type: ignore[index]
    assert {"/v1/scores", "/v1/scores/series", "/v1/scorecards/{journey}", "/v1/changes"} <= set(paths)
    named = {one.get("name") for one in paths["/v1/scores"]["get"]["parameters"]}
    assert {"journey", "stage", "from", "to", "window", "by", "level"} <= named
