"""`/journeys/{journey}/stages/{stage}?audience=employee`: what is told of a stage's employees, beside its customers."""

from __future__ import annotations

from typing import Any

from services.aggregator import employee_card, employee_cells
from services.aggregator.maps import Map
from services.aggregator.pages import asking
from services.aggregator.periods import Period
from services.aggregator.store import scores
from services.aggregator.store.scores import Where
from services.aggregator.views import stage as view
from services.aggregator.views import stage_employees
from shared import scoring
from shared.db import Connection
from shared.web.auth import principal
from shared.web.neighbours import Asked, ask_all


def read(conn: Connection, where: Where, known: Map | None, cells: employee_card.Cells) -> dict[str, Any]:
    """periods, newest first, and the gap between the two in the newest, in words."""
    journey, stage, metric = where.journey or "", where.stage or "", where.metric or ""
    own = cells.get((stage, metric), ())[-stage_employees.MOST :]
    customers = {
        (cell.first, cell.last): one.counts
        for cell in own
        for one in scores.sums(
            conn, Where(journey, stage, metric=metric, audience="customer"), Period(cell.first, cell.last), ()
        )
    }
    document = (known.document if known else None) or {}
    stages = [one for one in document.get("stages", []) if one["key"] == stage]
    target = view.target_of(stages[0], metric, "employee") if stages else None
    beside = {(stage, metric, *period): counts for period, counts in customers.items()}
    gap = own and employee_card.gap(stage, None, metric, own[-1], beside, scoring.LEVEL)
    return {
        "periods": stage_employees.periods(metric, own, customers, target),
        "gap": gap["in_words"] if gap else None,
        "target": target,
    }


def ask(where: Where) -> dict[str, Asked]:
    """The owners, and for leads what employees wrote."""
    place = {name: getattr(where, name) for name in ("journey", "stage", "metric")}
    questions: dict[str, Any] = {"owners": ("alerts", "/v1/owners", {"limit": asking.MOST})}
    if principal().may("lead"):
        questions["comments"] = ("survey", "/v1/employee-comments", place)
    return ask_all(questions)


def cells_of(conn: Connection, where: Where, zone: Any) -> employee_card.Cells:
    """What is told of the stage, by stage and metric."""
    return employee_cells.of_journey(conn, zone, where.journey or "", stage=where.stage)
