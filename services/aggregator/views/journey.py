"""The page of one journey: its stages side by side, its touchpoints, and what nobody asks about. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.aggregator import changes
from services.aggregator.changes import Contribution
from services.aggregator.scorecard import Days, Found, Measured
from services.aggregator.views.measures import Measure, in_order, measure
from services.aggregator.views.states import State
from services.aggregator.views.words import named
from shared import scoring
from shared.wording import clean

Row = Mapping[str, Any]
StateOf = Callable[[str, Measured], State]
Shares = Mapping[tuple[str, Measured], Mapping[str, Contribution[str]]]
# For one false share in twenty pages, as what is said to carry a change.
RATE = (1 - scoring.LEVEL) / 3


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """A touchpoint with its scores; on_map: whether it is still there. surveys: the live ones that ask there."""

    key: str
    name: str
    measures: list[Measure]
    moment_of_truth: bool = False
    about: tuple[tuple[str, str], ...] = ()
    pain_points: tuple[str, ...] = ()
    surveys: tuple[str, ...] = ()
    on_map: bool = True


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the strip; missing: its events have a gap, nothing new is counted."""

    key: str
    name: str
    owner: str | None
    measures: list[Measure]
    touchpoints: list[Touchpoint]
    missing: bool


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """A touchpoint nobody asks about (no surveys), or at which nobody answered in the window."""

    stage: str
    touchpoint: str
    name: str
    stage_name: str
    moment_of_truth: bool
    surveys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Journey:
    """The whole page. elsewhere: stages that are not on the map any more and have answers. gaps: (stage, in words)
    where employees and customers clearly differ."""

    key: str
    name: str
    owner: str | None
    personas: list[str]
    retired: bool
    stages: list[Stage]
    unasked: list[BlindSpot]
    unanswered: list[BlindSpot]
    elsewhere: list[str]
    gaps: list[tuple[str, str]]

    @property
    def answers(self) -> int:
        """How many scores of stages rest on any answer."""
        return sum(one.n for stage in self.stages for one in stage.measures)


def build(
    card: Row, personas: Sequence[str], shares: Shares, state_of: StateOf, missing: frozenset[str]
) -> Journey:
    """card: a scorecard. missing: stages with a gap."""
    stages = [_stage(card, stage, shares, state_of, stage["stage"] in missing) for stage in card["stages"]]
    spots = sorted(_spots(card), key=lambda spot: not spot.moment_of_truth)
    return Journey(
        card["journey"],
        named(card["name"], card["journey"]),
        card["owner"],
        [clean(one) for one in personas],
        card["retired"],
        stages,
        [spot for spot in spots if not spot.surveys],
        [spot for spot in spots if spot.surveys],
        sorted({one["stage"] for one in card["not_on_map"]} - {stage.key for stage in stages}),
        [(named(one["name"], one["stage"]), one["in_words"]) for one in card.get("employee_gaps", [])],
    )


def shares_of(found: Found, days: Days) -> dict[tuple[str, Measured], dict[str, Contribution[str]]]:
    """Stage and what is measured → touchpoint → what it adds to the stage's change."""
    cells: dict[tuple[str, Measured], dict[str, list[changes.Pair]]] = {}
    for (stage, touchpoint), pairs in found.items():
        for measured, pair in pairs.items():
            cells.setdefault((stage, measured), {})[touchpoint] = [pair]
    return {
        (stage, measured): {
            part.group: part
            for part in changes.contributions(
                measured[0], groups, rate=RATE, days=days.get((stage, measured), 0.0)
            )
        }
        for (stage, measured), groups in cells.items()
    }


def _stage(card: Row, stage: Row, shares: Shares, state_of: StateOf, missing: bool) -> Stage:
    key = stage["stage"]
    measures = [
        measure(one, state_of(key, (one["metric"], one["audience"]))) for one in in_order(stage["scores"])
    ]
    whole = {(one.metric, one.audience): one for one in measures}
    gone = [one for one in card["not_on_map"] if one["stage"] == key and any(s["n"] for s in one["scores"])]
    points = [
        replace(_touchpoint(point), measures=_rows(point, whole, shares, key))
        for point in [*stage["touchpoints"], *gone]
    ]
    return Stage(key, named(stage["name"], key), stage["owner"], measures, points, missing)


def _touchpoint(point: Row) -> Touchpoint:
    about = (
        ("Channel", point.get("channel")),
        ("Goal", point.get("customer_goal")),
        ("Now", point.get("current")),
        ("Wanted", point.get("desired")),
    )
    return Touchpoint(
        point["touchpoint"],
        named(point.get("name"), point["touchpoint"]),
        [],
        bool(point.get("moment_of_truth")),
        tuple((name, text) for name, text in about if text),
        tuple(point.get("pain_points") or ()),
        tuple(point.get("surveys", ())),
        on_map="surveys" in point,
    )


def _rows(point: Row, whole: Mapping[Measured, Measure], shares: Shares, stage: str) -> list[Measure]:
    rows = []
    for found in in_order(point["scores"]):
        what = found["metric"], found["audience"]
        part, all_of_it = shares.get((stage, what), {}).get(point["touchpoint"]), whole.get(what)
        if part is None or all_of_it is None or all_of_it.change is None:
            rows.append(measure(found))
            continue
        beyond, points = part.beyond_noise, part.points
        rows.append(replace(measure(found), share=points, of=all_of_it.change, share_beyond_noise=beyond))
    return rows


def _spots(card: Row) -> list[BlindSpot]:
    names = {stage["stage"]: named(stage["name"], stage["stage"]) for stage in card["stages"]}
    unasked = [
        {"stage": stage["stage"], **point}
        for stage in card["stages"]
        for point in stage["touchpoints"]
        if not point["surveys"]
    ]
    silent = [spot for spot in card["blind_spots"] if spot["surveys"]]
    return [
        BlindSpot(
            spot["stage"],
            spot["touchpoint"],
            named(spot.get("name"), spot["touchpoint"]),
            names[spot["stage"]],
            bool(spot.get("moment_of_truth")),
            tuple(spot["surveys"]),
        )
        for spot in [*unasked, *silent]
    ]
