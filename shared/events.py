"""The events that cross Kafka: CloudEvents 1.0 in structured JSON. `docs/events.md` documents each field.

`decode_response` is the consumers' hot path: a plain check of what the receivers rely on, no schema library.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

RESPONSES = "survey.responses"
JOURNEYS = "survey.journeys"
FOLLOW_UPS = "survey.follow_ups"
HEARTBEAT = "survey.heartbeat"

SOURCE = "/journeyloop/survey"
RECORDED, AMENDED, VOIDED = "recorded", "amended", "voided"
PUBLISHED, RETIRED = "published", "retired"
RESPONSE_TYPES = {f"io.journeyloop.response.{kind}.v1": kind for kind in (RECORDED, AMENDED, VOIDED)}
JOURNEY_TYPES = {f"io.journeyloop.journey.{kind}.v1": kind for kind in (PUBLISHED, RETIRED)}
FOLLOW_UP_TYPE = "io.journeyloop.follow_up.changed.v1"
HEARTBEAT_TYPE = "io.journeyloop.heartbeat.v1"

SCALES = {"csat": (1, 5), "nps": (0, 10), "ces": (1, 7)}
_TEXTS = (
    "answer_id",
    "survey",
    "journey",
    "stage",
    "touchpoint",
    "metric",
    "audience",
    "answered_at",
    "recorded_at",
)


_CASE_TEXTS = ("id", "journey", "stage", "touchpoint", "survey", "metric", "audience", "opened_at", "due_at")
_CASE_MAYBE = ("owner", "contacted_at", "resolved_at", "outcome", "cause")
CASE_STATES = ("open", "contacted", "resolved")

_LARGEST = 2**63 - 1


class Invalid(Exception):
    """An event that can never be processed: it goes to the dead letters with this reason."""


def response_type(kind: str) -> str:
    """The CloudEvents type of a response event of `kind` (recorded, amended or voided)."""
    return f"io.journeyloop.response.{kind}.v1"


def journey_type(kind: str) -> str:
    """The CloudEvents type of a journey event of `kind` (published or retired)."""
    return f"io.journeyloop.journey.{kind}.v1"


def encode(type_: str, key: str, number: int, time: str, data: dict[str, Any]) -> bytes:
    """One event as bytes. `number` is the sequence or revision that makes (key, number) unique on its topic."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": f"{key}/{number}",
            "source": SOURCE,
            "type": type_,
            "subject": key,
            "time": time,
            "datacontenttype": "application/json",
            "data": data,
        }
    )


def decode(value: bytes | None, types: dict[str, str]) -> tuple[str, dict[str, Any]]:
    """(kind, data) of an event whose type is one of `types`. Raises Invalid."""
    try:
        envelope = orjson.loads(value or b"")
        kind = types[envelope["type"]]
        data = envelope["data"]
    except orjson.JSONDecodeError as error:
        raise Invalid(f"not JSON: {error}") from error
    except KeyError as error:
        raise Invalid(f"unknown type or missing field {error}") from error
    except TypeError as error:
        raise Invalid("not a CloudEvents object") from error
    if type(data) is not dict:
        raise Invalid("data is not an object")
    if b"\\u0000" in value and _has_nul(data):  # type: ignore[operator]
        raise Invalid("a text holds NUL, which cannot be stored")
    return kind, data


def decode_response(value: bytes | None) -> tuple[str, dict[str, Any]]:
    """(kind, data) of an event on `survey.responses`; raises Invalid with the reason.

    kind is recorded, amended or voided. data holds sequence (int ≥ 1), the place, metric, audience, score
    (int on the metric's scale; None when voided), reasons, segments, times as ISO 8601 text, historic, and for
    amended and voided `previous` {score, reasons}.
    """
    kind, data = decode(value, RESPONSE_TYPES)
    try:
        for name in _TEXTS:
            if type(data[name]) is not str:
                raise Invalid(f"{name} is not text")
        _check(kind, data)
    except KeyError as error:
        raise Invalid(f"missing field {error}") from error
    return kind, data


def decode_journey(value: bytes | None) -> tuple[str, dict[str, Any]]:
    """(kind, data) of an event on `survey.journeys`: published carries the whole map, retired only its key."""
    kind, data = decode(value, JOURNEY_TYPES)
    if type(data.get("journey")) is not str or type(data.get("revision")) is not int:
        raise Invalid("journey or revision missing")
    if abs(data["revision"]) > _LARGEST:
        raise Invalid("revision is not an integer of 64 bits")
    if kind == PUBLISHED and not (type(data.get("stages")) is list and type(data.get("surveys")) is list):
        raise Invalid("stages or surveys missing")
    return kind, data


