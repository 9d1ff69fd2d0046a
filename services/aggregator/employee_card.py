"""Employees on the scorecard: their cells beside the customers' scores, and where the two differ. Pure.

A cell stands beside the customers' score, never in it, and keeps its own period: the latest one that is told and was
over when the window ended.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from services.aggregator import answers, changes
from services.aggregator.changes import Pair
from services.aggregator.maps import Map
from services.aggregator.periods import Period
from shared import scoring, wording
from shared.employees import NOTHING, Cell
from shared.scoring import Histogram

EMPLOYEE = "employee"
# A gap smaller than this many points of the unit scale (0 to 1) is no finding, however many answered.
LEAST_GAP = 0.1
_NAMES = {"nps": "NPS", "csat": "CSAT", "ces": "CES"}

Row = dict[str, Any]
Cells = Mapping[tuple[str, str], Sequence[Cell]]
"""Stage and metric → what is told, oldest first."""
Customers = Mapping[tuple[str, str, date, date], Histogram]
"""Stage, metric and period (first and last day) → what customers answered in it."""


def latest(cells: Sequence[Cell], last: date) -> tuple[Cell | None, Cell | None]:
    """The newest cell that was over on the day, and the one before it."""
    over = [cell for cell in cells if cell.last <= last]
    return (over[-1] if over else None), (over[-2] if len(over) > 1 else None)


def periods(cells: Cells, last: date) -> set[Period]:
    """The periods for which customers' scores are needed, to stand beside the latest cells."""
    found = (latest(of_one, last)[0] for of_one in cells.values())
    return {Period(cell.first, cell.last) for cell in found if cell}


def reading(metric: str, cell: Cell | None, level: float) -> Row:
    """A cell as every answer of ours shows it: without histogram and mean, whose counts are smaller than a cell."""
    counts = cell.counts if cell else NOTHING
    return {
        **answers.reading(scoring.score(metric, counts, level)),
        "mean": None,
        "histogram": None,
        "window": answers.window(Period(cell.first, cell.last)) if cell else None,
        "period": cell.name if cell else None,
    }


def added(
    card: Row,
    known: Map,
    cells: Cells,
    customers: Customers,
    last: date,
    level: float,
    metrics: Collection[str],
) -> Row:
    """The scorecard with employees' scores in each stage, and `employee_gaps`. metrics: those asked for.

    known: the map. last: the last day of the window.
    """
    document = known.document or {}
    stages = [
        one | {"scores": _beside(one, _stage(document, one["stage"]), cells, last, level, metrics)}
        for one in card["stages"]
    ]
    found = []
    for one in stages:
        for metric in metrics:
            cell, _ = latest(cells.get((one["stage"], metric), ()), last)
            found.append(gap(one["stage"], one["name"], metric, cell, customers, level))
    return card | {"stages": stages, "employee_gaps": [one for one in found if one]}


def _stage(document: Row, key: str) -> Row:
    """The stage's targets of employees, and the metrics it asks them, as the map says."""
    stage: Row = next((one for one in document["stages"] if one["key"] == key), {})
    targets = {t["metric"]: t["score"] for t in stage.get("targets", []) if t["audience"] == EMPLOYEE}
    asked = {s["metric"] for s in document["surveys"] if (s["stage"], s["audience"]) == (key, EMPLOYEE)}
    return {"targets": targets, "asked": asked}


def _beside(
    stage: Row, known: Row, cells: Cells, last: date, level: float, metrics: Collection[str]
) -> list[Row]:
    has = {
        metric for (key, metric), found in cells.items() if key == stage["stage"] and latest(found, last)[0]
    }
    shown = (has | known["asked"] | set(known["targets"])) & set(metrics)
    own = [
        _score(
            metric, latest(cells.get((stage["stage"], metric), ()), last), known["targets"].get(metric), level
        )
        for metric in shown
    ]
    return sorted([*stage["scores"], *own], key=lambda one: (one["metric"], one["audience"]))


def _score(metric: str, two: tuple[Cell | None, Cell | None], target: float | None, level: float) -> Row:
    cell, before = two
    pair = Pair(before.counts if before else NOTHING, cell.counts if cell else NOTHING)
    change = changes.change(metric, pair, level)
    score = change.since.score
    return {
        "metric": metric,
        "audience": EMPLOYEE,
        **reading(metric, cell, level),
        "before": reading(metric, before, level),
        "change": answers.movement(change),
        "target": target,
        "meets_target": None if target is None or score is None else score >= target,
    }


def gap(
    stage: str, name: str | None, metric: str, cell: Cell | None, customers: Customers, level: float
) -> Row | None:
    """What employees say against what customers say in the same period; None where both say the same."""
    if cell is None:
        return None
    theirs = customers.get((stage, metric, cell.first, cell.last), NOTHING)
    apart = changes.change(metric, Pair(theirs, cell.counts), level)
    if apart.change is None or not apart.beyond_noise:
        return None
    if abs(scoring.units(metric, apart.change)) < LEAST_GAP:
        return None
    return {
        "stage": stage,
        "name": name,
        "metric": metric,
        "window": answers.window(Period(cell.first, cell.last)),
        "period": cell.name,
        "employees": _short(apart.since),
        "customers": _short(apart.before),
        "points": apart.change,
        "low": apart.low,
        "high": apart.high,
        "in_words": _words(metric, apart, cell.name),
    }


def _short(found: scoring.Score) -> Row:
    return {"score": found.score, "low": found.low, "high": found.high, "n": found.n}


def _words(metric: str, apart: changes.Change, period: str) -> str:
    inside, outside = (wording.score(metric, one.score or 0) for one in (apart.since, apart.before))
    return f"Employees say {inside}, customers {outside} ({_NAMES[metric]}, {period})."
