"""Employees' cells as items of /v1/scores and /v1/scores/series. Pure: a query and cells in, JSON out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.aggregator import answers
from services.aggregator.employee_card import EMPLOYEE, latest, reading
from services.aggregator.periods import Period
from shared.employees import Cell

Row = dict[str, Any]
Cells = Mapping[tuple[str, str, str], Sequence[Cell]]
"""Journey, stage and metric → what is told, oldest first."""
WHOLE = "Employees' scores are told of whole stages only: by=stage."


def refused(query: Row) -> dict[str, list[str]]:
    """What is wrong with a question about employees only, by parameter; {} where it can be answered."""
    if query["audience"] != EMPLOYEE:
        return {}
    narrow = {name: [WHOLE] for name in ("touchpoint", "survey") if query[name] is not None}
    return narrow | ({"by": [WHOLE]} if query["by"] not in (None, "stage") else {})


def wanted(query: Row) -> bool:
    """Whether employees are part of the answer: where they are asked for, and where all is asked for by stage."""
    given = [name for name in answers.LEVELS if query[name] is not None]
    by_stage = (
        not (query["by"] or "").startswith("segment:") and answers.columns(query["by"], given)[-1] == "stage"
    )
    return query["audience"] == EMPLOYEE or (query["audience"] is None and by_stage)


def items(cells: Cells, period: Period, level: float) -> list[Row]:
    """One item a stage and metric: the latest cell that was over when the period ended."""
    newest = ((place, latest(found, period.last)[0]) for place, found in cells.items())
    return [_heading(place) | reading(place[2], cell, level) for place, cell in newest if cell]


def series(cells: Cells, period: Period, level: float) -> list[Row]:
    """One item a stage and metric: a point a cell that has days in common with the period."""
    return [
        _heading(place) | {"points": points}
        for place, found in cells.items()
        if (points := [_point(place[2], cell, level) for cell in found if _meet(cell, period)])
    ]


def _heading(place: tuple[str, str, str]) -> Row:
    return {"scope": {"journey": place[0], "stage": place[1]}, "metric": place[2], "audience": EMPLOYEE}


def _point(metric: str, cell: Cell, level: float) -> Row:
    found = reading(metric, cell, level)
    return found.pop("window") | found


def _meet(cell: Cell, period: Period) -> bool:
    return cell.first <= period.last and period.first <= cell.last