def decode_follow_up(value: bytes | None) -> dict[str, Any]:
    """The data of an event on `survey.follow_ups`: one case as it is now, with nothing personal in it. Raises Invalid.

    id (UUID), revision, journey, stage, touchpoint, survey, metric, audience, score, state open|contacted|resolved,
    opened_at, due_at; or None: owner (a key; None: nobody's yet), contacted_at, resolved_at, outcome, cause.
    """
    _, data = decode(value, {FOLLOW_UP_TYPE: "changed"})
    for name in _CASE_TEXTS + _CASE_MAYBE:
        if type(data.get(name)) is not str and not (data.get(name) is None and name in _CASE_MAYBE):
            raise Invalid(f"{name} is not text")
    _check_case(data)
    return data


def decode_heartbeat(value: bytes | None) -> dict[str, Any]:
    """The data of an event on `survey.heartbeat`: beat_at, last_sequence {key: n}, survey_web_ready, and, absent in
    0.1.0, complete_to and follow_ups (the revisions of all follow-ups added up)."""
    _, data = decode(value, {HEARTBEAT_TYPE: "beat"})
    if type(data.get("last_sequence")) is not dict or type(data.get("beat_at")) is not str:
        raise Invalid("beat_at or last_sequence missing")
    for key, sequence in data["last_sequence"].items():
        if type(sequence) is not int or not 0 <= sequence <= _LARGEST or key.count("/") != 1:
            raise Invalid("last_sequence is not a sequence per journey/stage")
    _check_time("beat_at", data["beat_at"])
    if type(data.get("follow_ups", 0)) is not int:
        raise Invalid("follow_ups is not a number")
    if "complete_to" in data:
        if type(data["complete_to"]) is not str:
            raise Invalid("complete_to is not text")
        _check_time("complete_to", data["complete_to"])
    return data


def isoformat(moment: datetime) -> str:
    """UTC text of one fixed width, `2026-11-22T05:38:58.123456Z`, so that texts sort as times do."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_time(text: str) -> datetime:
    """The aware datetime behind ISO 8601 text with an offset. Raises ValueError, also for a naive time."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("the time has no offset")
    return moment.astimezone(UTC)


def _check(kind: str, data: dict[str, Any]) -> None:
    if type(data["sequence"]) is not int or not 1 <= data["sequence"] <= _LARGEST:
        raise Invalid("sequence is not a positive integer of 64 bits")
    if type(data["survey_revision"]) is not int or abs(data["survey_revision"]) > _LARGEST:
        raise Invalid("survey_revision is not an integer of 64 bits")
    scale = SCALES.get(data["metric"])
    if scale is None:
        raise Invalid(f"unknown metric {data['metric']}")
    if kind != RECORDED:
        if type(data["previous"]) is not dict:
            raise Invalid("previous is not an object")
        _check_score(data["previous"]["score"], scale)
        _check_texts("previous.reasons", data["previous"]["reasons"])
    if kind != VOIDED:
        _check_score(data["score"], scale)
    elif data["score"] is not None:
        raise Invalid("score of a voided answer is not null")
    if type(data["segments"]) is not dict or type(data["historic"]) is not bool:
        raise Invalid("segments or historic has the wrong form")
    if "" in data["segments"]:
        raise Invalid("a segment has no key")
    _check_texts("segments", list(data["segments"].values()))
    _check_texts("reasons", data["reasons"])
    _check_time("answered_at", data["answered_at"])
    _check_time("recorded_at", data["recorded_at"])


def _check_case(data: dict[str, Any]) -> None:
    if type(data.get("revision")) is not int or not 1 <= data["revision"] <= _LARGEST:
        raise Invalid("revision is not a positive integer of 64 bits")
    try:
        UUID(data["id"])
    except ValueError as error:
        raise Invalid("id is not a UUID") from error
    if data["metric"] not in SCALES:
        raise Invalid(f"unknown metric {data['metric']}")
    if data.get("score") is not None:  # of an answer that was voided, nothing is left
        _check_score(data["score"], SCALES[data["metric"]])
    if data.get("state") not in CASE_STATES:
        raise Invalid(f"unknown state {data.get('state')!r}")
    for name in ("opened_at", "due_at", "contacted_at", "resolved_at"):
        if data.get(name) is not None:
            _check_time(name, data[name])


def _check_texts(name: str, values: object) -> None:
    if type(values) is not list:
        raise Invalid(f"{name} is not a list")
    for value in values:
        if type(value) is not str:
            raise Invalid(f"{name} holds something else than text")


def _check_time(name: str, text: str) -> None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"{name}: {error}") from error
    if moment.tzinfo is None:
        raise Invalid(f"{name} has no offset")
    # Years of four digits, so that texts sort as times do, and far enough from where the calendar ends.
    if not 1000 <= moment.year < 9999:
        raise Invalid(f"{name} is out of range")


def _has_nul(value: object) -> bool:
    if type(value) is dict:
        return any("\0" in key or _has_nul(part) for key, part in value.items())
    if type(value) is list:
        return any(map(_has_nul, value))
    return type(value) is str and "\0" in value


def _check_score(score: object, scale: tuple[int, int]) -> None:
    if type(score) is not int or not scale[0] <= score <= scale[1]:
        raise Invalid(f"score {score!r} is outside {scale[0]}-{scale[1]}")
