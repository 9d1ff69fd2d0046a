"""Batches: good items are taken, bad ones named, and nothing counts twice."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest

from services.survey.routes.batch import MAX_BYTES
from shared.events import RESPONSES, isoformat
from tests.integration.survey.conftest import Service

NDJSON = "application/x-ndjson"


def item(**fields: Any) -> dict[str, Any]:
    return {"survey": "delivery-nps", "id": str(uuid4()), "score": 9, **fields}


def send(shop: Service, body: Any, content_type: str = "application/json", **headers: str) -> Any:
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    path = "/v1/responses/batch"
    return shop.call("POST", path, "collector", data=data, content_type=content_type, headers=headers)


def test_bad_items_are_named_and_the_rest_is_taken(shop: Service) -> None:
    shop.put_survey("closed-nps", status="paused")
    twice = item()
    known = item()
    shop.answer(id=known["id"])
    old = isoformat(datetime.now(UTC) - timedelta(days=400))
    items = [
        twice, twice, {**twice, "score": 1}, known, {**known, "comment": "x"},
        item(score=11, reasons=["x"]), item(survey="nowhere"), item(survey="closed-nps"), {"id": "x"}, 7,
        item(survey=["x"]), item(survey="\ud7ff"), item(answered_at=old), item(comment="fine"),
    ]  # fmt: skip
    answer = send(shop, items)
    assert answer.status_code == 200
    assert (answer.json["accepted"], answer.json["duplicates"]) == (3, 2)
    named = {bad["index"]: bad["errors"] for bad in answer.json["rejected"]}
    used = {"id": ["was used before, for another answer"]}
    assert named == {
        2: used,
        4: used,
        5: {"score": ["11 is outside 0-10"], "reasons[0]": ["'x' is not a reason of this survey"]},
        6: {"survey": ["names no survey"]},
        7: {"survey": ["is paused; it takes no answers"]},
        8: {"survey": ["required: the survey's key"]},
        9: {"item": ["is not a JSON object"]},
        10: {"survey": ["names no survey"]},
        11: {"survey": ["names no survey"]},
    }
    assert len(shop.rows("SELECT * FROM response")) == len(shop.events(RESPONSES)) == 4
    assert [row["historic"] for row in shop.events(RESPONSES)].count(True) == 1
    assert send(shop, [items[0], items[12], items[13]]).json == {
        "accepted": 0,
        "duplicates": 3,
        "rejected": [],
    }


def test_ndjson_and_gzip(shop: Service) -> None:
    items = [item(attributes={"region": "north"}) for _ in range(20)]
    lines = b"\n".join(map(orjson.dumps, items)) + b'\n\n{"broken\n{"comment": "\\ud800"}\n'
    answer = send(shop, lines, NDJSON)
    assert answer.json["accepted"] == 20
    assert answer.json["rejected"] == [
        {"index": index, "errors": {"item": ["is not a JSON object"]}} for index in (20, 21)
    ]
    zipped = send(shop, gzip.compress(lines), NDJSON, **{"Content-Encoding": "gzip"})
    assert zipped.json["duplicates"] == 20
    assert (
        send(shop, gzip.compress(orjson.dumps(items)), **{"Content-Encoding": "gzip"}).json["duplicates"]
        == 20
    )


def test_bad_bodies(shop: Service) -> None:
    bomb = gzip.compress(b" " * (MAX_BYTES + 1))
    for body, headers, status in (
        (b"{", {}, 400),
        (b"{}", {}, 400),
        (b'[{"comment": "\\u0000"}]', {}, 400),
        (b"not gzip", {"Content-Encoding": "gzip"}, 400),
        (gzip.compress(b"[]")[:-4], {"Content-Encoding": "gzip"}, 400),
        (b"[]", {"Content-Encoding": "br"}, 415),
        (bomb, {"Content-Encoding": "gzip"}, 413),
        (b" " * (MAX_BYTES + 1), {}, 413),
        ([1] * 10_001, {}, 413),
    ):
        answer = send(shop, body, **headers)
        assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert send(shop, []).json == {"accepted": 0, "duplicates": 0, "rejected": []}
    assert "10,001 items; at most 10,000" in send(shop, [1] * 10_001).json["detail"]


def test_ten_thousand(shop: Service) -> None:
    items = [item(score=n % 11, comment="c" * 40, attributes={"region": f"r{n % 70}"}) for n in range(10_000)]
    answer = send(shop, items)
    assert answer.json == {"accepted": 10_000, "duplicates": 0, "rejected": []}
    row = shop.rows("SELECT count(*) AS n FROM response WHERE segments ->> 'region' = 'other'")[0]
    assert row["n"] > 0


@pytest.mark.parametrize(("role", "status"), [(None, 401), ("viewer", 403), ("lead", 403), ("admin", 200)])
def test_roles(shop: Service, role: str | None, status: int) -> None:
    assert shop.call("POST", "/v1/responses/batch", role, json=[]).status_code == status
