"""What the events that cross Kafka must hold, field by field, for a receiver to rely on it. Pure.

Plain checks, no schema library: that of a response is the consumers' hot path.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

RECORDED, AMENDED, VOIDED = "recorded", "amended", "voided"
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
_CASE_MAYBE = ("owner", "taken_at", "contacted_at", "resolved_at", "outcome", "cause")
_SURVEY_TEXTS = ("survey", "stage", "metric", "audience")
CASE_STATES = ("open", "contacted", "resolved")

_LARGEST = 2**63 - 1
_LARGEST_REVISION = 2**31 - 1  # of a survey: a column of 32 bits
# No event of this size can hold a text that is too long for an index; of a larger one the texts are looked at.
_ROOMY, _LONGEST_KEY, _LONGEST_TEXT = 2_000, 63, 200


class Invalid(Exception):
    """An event that can never be processed: it goes to the dead letters with this reason."""


def check_response(kind: str, data: dict[str, Any], size: int) -> None:
    """Of an event of `size` bytes on survey.responses. Raises Invalid, and KeyError where a field is missing."""
    for name in _TEXTS:
        if type(data[name]) is not str:
            raise Invalid(f"{name} is not text")
    _check_numbers(kind, data)
    if type(data["segments"]) is not dict or type(data["historic"]) is not bool:
        raise Invalid("segments or historic has the wrong form")
    if "" in data["segments"]:
        raise Invalid("a segment has no key")
    _check_texts("segments", list(data["segments"].values()))
    _check_texts("reasons", data["reasons"])
    _check_time("answered_at", data["answered_at"])
    _check_time("recorded_at", data["recorded_at"])
    if size > _ROOMY:
        _check_sizes(kind, data)


def _check_numbers(kind: str, data: dict[str, Any]) -> None:
    if type(data["sequence"]) is not int or not 1 <= data["sequence"] <= _LARGEST:
        raise Invalid("sequence is not a positive integer of 64 bits")
    if type(data["survey_revision"]) is not int or abs(data["survey_revision"]) > _LARGEST_REVISION:
        raise Invalid("survey_revision is not an integer of 32 bits")
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


def _check_sizes(kind: str, data: dict[str, Any]) -> None:
    for name in _TEXTS:
        if len(data[name]) > _LONGEST_KEY:
            raise Invalid(f"too large: {name} has more than {_LONGEST_KEY} characters")
    texts = [*data["segments"], *data["segments"].values(), *data["reasons"]]
    texts += data["previous"]["reasons"] if kind != RECORDED else []
    if any(len(text) > _LONGEST_TEXT for text in texts):
        raise Invalid(f"too large: a segment or reason has more than {_LONGEST_TEXT} characters")


def check_map(data: dict[str, Any], *, whole: bool) -> None:
    """Of an event on survey.journeys: the keys of places, and where which survey is asked, where it is `whole`."""
    if type(data.get("journey")) is not str or type(data.get("revision")) is not int:
        raise Invalid("journey or revision missing")
    if abs(data["revision"]) > _LARGEST:
        raise Invalid("revision is not an integer of 64 bits")
    if len(data["journey"]) > _LONGEST_KEY:
        raise Invalid(f"too large: journey has more than {_LONGEST_KEY} characters")
    if whole:
        _check_whole_map(data)


def _check_whole_map(data: dict[str, Any]) -> None:
    stages, surveys = data.get("stages"), data.get("surveys")
    if type(stages) is not list or type(surveys) is not list:
        raise Invalid("stages or surveys missing")
    touchpoints = [place for stage in stages for place in _parts(stage, "touchpoints")]
    for name, found in (("stage", stages), ("touchpoint", touchpoints)):
        if not all(type(one) is dict and type(one.get("key")) is str for one in found):
            raise Invalid(f"a {name} has no key")
    for survey in surveys:
        if type(survey) is not dict or any(type(survey.get(name)) is not str for name in _SURVEY_TEXTS):
            raise Invalid("a survey lacks its key, stage, metric or audience")
        if type(survey.get("revision")) is not int or abs(survey["revision"]) > _LARGEST_REVISION:
            raise Invalid("a survey has no revision")


def _parts(stage: object, name: str) -> list[Any]:
    found = stage.get(name, []) if type(stage) is dict else []
    if type(found) is not list:
        raise Invalid(f"{name} is not a list")
    return found


def check_heartbeat(data: dict[str, Any]) -> None:
    """Of an event on survey.heartbeat."""
    if type(data.get("last_sequence")) is not dict or type(data.get("beat_at")) is not str:
        raise Invalid("beat_at or last_sequence missing")
    for key, sequence in data["last_sequence"].items():
        if (
            type(sequence) is not int
            or not 0 <= sequence <= _LARGEST
            or key.count("/") != 1
            or len(key) > 2 * _LONGEST_KEY + 1
        ):
            raise Invalid("last_sequence is not a sequence per journey/stage")
    _check_time("beat_at", data["beat_at"])
    if type(data.get("follow_ups", 0)) is not int:
        raise Invalid("follow_ups is not a number")
    if "complete_to" in data:
        if type(data["complete_to"]) is not str:
            raise Invalid("complete_to is not text")
        _check_time("complete_to", data["complete_to"])


def check_case(data: dict[str, Any]) -> None:
    """Of an event on survey.follow_ups."""
    for name in _CASE_TEXTS + _CASE_MAYBE:
        if type(data.get(name)) is not str and not (data.get(name) is None and name in _CASE_MAYBE):
            raise Invalid(f"{name} is not text")
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
    for name in ("opened_at", "due_at", "taken_at", "contacted_at", "resolved_at"):
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


def has_nul(value: object) -> bool:
    """Whether a text in `value`, at any depth, holds NUL. Raises RecursionError where it is nested too deeply."""
    if type(value) is dict:
        return any("\0" in key or has_nul(part) for key, part in value.items())
    if type(value) is list:
        return any(map(has_nul, value))
    return type(value) is str and "\0" in value


def _check_score(score: object, scale: tuple[int, int]) -> None:
    if type(score) is not int or not scale[0] <= score <= scale[1]:
        raise Invalid(f"score {score!r} is outside {scale[0]}-{scale[1]}")
