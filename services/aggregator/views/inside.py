"""A stage's own measures as pages show them: in words, under its score, and against what customers say. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import inf
from typing import Any

from services.aggregator.views.states import Watching
from services.aggregator.views.words import METRICS, named
from shared import inside
from shared.web.charts import Chart, Exact, Level, Line, Panel, room
from shared.wording import amounts

Row = Mapping[str, Any]
Values = Mapping[date, float]
# A measure that hardly moves is no jagged line: the scale spans at least this share of its size.
LEAST_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Shown:
    """A measure over a window. state: met|missed|None where nobody can tell; days: that have a value."""

    key: str
    name: str
    value: str
    target: str
    state: str | None
    days: int
    last_day: date | None
    before: str

    @property
    def verdict(self) -> str:
        """met, not met, or nothing."""
        return {"met": "met", "missed": "not met"}.get(self.state or "", "")


@dataclass(frozen=True, slots=True)
class Stage:
    """What a stage measures itself, and what is green inside and red outside."""

    measures: Sequence[Shown] = ()
    contrasts: Sequence[str] = ()


def shown(one: Row) -> Shown:
    """one: a measure of a scorecard."""
    state = {True: "met", False: "missed"}.get(one["meets_target"])
    target = "" if one["target"] is None else inside.bound(one)
    value, before = (text or "" for text in amounts([one["value"], one["before"]["value"]], one["unit"]))
    name = named(one["name"], one["measure"])
    return Shown(one["measure"], name, value, target, state, one["days"], one["last_day"], before)


def stage(found: Row, degraded: Iterable[str]) -> Stage:
    """found: a stage of a scorecard with its measures; degraded: the customers' metrics that are."""
    contrasts = [one["in_words"] for one in inside.contrasts(found, frozenset(degraded))]
    return Stage([shown(one) for one in found["measures"]], contrasts)


def degraded(watching: Watching, journey: str, stage: str) -> set[str]:
    """The metrics of a stage's customers that alerts calls degraded, silenced or not."""
    return {
        place[2]
        for place, item in (watching.items or {}).items()
        if (place[0], place[1], place[3]) == (journey, stage, "customer") and is_degraded(item)
    }


def is_degraded(detector: Row | None) -> bool:
    """Whether a detector, as GET /v1/detectors tells it, is degraded, silenced or not."""
    return detector is not None and inside.DEGRADED in (detector["state"], detector.get("muted"))


def beside(chart: Chart, metric: str, points: Sequence[Row], measures: Sequence[tuple[Row, Values]]) -> Chart:
    """The chart of a score with each measure that has values in a panel of its own below.

    points: the steps of the chart. measures: each as a scorecard has it, with its values by day.
    """
    found = [(one, steps) for one, values in measures if _any(steps := _by_step(points, values))]
    if not found:
        return chart
    names = [named(one["name"], one["measure"]) for one, _ in found]
    with_ = names[0] if len(names) == 1 else f"{len(names)} measures"
    cells = [[None if value is None else Exact(value) for value in steps] for _, steps in found]
    return replace(
        chart,
        title=f"{chart.title}, with {with_}",
        summary=" ".join([chart.summary, *(sentence(shown(one)) for one, _ in found)]).strip(),
        columns=[*chart.columns, *(_heading(one) for one, _ in found)],
        rows=[(*row, *own) for row, *own in zip(chart.rows, *cells, strict=True)],
        heading=METRICS[metric],
        below=[_panel(one, steps) for one, steps in found],
    )


def sentence(one: Shown) -> str:
    """Handle time: 4.2 min on average, target at most 5 min: met."""
    if not one.value:
        return f"{one.name}: no values."
    target = f", target {one.target}: {one.verdict}" if one.target else ""
    return f"{one.name}: {one.value} on average{target}."


def _panel(one: Row, steps: Sequence[float | None]) -> Panel:
    target = one["target"]
    known = [value for value in (*steps, target) if value is not None]
    floor = 0.0 if min(known) >= 0 else -inf
    scale = room(known, LEAST_SHARE * max(map(abs, known)) or 1.0, floor, inf)
    name = named(one["name"], one["measure"])
    level = [Level(f"Target of {name}: {inside.bound(one)}", target, "target")] if target is not None else []
    return Panel(_heading(one), Line(name, steps), *scale, levels=level)


def _heading(one: Row) -> str:
    unit = named(one["unit"], "") if one["unit"] else ""
    return named(one["name"], one["measure"]) + (f" ({unit})" if unit else "")


def _by_step(points: Sequence[Row], values: Values) -> list[float | None]:
    """The mean of each step's days."""
    found: list[float | None] = []
    for point in points:
        first, last = date.fromisoformat(point["from"]), date.fromisoformat(point["to"])
        own = [value for day, value in values.items() if first <= day <= last]
        found.append(sum(own) / len(own) if own else None)
    return found


def _any(steps: Sequence[float | None]) -> bool:
    return any(value is not None for value in steps)
