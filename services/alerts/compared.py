"""What was compared for an action: from the answers of other services to its effect, and what else is at work. Pure.

An action that names only answers of one segment against answers of another, with nothing before it started, is compared
side by side; any other by the change since then, less the control's where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.alerts import comparing, effects
from services.alerts.effects import Days, Period, Question
from services.alerts.effects import mix as mixes
from shared import scoring
from shared.events import parse_time

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Compared:
    """What was measured, the days it rests on, and what the answers of other services flag: [{kind, …}].

    sides: what the chart shows, the days of treated and control.
    """

    effect: effects.Effect | None
    question: Question | None
    missing: str | None
    flags: list[dict[str, Any]]

    @property
    def sides(self) -> tuple[Days, Days | None]:
        return (self.question.treated, self.question.control) if self.question else ({}, None)


def compared(
    document: Row, incident: Row | None, found: Mapping[str, Row | None], today: date, zone: ZoneInfo
) -> Compared:
    """found: the answers by the names of questions(); None for one that did not come."""
    if comparing.started_on(document) > today:
        return Compared(None, None, "not_started", [])
    if document["audience"] == "employee":
        return Compared(None, None, "employees", [])
    question = _question(document, incident, found, today, zone)
    effect = effects.measured(question)
    flags = [*_mix(document, found, question), *_wordings(document, found, question, zone)]
    if question.control is None:
        flags.insert(0, {"kind": "no_control"})
    elif question.before is None:
        flags.insert(0, {"kind": "as_they_are"})
    if (
        incident
        and question.before
        and question.before.first <= _day(incident["opened_at"], zone) < question.since.first
    ):
        flags.append({"kind": "selected_before", "incident": incident["id"]})
    return Compared(effect, question, effect.missing, flags)


def _question(
    document: Row, incident: Row | None, found: Mapping[str, Row | None], today: date, zone: ZoneInfo
) -> Question:
    start, segment = comparing.started_on(document), comparing.segment(document.get("treated"))
    treated = _days(_items(found["parts"])) if segment is None else _segmented(found["segments"], segment)
    control = _control(document, found)
    counts = [{day: sum(counts) for day, counts in side.items()} for side in (treated, control or {})]
    before = effects.before(
        start,
        counts[0],
        counts[1] if control is not None else None,
        comparing.since(document, incident, zone),
    )
    side_by_side = segment and comparing.segment(document.get("control")) and not _any_before(counts, start)
    return Question(
        metric=document["metric"],
        treated=treated,
        control=control,
        before=None if side_by_side else before or _nothing(start, document, incident, zone),
        since=Period(start, comparing.last(document, today)),
        review_on=comparing.review_on(document),
    )


def _any_before(counts: Iterable[Mapping[date, int]], start: date) -> bool:
    return any(day < start and n for side in counts for day, n in side.items())


def _nothing(start: date, document: Row, incident: Row | None, zone: ZoneInfo) -> Period:
    """Days without answers on one side: nothing can be said, and the score of the other is shown all the same."""
    reach = comparing.since(document, incident, zone) or start - effects.REACH
    return Period(min(reach, start - timedelta(days=1)), start - timedelta(days=1))


def _control(document: Row, found: Mapping[str, Row | None]) -> Days | None:
    control = document.get("control") or {}
    segment = comparing.segment(control)
    if segment:
        return _segmented(found["segments"], segment)
    if control.get("stages"):
        chosen = set(control["stages"])
        return _days(one for one in _items(found["stages"]) if one["scope"]["stage"] in chosen)
    return None


def by_stage(answer: Row) -> dict[str, Days]:
    """The days of each stage."""
    return {one["scope"]["stage"]: _days([one]) for one in answer["items"]}


def _items(answer: Row | None) -> list[Row]:
    return answer["items"] if answer else []


def _segmented(answer: Row | None, segment: tuple[str, str]) -> Days:
    key, value = segment
    return _days(one for one in _items(answer) if one["scope"]["segment"].get(key) == value)


def _days(items: Iterable[Row]) -> Days:
    """The histograms by day, of all items together; days without answers are left out."""
    found: dict[date, list[list[int]]] = {}
    for item in items:
        for point in item["points"]:
            if point["n"]:
                found.setdefault(date.fromisoformat(point["from"]), []).append(point["histogram"])
    return {day: scoring.pool(histograms) for day, histograms in found.items()}


def _mix(document: Row, found: Mapping[str, Row | None], question: Question) -> list[dict[str, Any]]:
    """Did answers move between the touchpoints of the treated stage, or between the stages of the control?"""
    if question.before is None:
        return []
    flags = []
    control = set((document.get("control") or {}).get("stages", []))
    of_control = [one for one in _items(found.get("stages")) if one["scope"]["stage"] in control]
    for side, level, items in (
        ("treated", "touchpoint", _items(found["parts"])),
        ("control", "stage", of_control),
    ):
        parts = {one["scope"][level]: _days([one]) for one in items}
        points = mixes.moved(question.metric, parts, question.before, question.since)
        if points is not None:
            flags.append({"kind": "mix", "side": side, "points": points})
    return flags


def _wordings(
    document: Row, found: Mapping[str, Row | None], question: Question, zone: ZoneInfo
) -> list[dict[str, Any]]:
    """Wordings that went live within the days compared, but for the first of a stage."""
    first = question.before.first if question.before else question.since.first
    flags = []
    for stage in comparing.stages(document):
        for one in _items(found.get(f"wordings {stage}")):
            day = _day(parse_time(one["live_from"]), zone)
            if first < day <= question.since.last:
                flags.append(
                    {"kind": "wording", "stage": stage, "survey": one["survey"], "on": day.isoformat()}
                )
    return flags


def _day(moment: Any, zone: ZoneInfo) -> date:
    found: date = moment.astimezone(zone).date()
    return found
