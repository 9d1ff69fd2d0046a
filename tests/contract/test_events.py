"""Every event ever sent must decode for ever: the golden files are only added to. And they fit `docs/asyncapi.yaml`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from shared import events

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))
ASYNCAPI = yaml.safe_load((Path(__file__).parents[2] / "docs" / "asyncapi.yaml").read_text())


def golden(name: str) -> bytes:
    return (Path(__file__).parent / "golden" / f"{name}.json").read_bytes()


@pytest.mark.parametrize("kind", ["recorded", "amended", "voided"])
def test_response_events_decode(kind: str) -> None:
    found, data = events.decode_response(golden(f"response.{kind}.v1"))
    assert found == kind
    assert data == json.loads(golden(f"response.{kind}.v1"))["data"]


@pytest.mark.parametrize("kind", ["published", "retired"])
def test_journey_events_decode(kind: str) -> None:
    assert events.decode_journey(golden(f"journey.{kind}.v1"))[0] == kind


def test_heartbeat_decodes() -> None:
    assert events.decode_heartbeat(golden("heartbeat.v1"))["last_sequence"] == {
        "shop/delivery": 9,
        "shop/order": 120,
    }


def test_follow_ups_decode() -> None:
    assert (
        events.decode_follow_up(golden("follow_up.changed.v1"))
        == json.loads(golden("follow_up.changed.v1"))["data"]
    )
    assert events.decode_heartbeat(golden("heartbeat.v1.follow-ups"))["follow_ups"] == 3


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_encoding_gives_the_golden_bytes(path: Path) -> None:
    event = json.loads(path.read_bytes())
    key, _, number = event["id"].rpartition("/")
    encoded = events.encode(event["type"], key, int(number), event["time"], event["data"])
    assert json.loads(encoded) == event


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_files_fit_the_published_schema(path: Path) -> None:
    event = json.loads(path.read_bytes())
    name = event["type"].removeprefix("io.journeyloop.")
    schema = {"$ref": f"#/components/schemas/{name}", "components": ASYNCAPI["components"]}
    errors = list(Draft202012Validator(schema).iter_errors(event))
    assert errors == []


BREAKS: list[tuple[str, Any]] = [
    ("score", 11), ("score", "9"), ("score", 7.5), ("score", True), ("score", None), ("sequence", 0),
    ("sequence", "7"), ("metric", "stars"), ("journey", None), ("answered_at", "yesterday"),
    ("answered_at", "2026-11-13T13:00:00"), ("recorded_at", 5), ("segments", []), ("reasons", "late"),
    ("historic", 0), ("survey_revision", None), ("survey_revision", 2**31), ("sequence", 2**63),
    ("segments", {"plan": ["pro"]}), ("segments", {"plan": 7}), ("segments", {"": "pro"}), ("reasons", [["late"]]),
    ("touchpoint", "a\0b"), ("segments", {"pl\0an": "pro"}), ("reasons", ["la\0te"]),
    ("answered_at", "0001-01-01T00:00:00+05:00"), ("answered_at", "9999-12-31T23:30:00Z"),
    ("survey", "s" * 3000), ("touchpoint", "t" * 3000), ("reasons", ["r" * 3000]), ("segments", {"plan": "p" * 3000}),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), BREAKS)
def test_a_wrong_field_is_invalid(field: str, value: Any) -> None:
    event = json.loads(golden("response.recorded.v1"))
    event["data"][field] = value
    with pytest.raises(events.Invalid):
        events.decode_response(json.dumps(event).encode())


def test_many_long_segments_and_reasons_are_taken() -> None:
    event = json.loads(golden("response.amended.v1"))
    event["data"]["segments"] = {f"key-{n}": "é" * 200 for n in range(5)}
    event["data"]["reasons"] = [f"{n:063}" for n in range(30)]
    assert events.decode_response(json.dumps(event).encode())[1]["segments"] == event["data"]["segments"]


MAP_BREAKS: list[tuple[str, Any]] = [
    ("journey", "j" * 64), ("revision", 2**63), ("stages", None), ("stages", [7]), ("stages", [{"name": "Order"}]),
    ("stages", [{"key": "order", "touchpoints": {}}]), ("stages", [{"key": "order", "touchpoints": [{}]}]),
    ("surveys", ["nps"]), ("surveys", [{"survey": "nps", "stage": "order", "metric": "nps", "revision": 1}]),
    ("surveys", [{"survey": "nps", "stage": "order", "metric": "nps", "audience": "customer"}]),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), MAP_BREAKS)
def test_a_wrong_field_of_a_map_is_invalid(field: str, value: Any) -> None:
    event = json.loads(golden("journey.published.v1"))
    event["data"][field] = value
    with pytest.raises(events.Invalid):
        events.decode_journey(json.dumps(event).encode())


CASE_BREAKS: list[tuple[str, Any]] = [
    ("id", "seven"), ("revision", 0), ("revision", "3"), ("score", 11), ("metric", "stars"), ("state", "closed"),
    ("owner", 7), ("due_at", None), ("due_at", "tomorrow"), ("opened_at", "2026-11-13T13:00:00"),
    ("resolved_at", 5), ("cause", ["price"]), ("stage", "deliv\0ery"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), CASE_BREAKS)
def test_a_wrong_field_of_a_follow_up_is_invalid(field: str, value: Any) -> None:
    event = json.loads(golden("follow_up.changed.v1"))
    event["data"][field] = value
    with pytest.raises(events.Invalid):
        events.decode_follow_up(json.dumps(event).encode())


@pytest.mark.parametrize("kind", ["amended", "voided"])
@pytest.mark.parametrize(
    "previous",
    [
        None,
        [],
        5,
        {},
        {"score": 5},
        {"score": 99, "reasons": []},
        {"score": 5, "reasons": "late"},
        {"score": 5, "reasons": [7]},
    ],
)
def test_a_wrong_previous_is_invalid(kind: str, previous: Any) -> None:
    event = json.loads(golden(f"response.{kind}.v1"))
    event["data"]["previous"] = previous
    with pytest.raises(events.Invalid):
        events.decode_response(json.dumps(event).encode())


def test_a_voided_answer_has_no_score() -> None:
    event = json.loads(golden("response.voided.v1"))
    event["data"]["score"] = 5
    with pytest.raises(events.Invalid):
        events.decode_response(json.dumps(event).encode())


def test_a_backslash_before_u0000_is_no_nul() -> None:
    event = json.loads(golden("response.recorded.v1"))
    event["data"]["segments"] = {"plan": "\\u0000"}
    assert events.decode_response(json.dumps(event).encode())[1]["segments"] == {"plan": "\\u0000"}


DEEP = (
    b'{"type": "io.journeyloop.response.recorded.v1", "data": {"x": '
    + b"[" * 1000
    + b'"\\u0000"'
    + b"]" * 1000
    + b"}}"
)


@pytest.mark.parametrize(
    "raw", [b"", b"nope", b"[]", b"7", b'{"type": 1}', b'{"type": [], "data": {}}', None, DEEP]
)
def test_what_is_no_event_is_invalid(raw: bytes | None) -> None:
    with pytest.raises(events.Invalid):
        events.decode_response(raw)


def test_a_later_version_is_invalid_here() -> None:
    event = json.loads(golden("response.recorded.v1")) | {"type": "io.journeyloop.response.recorded.v2"}
    with pytest.raises(events.Invalid, match="unknown type"):
        events.decode_response(json.dumps(event).encode())


@pytest.mark.parametrize("field", sorted(json.loads(golden("response.recorded.v1"))["data"]))
def test_a_missing_field_is_invalid_or_not_relied_upon(field: str) -> None:
    event = json.loads(golden("response.recorded.v1"))
    del event["data"][field]
    if field in ("channel", "lang"):
        events.decode_response(json.dumps(event).encode())
    else:
        with pytest.raises(events.Invalid):
            events.decode_response(json.dumps(event).encode())
