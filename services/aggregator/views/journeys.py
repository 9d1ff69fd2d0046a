"""The first page: a card a journey, its stages in order with state, score, change and course. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from services.aggregator import employee_card, scorecard
from services.aggregator.changes import Pair
from services.aggregator.maps import Map
from services.aggregator.periods import Period
from services.aggregator.scorecard import Measured
from services.aggregator.views import course
from services.aggregator.views.measures import Measure, in_order, measure
from services.aggregator.views.states import State
from services.aggregator.views.words import named
from shared import scoring

Row = Mapping[str, Any]
Courses = Mapping[tuple[str, Measured], course.Days]
"""Stage and what is measured → its days."""
StateOf = Callable[[str, Measured], State]


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage on a card."""

    key: str
    name: str
    owner: str | None
    measures: list[Measure]


@dataclass(frozen=True, slots=True)
class Card:
    """A journey; hidden: how many stages of it are others'."""

    key: str
    name: str
    owner: str | None
    stages: list[Stage]
    hidden: int


def card(
    known: Map,
    courses: Courses,
    period: Period,
    today: date,
    state_of: StateOf,
    cells: employee_card.Cells = MappingProxyType({}),
) -> Card:
    """One journey over `period` against the one before; cells: what is told of its employees."""
    before, customers = period.before(), [(metric, "customer") for metric in scoring.METRICS]
    found: dict[tuple[str, str], dict[Measured, Pair]] = {}
    for (stage, measured), days in courses.items():
        found.setdefault((stage, ""), {})[measured] = course.pair(days, before, period)
    errors: dict[tuple[str | None, Measured], float] = {
        (stage, measured): course.squared_error(measured[0], days, before, period)
        for (stage, measured), days in courses.items()
    }
    scores = scorecard.build(known, found, scoring.LEVEL, customers, errors)
    scores = employee_card.added(scores, known, cells, {}, period.last, scoring.LEVEL, scoring.METRICS)
    stages = [_stage(stage, courses, today, state_of) for stage in scores["stages"]]
    return Card(
        scores["journey"], named(scores["name"], scores["journey"]), scores["owner"], stages, hidden=0
    )


def own(cards: Iterable[Card], owners: Sequence[str]) -> list[Card]:
    """The journeys in which somebody owns a stage, with these stages only."""
    found = []
    for one in cards:
        stages = [stage for stage in one.stages if stage.owner in owners]
        if stages:
            hidden = len(one.stages) - len(stages)
            found.append(Card(one.key, one.name, one.owner, stages, hidden))
    return found


def _stage(stage: Row, courses: Courses, today: date, state_of: StateOf) -> Stage:
    key, measures = stage["stage"], []
    for one in in_order(stage["scores"]):
        measured = one["metric"], one["audience"]
        days = courses.get((key, measured), {})
        weeks = course.weekly(one["metric"], days, today)
        measures.append(measure(one, state_of(key, measured), weeks))
    return Stage(key, named(stage["name"], key), stage["owner"], measures)
