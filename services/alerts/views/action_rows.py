"""What pages say about actions: where, since when, whose, and whether they helped. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.alerts import comparing
from services.alerts.views import effect_words, places
from shared.wording import clean

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """One action. mark: symbol, word and kind of its verdict; size: +8 (+3 to +13), or nothing; late: its effect is
    as it was measured earlier."""

    action: str
    title: str
    what: str
    place: str
    journey: str
    stage: str
    started_on: date
    review_on: date
    owner: str
    mark: tuple[str, str, str]
    size: str
    more: str
    incident: str | None
    description: str


@dataclass(frozen=True)
class Measure:
    """One line of the effect's table; the figures as the API gives them."""

    name: str
    before: Row | None
    after: Row | None
    change: float | None


def line(row: Row, effect: Row | None, maps: places.Names, owners: Mapping[str, str]) -> Line:
    """An action as the store has it, with what was last measured."""
    document = row["document"]
    owner = document.get("owner") or ""
    return Line(
        action=row["action"],
        title=clean(document["title"]),
        what=place(document, maps) + _part(document, maps),
        place=place(document, maps),
        journey=document["journey"],
        stage=document["stage"],
        started_on=comparing.started_on(document),
        review_on=comparing.review_on(document),
        owner=clean(owners.get(owner, owner)),
        mark=effect_words.mark(effect),
        size=effect_words.size(effect) if effect else "",
        more=_more(effect),
        incident=document.get("incident"),
        description=document.get("description") or "",
    )


def measures(effect: Row) -> list[Measure]:
    """Treated and control, before and since; nothing while there is nothing to show."""
    if effect["after"] is None:
        return []
    found = [Measure("Treated", effect["before"], effect["after"], effect["change"])]
    if effect["control"]:
        control = effect["control"]
        found.append(Measure("Control", control["before"], control["after"], effect["control_change"]))
    return found


def against(document: Row, maps: places.Names) -> str:
    """What it is compared with, in words."""
    control, journey = document.get("control") or {}, document["journey"]
    if control.get("stages"):
        return ", ".join(places.stage_name(journey, stage, maps) for stage in control["stages"])
    return _segment(control.get("segment")) or "nothing"


def treated(document: Row) -> str:
    """For whom it was."""
    return _segment((document.get("treated") or {}).get("segment")) or "everybody there"


def flags(effect: Row, journey: str, maps: places.Names) -> list[tuple[str, str | None]]:
    """What else may have done it: the sentence, and the address of what it speaks of."""
    stages = {one.get("stage", "") for one in effect["flags"]}
    names = {stage: places.stage_name(journey, stage, maps) for stage in stages if stage}
    return [(effect_words.flag(one, names), _address(one)) for one in effect["flags"]]


def place(given: Row, maps: places.Names) -> str:
    """Shop · Delivery."""
    return places.words(given, maps)


def choices(maps: places.Names) -> list[tuple[str, str]]:
    """Every stage of every journey that is in use, as (journey/stage, Shop · Delivery)."""
    return [
        (
            f"{one['journey']}/{stage['key']}",
            places.words({"journey": one["journey"], "stage": stage["key"]}, maps),
        )
        for one in places.in_use(maps)
        for stage in one.get("stages", [])
    ]


def counted(lines: Iterable[Line]) -> dict[str, int]:
    """How many there are of each verdict's word."""
    found: dict[str, int] = {}
    for one in lines:
        found[one.mark[1]] = found.get(one.mark[1], 0) + 1
    return found


def _part(document: Row, maps: places.Names) -> str:
    found = []
    touchpoint = document.get("touchpoint")
    if touchpoint:
        found.append(_touchpoint(document, touchpoint, maps))
    segment = _segment((document.get("treated") or {}).get("segment"))
    return "".join(f" · {one}" for one in [*found, segment] if one)


def _touchpoint(document: Row, touchpoint: str, maps: places.Names) -> str:
    stages = maps.get(document["journey"], {}).get("stages", [])
    known = [
        one for stage in stages if stage["key"] == document["stage"] for one in stage.get("touchpoints", [])
    ]
    return clean(
        next((one.get("name") or touchpoint for one in known if one["key"] == touchpoint), touchpoint)
    )


def _segment(segment: Row | None) -> str:
    return clean(" ".join(f"{key} = {value}" for key, value in (segment or {}).items()))


def _more(effect: Row | None) -> str:
    days = effect["about_days_more"] if effect else None
    return f"about {days} more day{'' if days == 1 else 's'}" if days else ""


def _address(one: Row) -> str | None:
    if one["kind"] == "action":
        return f"/actions/{one['action']}"
    return f"/incidents/{one['incident']}" if one.get("incident") else None
