"""The events that cross Kafka: CloudEvents 1.0 in structured JSON. `docs/events.md` documents each field.

`decode_response` is the consumers' hot path: a plain check of what the receivers rely on, no schema library.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson

from shared.event_checks import AMENDED as AMENDED
from shared.event_checks import RECORDED as RECORDED
from shared.event_checks import SCALES as SCALES
from shared.event_checks import VOIDED as VOIDED
from shared.event_checks import Invalid as Invalid
from shared.event_checks import (
    check_case,
    check_heartbeat,
    check_map,
    check_response,
    has_nul,
)

RESPONSES = "survey.responses"
JOURNEYS = "survey.journeys"
FOLLOW_UPS = "survey.follow_ups"
HEARTBEAT = "survey.heartbeat"

SOURCE = "/journeyloop/survey"
PUBLISHED, RETIRED = "published", "retired"
RESPONSE_TYPES = {f"io.journeyloop.response.{kind}.v1": kind for kind in (RECORDED, AMENDED, VOIDED)}
JOURNEY_TYPES = {f"io.journeyloop.journey.{kind}.v1": kind for kind in (PUBLISHED, RETIRED)}
FOLLOW_UP_TYPE = "io.journeyloop.follow_up.changed.v1"
HEARTBEAT_TYPE = "io.journeyloop.heartbeat.v1"


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
    try:
        if b"\\u0000" in value and has_nul(data):  # type: ignore[operator]
            raise Invalid("a text holds NUL, which cannot be stored")
    except RecursionError as error:
        raise Invalid("nested too deeply") from error
    return kind, data


def decode_response(value: bytes | None) -> tuple[str, dict[str, Any]]:
    """(kind, data) of an event on `survey.responses`; raises Invalid with the reason.

    kind is recorded, amended or voided. data holds sequence (int ≥ 1), the place, metric, audience, score
    (int on the metric's scale; None when voided), reasons, segments, times as ISO 8601 text, historic, and for
    amended and voided `previous` {score, reasons}.
    """
    kind, data = decode(value, RESPONSE_TYPES)
    try:
        check_response(kind, data, len(value))  # type: ignore[arg-type]
    except KeyError as error:
        raise Invalid(f"missing field {error}") from error
    return kind, data


def decode_journey(value: bytes | None) -> tuple[str, dict[str, Any]]:
    """(kind, data) of an event on `survey.journeys`: published carries the whole map, retired only its key."""
    kind, data = decode(value, JOURNEY_TYPES)
    check_map(data, whole=kind == PUBLISHED)
    return kind, data


def decode_follow_up(value: bytes | None) -> dict[str, Any]:
    """The data of an event on `survey.follow_ups`: one case as it is now, with nothing personal in it. Raises Invalid.

    id (UUID), revision, journey, stage, touchpoint, survey, metric, audience, score, state open|contacted|resolved,
    opened_at, due_at; or None: owner (a key; None: nobody's yet), taken_at, contacted_at, resolved_at, outcome, cause.
    """
    _, data = decode(value, {FOLLOW_UP_TYPE: "changed"})
    check_case(data)
    return data


def decode_heartbeat(value: bytes | None) -> dict[str, Any]:
    """The data of an event on `survey.heartbeat`: beat_at, last_sequence {key: n}, survey_web_ready, and, absent in
    0.1.0, complete_to and follow_ups (the revisions of all follow-ups added up)."""
    _, data = decode(value, {HEARTBEAT_TYPE: "beat"})
    check_heartbeat(data)
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
