"""Silences over HTTP: declarative, and what each would have muted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.db import Connection
from tests.integration.alerts.conftest import Call, Open

FREEZE: dict[str, Any] = {
    "journey": "shop",
    "stage": "delivery",
    "from": "2026-12-24T18:00:00+01:00",
    "to": "2026-12-27T08:00:00+01:00",
    "why": "Nobody works at Christmas",
}
PATH = "/v1/silences/christmas"


def test_a_silence_is_what_was_put(call: Call) -> None:
    made = call("PUT", PATH, json=FREEZE)
    assert (made.status_code, made.json) == (201, FREEZE)
    again = call("PUT", PATH, json=FREEZE)
    assert (again.status_code, again.headers["ETag"]) == (200, made.headers["ETag"])
    read = call("GET", PATH, role="viewer")
    assert (read.json, read.headers["ETag"]) == (FREEZE, made.headers["ETag"])
    assert call("GET", PATH, headers={"If-None-Match": read.headers["ETag"]}).status_code == 304
    assert call("DELETE", PATH, headers={"If-Match": '"other"'}).status_code == 412
    assert call("DELETE", PATH, headers={"If-Match": read.headers["ETag"]}).status_code == 204
    assert call("GET", PATH).status_code == 404
    assert call("DELETE", PATH).status_code == 404
    assert call("GET", "/v1/silences").json["items"] == []
    assert call("PUT", PATH, json=FREEZE).status_code == 201
    assert call("PUT", PATH, json=FREEZE, headers={"If-Match": '"other"'}).status_code == 412


def test_the_list_says_what_is_in_force(call: Call) -> None:
    now = datetime.now(UTC)
    for key, hours in (("a", -2), ("b", 0), ("c", 2)):
        start = now + timedelta(hours=hours - 1)
        period = {"from": start.isoformat(), "to": (start + timedelta(hours=2)).isoformat()}
        assert call("PUT", f"/v1/silences/{key}", json=period | {"why": "Sale"}).status_code == 201
    first = call("GET", "/v1/silences?limit=2", role="viewer").json
    rest = call("GET", f"/v1/silences?cursor={first['next']}").json
    assert [(item["silence"], item["state"]) for page in (first, rest) for item in page["items"]] == [
        ("a", "over"),
        ("b", "in_force"),
        ("c", "planned"),
    ]
    assert rest["next"] is None
    assert call("GET", "/v1/silences?cursor=x").status_code == 422


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"to": FREEZE["from"]}, "to"),
        ({"to": "2026-12-24T16:59:59Z"}, "to"),
        ({"to": "soon"}, "to"),
        ({"from": "2026-12-24T18:00:00"}, "from"),
        ({"from": "2026-12-24", "to": "2026-12-23"}, "to"),
        ({"from": "2026-12-27", "to": "2026-12-26T23:00:00Z"}, "to"),
        ({"from": "2026-12-24Z"}, "from"),
        ({"to": "2026-12-32"}, "to"),
        ({"from": "0001-01-01T00:00:00Z"}, "from"),
        ({"from": None}, "from"),
        ({"from": 1_766_592_000}, "from"),
        ({"stage": "Delivery"}, "stage"),
        ({"journey": 7}, "journey"),
        ({"metric": "smiles"}, "metric"),
        ({"audience": "everyone"}, "audience"),
        ({"why": ""}, "why"),
        ({"why": "a\nb"}, "why"),
        ({"until": "2026-12-27"}, "until"),
    ],
)
def test_wrong_fields_are_named(call: Call, wrong: dict[str, Any], field: str) -> None:
    answer = call("PUT", PATH, json=FREEZE | wrong)
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]
    assert call("GET", PATH).status_code == 404


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("1000-01-01T00:00:00+23:59", "9998-12-31T23:59:59.999999-23:59"),
        ("2026-12-24T18:00:00+01:00:30", "20261225T180000Z"),
    ],
)
def test_odd_times_are_taken_as_they_are(call: Call, start: str, end: str) -> None:
    odd = FREEZE | {"from": start, "to": end}
    assert call("PUT", PATH, json=odd).status_code == 201
    assert call("GET", "/v1/silences").json["items"][0]["from"] == start
    assert call("PUT", f"{PATH}?dry_run=true", json=odd).json["changes"] == []


@pytest.mark.parametrize("wrong", ["2026-12-24Z", "2026-12-24T18:00:00", "2026-12-24 18:00", "Christmas"])
def test_one_message_shows_the_right_form(call: Call, wrong: str) -> None:
    [text] = call("PUT", PATH, json=FREEZE | {"from": wrong}).json["errors"]["from"]
    assert "2026-12-24, or" in text
    assert "2026-12-24T18:00:00+01:00" in text


@pytest.mark.parametrize(
    ("first", "last", "starts_at", "ends_at"),
    [
        ("2026-12-24", "2026-12-24", "2026-12-23T23:00:00+00:00", "2026-12-24T23:00:00+00:00"),
        ("2026-10-25", "2026-10-25T12:00:00Z", "2026-10-24T22:00:00+00:00", "2026-10-25T12:00:00+00:00"),
        ("2026-10-25T00:00:00Z", "2026-10-25", "2026-10-25T00:00:00+00:00", "2026-10-25T23:00:00+00:00"),
        ("1000-01-01", "9998-12-31", None, None),
    ],
)
def test_a_day_is_all_of_it_in_the_report_zone(
    call: Call, conn: Connection, first: str, last: str, starts_at: str | None, ends_at: str | None
) -> None:
    whole = FREEZE | {"from": first, "to": last}
    assert call("PUT", PATH, json=whole).json == whole
    assert call("GET", PATH).json == whole
    row = conn.execute("SELECT starts_at, ends_at FROM silence").fetchone()
    assert row is not None
    for name, expected in (("starts_at", starts_at), ("ends_at", ends_at)):
        assert expected is None or row[name] == datetime.fromisoformat(expected)


@pytest.mark.parametrize("missing", ["from", "to", "why"])
def test_missing_fields_are_named(call: Call, missing: str) -> None:
    document = {name: value for name, value in FREEZE.items() if name != missing}
    assert list(call("PUT", PATH, json=document).json["errors"]) == [missing]


def test_keys_and_roles(call: Call) -> None:
    assert list(call("PUT", "/v1/silences/Big_Sale", json=FREEZE).json["errors"]) == ["silence"]
    assert call("PUT", PATH, role="viewer", json=FREEZE).status_code == 403
    assert call("DELETE", PATH, role="viewer").status_code == 403
    assert call("GET", PATH, role="collector").status_code == 403


@pytest.mark.usefixtures("shop")
def test_a_dry_run_says_what_it_would_have_muted(call: Call, conn: Connection, open_incident: Open) -> None:
    long_ago = open_incident(metric="ces")
    conn.execute("UPDATE incident SET opened_at = now() - interval '91 days' WHERE id = %s", [long_ago])
    recent, other = open_incident(), open_incident(stage="returns", metric="ces")
    dry = call("PUT", f"{PATH}?dry_run=true", json=FREEZE)
    assert dry.status_code == 200
    assert [found["incident"] for found in dry.json["would_have_matched"]] == [recent]
    assert dry.json["would_have_matched"][0]["state"] == "open"
    assert {"path": "why", "before": None, "after": FREEZE["why"]} in dry.json["changes"]
    assert dry.json["warnings"] == []
    assert call("GET", PATH).status_code == 404
    everything = {name: FREEZE[name] for name in ("from", "to", "why")}
    dry = call("PUT", f"{PATH}?dry_run=true", json=everything)
    assert {found["incident"] for found in dry.json["would_have_matched"]} == {recent, other}
    assert dry.json["warnings"] == ["This silences everything."]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("odd", "warning"),
    [
        ({"journey": "shopp"}, "No journey ‘shopp’ is known."),
        ({"stage": "delivry"}, "The journey ‘shop’ has no stage ‘delivry’."),
        ({"from": "2020-01-01T00:00:00Z", "to": "2020-01-02T00:00:00Z"}, "This is over already."),
    ],
)
def test_a_dry_run_warns_of_what_looks_like_a_mistake(call: Call, odd: dict[str, Any], warning: str) -> None:
    assert call("PUT", f"{PATH}?dry_run=true", json=FREEZE | odd).json["warnings"] == [warning]
    assert call("PUT", PATH, json=FREEZE | odd).status_code == 201
