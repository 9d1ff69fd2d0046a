"""The list of incidents: what each row says, whose stages are whose, and the sentence where there is none. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.alerts import routing, shown
from shared import wording
from shared.reserved import CHECK
from shared.scoring import SMALL_SAMPLE
from shared.wording import clean

Row = Mapping[str, Any]
Maps = Mapping[str, Mapping[str, Any]]  # the document of each journey's map

TABS = {"open": "Open", "acknowledged": "Acknowledged", "resolved": "Resolved"}
OUTCOMES = {"fixed": "Fixed", "new_normal": "New normal", "false_alarm": "False alarm"}
_ENDINGS = {"automatic": "Back to normal", "map": "Questions replaced"}
FALLBACK = "Fallback address"


@dataclass(frozen=True)
class Listed:
    """One row. `fell`: down 19 to 22 (without its word it would read like an interval), the interval where the answers
    are few (`small`), or nothing where no score is known; `age`: how long it is open, or how long it lasted; `ended`:
    how, once it is resolved."""

    id: str
    what: str
    journey: str
    onset: datetime
    fell: str
    small: bool
    owner: str
    age: str
    state: str
    silenced: bool
    acknowledged_by: str
    ended: str


def listed(row: Row, maps: Maps, owners: Mapping[str, str], now: datetime) -> Listed:
    """One incident of the list, with its `silenced`. owners: the names of those who can be told, by key."""
    journey_map = maps.get(row["journey"])
    until = row["closed_at"] or now
    return Listed(
        id=row["id"],
        what=name(row, journey_map),
        journey=clean((journey_map or {}).get("name") or row["journey"]),
        onset=row["onset"],
        fell=_fell(row),
        small=_since(row)["n"] < SMALL_SAMPLE,
        owner=owner(journey_map, row["stage"], owners),
        age=wording.lasting(until - (row["onset"] if row["closed_at"] else row["opened_at"])),
        state=row["state"],
        silenced=bool(row["silenced"]),
        acknowledged_by=clean(row["acknowledged_by"] or ""),
        ended=OUTCOMES.get(row["outcome"]) or _ENDINGS.get(row["closed_by"], ""),
    )


def name(row: Row, journey_map: Row | None) -> str:
    """Delivery NPS, Delivery employee NPS."""
    employees = "employee " if row["audience"] == "employee" else ""
    stage = routing.stage_of(journey_map or {}, row["stage"]).get("name") or row["stage"]
    return f"{clean(stage)} {employees}{row['metric'].upper()}"


def owner(journey_map: Row | None, stage: str, owners: Mapping[str, str]) -> str:
    """The name of whoever is told about the stage now."""
    told = routing.recipient(journey_map, stage, owners).owner
    return clean(owners[told]) if told else FALLBACK


def stages_of(maps: Maps, own: Collection[str], owners: Mapping[str, str]) -> list[str]:
    """The stages ("journey/stage") that somebody answers for who is told as one of the owners `own`."""
    return [
        f"{journey}/{stage['key']}"
        for journey, journey_map in maps.items()
        for stage in journey_map.get("stages", [])
        if routing.recipient(journey_map, stage["key"], owners).owner in own
    ]


def places(maps: Maps, journey: str | None) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What the filters offer: journeys, and the stages of the one chosen, each (key, name)."""
    named = ((key, clean(found.get("name") or key)) for key, found in maps.items() if key != CHECK)
    journeys = sorted(named, key=_by_name)
    stages = maps.get(journey or "", {}).get("stages", [])
    return journeys, [(stage["key"], clean(stage.get("name") or stage["key"])) for stage in stages]


def watching(states: Iterable[str | None]) -> str:
    """11 of 14 detectors watching, 2 learning, 1 stale. `states` as /v1/detectors has them, None: switched off."""
    found = Counter(states)
    if not found:
        return "Nothing is watched yet: a detector begins with the first answer of a stage."
    sound = found.pop("ok", 0) + found.pop("degraded", 0)
    others = [
        f"{found[state]} {word}"
        for state, word in (
            ("learning", "learning"),
            ("stale", "stale"),
            ("silenced", "silenced"),
            (None, "switched off"),
        )
        if found[state]
    ]
    total = sound + found.total()
    detectors = "detector" if total == 1 else "detectors"
    return ", ".join([f"{sound} of {total} {detectors} watching", *others]) + "."


def _by_name(pair: tuple[str, str]) -> str:
    return pair[1].lower()


def _fell(row: Row) -> str:
    drop, since, metric = shown.incident(row)["drop"], _since(row), row["metric"]
    if drop is None or since["score"] is None:
        return ""
    if since["n"] < SMALL_SAMPLE:
        interval = wording.between(metric, since["low"], since["high"])
        return f"{interval}, {wording.answers(since['n'])}"
    return f"down {drop} to {wording.score(metric, since['score'])}"


def _since(row: Row) -> Row:
    """The reading since the onset, as it was told; else as it opened."""
    told: Row = (row["cause"] or {}).get("since", {})
    return told if told.get("score") is not None else shown.measured(row["metric"], row["since"])
