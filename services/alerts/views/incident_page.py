"""What the page of one incident shows: its own facts and other services' answers in, words and pictures out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.alerts import routing
from services.alerts.messages.cause import covers
from services.alerts.messages.gather import story
from services.alerts.messages.section import Section, section
from services.alerts.messages.story import OPENED, RESOLVED, Figure, Story
from services.alerts.views import comments, course, fall, happened, incident_rows, truth
from shared.wording import clean

Row = Mapping[str, Any]
_ENDED = {
    "fixed": "fixed",
    "new_normal": "taken as the new normal",
    "false_alarm": "called a false alarm",
    "automatic": "back to normal",
    "map": "its questions were replaced",
}


@dataclass(frozen=True)
class Stored:
    """What alerts itself knows of an incident. events, told, record, silence: as their stores give them."""

    incident: Row
    journey_map: Row | None
    resolution: Row
    events: Sequence[Row]
    told: Sequence[Row]
    names: Mapping[str, str]
    reachable: Mapping[str, str]
    record: Row
    silence: Row | None


@dataclass(frozen=True)
class Known:
    """What other services know of it, None where it is not known: changes and measurement as kept with the incident,
    `asked` the /v1/measurement of now, `days` the points of /v1/scores/series, `answers` the items of /v1/responses."""

    changes: Row | None = None
    measurement: Row | None = None
    asked: Row | None = None
    days: Sequence[Row] | None = None
    answers: Sequence[Row] | None = None


@dataclass(frozen=True)
class Measured:
    """One line of figures with what its bar needs."""

    label: str
    figure: Figure


def shown(stored: Stored, known: Known, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """The values of the template."""
    incident = stored.incident
    opening = _story(stored, OPENED, {"changes": known.changes, "measurement": known.measurement}, now, zone)
    ending = _ending(stored, known, now, zone) if incident["state"] == "resolved" else None
    opened = section(replace(opening, resolved_at=None))
    counted = happened.counted(known.changes, zone)
    afterwards = ending is not None and happened.counted_after(known.changes, incident["closed_at"])
    stage = routing.stage_of(stored.journey_map or {}, incident["stage"])
    return {
        "incident": incident,
        "name": incident_rows.name(incident, stored.journey_map),
        "stage_name": opening.stage_name,
        "journey_name": opening.journey_name,
        "owner": incident_rows.owner(stored.journey_map, incident["stage"], stored.reachable),
        "state": _state(incident),
        "silence": _silence(stored.silence),
        "target": _target(stage, incident),
        "opened": opened,
        "ended": ending[0] if ending else None,
        "figures": _figures(_opening_figures(incident, known, opening, zone)),
        "end_figures": ending[1] if ending else [],
        "bars": fall.bars(opening),
        "afterwards": afterwards,
        "counted": "Figures of all its days."
        if afterwards
        else f"Figures told are those of {counted or 'the opening'}.",
        "happened": happened.timeline(stored.events, stored.told, stored.names, zone),
        "truth": _truth(stored, known, counted, now, zone),
        "chart": _chart(stored, known, opening, now, zone),
        "comments": None if known.answers is None else comments.comments(known.answers, stored.journey_map),
    }


def told_already(incident: Row, zone: ZoneInfo) -> str:
    """What somebody is told who comes too late to act."""
    if incident["state"] == "resolved":
        by = f" by {clean(incident['resolved_by'])}" if incident["resolved_by"] else ""
        how = _ENDED.get(incident["outcome"] or incident["closed_by"], "over")
        return f"This was resolved already{by} on {happened.when(incident['closed_at'], zone)}: {how}."
    by = clean(incident["acknowledged_by"] or "somebody")
    return f"{by} acknowledged this already on {happened.when(incident['acknowledged_at'], zone)}."


def _story(stored: Stored, kind: str, facts: Row, now: datetime, zone: ZoneInfo) -> Story:
    return story(
        stored.incident,
        stored.journey_map,
        kind=kind,
        facts=facts,
        addressee=None,
        because="",
        told_at=now,
        link="",
        zone=zone,
    )


def _ending(stored: Stored, known: Known, now: datetime, zone: ZoneInfo) -> tuple[Section, list[Measured]]:
    """How it ended; of what is not told yet, what the scores of now say."""
    onset = stored.incident["onset"].astimezone(zone).date().isoformat()
    days = [day for day in known.days or [] if day["from"] >= onset]
    facts = stored.resolution if stored.resolution.get("days") else {**stored.resolution, "days": days}
    told = _story(stored, RESOLVED, facts, now, zone)
    assert told.ending is not None, "a resolved incident has an ending"
    back = None if told.ending.replaced else told.ending.back
    figures = _figures({"Before": told.before, "Lowest": told.ending.lowest, "At the end": back})
    return section(told), figures


def _opening_figures(incident: Row, known: Known, opening: Story, zone: ZoneInfo) -> dict[str, Figure | None]:
    """Before and since as they were told; while it goes on, also since the onset as it is by now."""
    by_now = course.since_onset(incident, known.days or [], zone)
    if incident["state"] == "resolved" or by_now is None or by_now == opening.since:
        return {"Before": opening.before, "Since": opening.since}
    return {"Before": opening.before, "Since, as told": opening.since, "Since, by now": by_now}


def _figures(named: Mapping[str, Figure | None]) -> list[Measured]:
    return [Measured(label, figure) for label, figure in named.items() if figure]


def _state(incident: Row) -> tuple[str, str]:
    """A state and what is beside it."""
    if incident["state"] == "resolved":
        return "resolved", _ENDED.get(incident["outcome"] or incident["closed_by"], "")
    if incident["state"] == "acknowledged":
        return "degraded", f"acknowledged by {clean(incident['acknowledged_by'] or 'somebody')}"
    return "degraded", "nobody has acknowledged it yet"


def _silence(silence: Row | None) -> Row | None:
    """{silence, until, why} of the silence in force."""
    if silence is None:
        return None
    why = clean(silence["document"]["why"])
    return {"silence": silence["silence"], "until": silence["ends_at"], "why": why}


def _target(stage: Row, incident: Row) -> float | None:
    asked = (incident["metric"], incident["audience"])
    targets = stage.get("targets") or []
    return next((float(one["score"]) for one in targets if (one["metric"], one["audience"]) == asked), None)


def _truth(
    stored: Stored, known: Known, counted: str | None, now: datetime, zone: ZoneInfo
) -> Iterable[truth.Fact]:
    incident = stored.incident
    return [
        *truth.answers(incident, known.changes, counted),
        truth.Fact("This detector", tuple(stored.record["in_words"])),
        *truth.asking_facts(known.measurement, now.astimezone(zone).date()),
        *(truth.recount(known.asked, known.days) if incident["audience"] == "customer" else []),
    ]


def _chart(stored: Stored, known: Known, opening: Story, now: datetime, zone: ZoneInfo) -> Any:
    if known.days is None:
        return None
    stage = routing.stage_of(stored.journey_map or {}, stored.incident["stage"])
    name = incident_rows.name(stored.incident, stored.journey_map)
    target, today = _target(stage, stored.incident), now.astimezone(zone).date()
    return course.chart(stored.incident, known.days, name, opening.before, target, zone, today)


def covering(changes: Row | None, incident: Row) -> Row | None:
    """/v1/changes where it holds the answer that opened the incident."""
    key = f"{incident['journey']}/{incident['stage']}"
    # Where employees answer too, how far the aggregator is, is told to services only.
    known = changes and (key not in changes["through"] or covers(changes, key, incident["opening_sequence"]))
    return changes if known else None
