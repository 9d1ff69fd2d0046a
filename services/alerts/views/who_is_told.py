"""Who would be told now about each stage of each journey: the routing rule in words. Pure.

The very functions that route a message decide here: what the page says is what happens.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.alerts import routing, schedule, silencing
from services.alerts.channels import addressed
from services.alerts.routing import FALLBACK, JOURNEY, STAGE, Recipient
from services.alerts.views import channel_words, places
from shared.wording import clean

Documents = Mapping[str, Mapping[str, Any]]
FALLBACK_NAME = "The fallback address"


@dataclass(frozen=True)
class Line:
    """One stage. `owner` is None for the fallback; `unknown` are keys that the map names and nobody set up."""

    journey: str
    journey_name: str
    stage: str
    stage_name: str
    owner: str | None
    owner_name: str
    rule: str
    why: str
    ways: tuple[str, ...]
    then: str
    silenced: tuple[tuple[str, str], ...]  # key of the silence, words
    unknown: tuple[str, ...]


def lines(
    maps: Iterable[Mapping[str, Any]],
    owners: Documents,
    in_force: Sequence[silencing.Silence],
    fallback: str,
) -> list[Line]:
    """A line a stage, in the order of the maps and of their stages. `in_force`: the silences of now."""
    return [
        _line(journey, stage, owners, in_force, fallback)
        for journey in maps
        for stage in journey.get("stages", [])
    ]


def answers_for(owner: str, told: Iterable[Line]) -> list[Line]:
    """The stages about which this owner is told first."""
    return [line for line in told if line.owner == owner]


def ways(document: Mapping[str, Any]) -> tuple[str, ...]:
    """An owner's channels in words."""
    return tuple(channel_words.words(way.kind, way.url) for way in addressed.channels(dict(document)))


def then(document: Mapping[str, Any], owners: Documents) -> str:
    """What follows while nobody acknowledges: Then Carla after 4 hours. Repeated every day."""
    now = datetime(2000, 1, 1)
    found = []
    if at := schedule.escalates_at(document, now):
        found.append(f"{_name(document['escalate_to'], owners)} after {hours(at - now)}")
    if at := schedule.repeats_at(document, now):
        found.append(f"again every {hours(at - now)}")
    return "; ".join(found)


def hours(span: Any) -> str:
    """4 hours, 1.5 hours, 2 days."""
    count = span.total_seconds() / 3600
    if count >= 48 and count % 24 == 0:
        return f"{count / 24:g} days"
    return "hour" if count == 1 else f"{count:.4g} hours"


def _line(
    journey: Mapping[str, Any],
    stage: Mapping[str, Any],
    owners: Documents,
    in_force: Sequence[silencing.Silence],
    fallback: str,
) -> Line:
    told = routing.recipient(journey, stage["key"], owners)
    document = owners[told.owner] if told.owner else None
    named = [key for key in (stage.get("owner"), journey.get("owner")) if key]
    return Line(
        journey=journey["journey"],
        journey_name=clean(journey.get("name") or journey["journey"]),
        stage=stage["key"],
        stage_name=clean(stage.get("name") or stage["key"]),
        owner=told.owner,
        owner_name=clean(document["name"]) if document else FALLBACK_NAME,
        rule=told.because,
        why=_why(told, stage.get("owner"), journey.get("owner")),
        ways=ways(document) if document else (f"E-mail to {fallback}",),
        then=then(document, owners) if document else "",
        silenced=tuple(_silenced(journey["journey"], stage["key"], in_force)),
        unknown=tuple(dict.fromkeys(key for key in named if key not in owners)),
    )


def _why(told: Recipient, stage_owner: str | None, journey_owner: str | None) -> str:
    """By which rule: stage, journey, fallback."""
    missing = (
        f"the stage names ‘{stage_owner}’, who is not set up" if stage_owner else "the stage names nobody"
    )
    if told.because == STAGE:
        return "owns the stage"
    if told.because == JOURNEY:
        return f"owns the journey; {missing}"
    assert told.because == FALLBACK
    of_journey = (
        f"the journey ‘{journey_owner}’, who is not set up either"
        if journey_owner
        else "nor does the journey"
    )
    if journey_owner and not stage_owner:
        of_journey = f"the journey names ‘{journey_owner}’, who is not set up"
    elif stage_owner and not journey_owner:
        of_journey = "the journey names nobody"
    return f"{missing}, {of_journey}"


def _silenced(journey: str, stage: str, in_force: Sequence[silencing.Silence]) -> Iterable[tuple[str, str]]:
    """The silences that keep all or some of this stage quiet now."""
    here = {"journey": journey, "stage": stage}
    for one in in_force:
        document = one["document"]
        if all(document.get(name) in (None, value) for name, value in here.items()):
            part = places.part(document.get("metric"), document.get("audience"))
            yield str(one["silence"]), f"{part} only" if part else ""


def _name(owner: str, owners: Documents) -> str:
    return (
        clean(owners[owner]["name"]) if owner in owners else f"the fallback address (no ‘{owner}’ is set up)"
    )
