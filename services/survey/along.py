"""One customer's answers along the map of each journey, stage by stage. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

Row = Mapping[str, Any]

_ANSWER = (
    "survey", "touchpoint", "metric", "score", "comment", "reasons", "segments", "lang", "channel", "answered_at",
    "verified", "historic",
)  # fmt: skip
_CASE = (
    "id", "touchpoint", "survey", "metric", "score", "state", "owner", "outcome", "cause", "opened_at", "due_at",
    "contacted_at", "resolved_at", "overdue",
)  # fmt: skip


def along(
    maps: Iterable[Row], answers: Iterable[Row], cases: Iterable[Row], allowed: Collection[str]
) -> list[dict[str, Any]]:
    """[{journey, name, stages[{stage, name, answers[…], follow_ups[…]}]}] of the `allowed` journeys that hold anything.

    maps: rows {journey, document}. answers: as `store.respondents.answers` gives them; employees' and voided ones are
    left out. Every stage of a map is there, in its order, with or without answers; one that left the map comes last.
    """
    kept = [row for row in answers if row["audience"] == "customer" and row["counted"]]
    found = []
    for row in maps:
        own = [answer for answer in kept if answer["journey"] == row["journey"]]
        open_ = [case for case in cases if case["journey"] == row["journey"]]
        if row["journey"] in allowed and (own or open_):
            stages = _stages(row["document"], own, open_)
            found.append({"journey": row["journey"], "name": row["document"]["name"], "stages": stages})
    return found


def count(journeys: Iterable[Row]) -> int:
    """How many answers they hold."""
    return sum(len(stage["answers"]) for journey in journeys for stage in journey["stages"])


def shared_by(maps: Iterable[Row], own: Iterable[str]) -> set[str]:
    """The journeys in which somebody owns a stage. own: `journey/stage`, as `own_stages` gives them."""
    owned = {key.partition("/")[0] for key in own}
    return {row["journey"] for row in maps} & owned


def _stages(document: Row, answers: Sequence[Row], cases: Sequence[Row]) -> list[dict[str, Any]]:
    mapped = {stage["key"]: stage.get("name") or stage["key"] for stage in document.get("stages") or []}
    names = {
        (stage["key"], point["key"]): point.get("name") or point["key"]
        for stage in document.get("stages") or []
        for point in stage.get("touchpoints") or []
    }
    for row in (*answers, *cases):
        mapped.setdefault(row["stage"], row["stage"])
    by_stage = _by_stage(answers), _by_stage(cases)
    return [
        {
            "stage": key,
            "name": name,
            "answers": [_answer(row, names) for row in by_stage[0].get(key, [])],
            "follow_ups": [_case(row, names) for row in by_stage[1].get(key, [])],
        }
        for key, name in mapped.items()
    ]


def _by_stage(rows: Iterable[Row]) -> dict[str, list[Row]]:
    ordered = sorted(rows, key=_stage)
    return {stage: list(some) for stage, some in groupby(ordered, key=_stage)}


def _stage(row: Row) -> str:
    return str(row["stage"])


def _answer(row: Row, names: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    touchpoint = names.get((row["stage"], row["touchpoint"]), row["touchpoint"])
    return {name: row[name] for name in _ANSWER} | {"touchpoint_name": touchpoint}


def _case(row: Row, names: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    touchpoint = names.get((row["stage"], row["touchpoint"]), row["touchpoint"])
    return {name: row.get(name) for name in _CASE} | {"touchpoint_name": touchpoint}
