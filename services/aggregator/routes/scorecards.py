"""GET /v1/scorecards/{journey}."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from services.aggregator import answers, employee_card, employee_cells, inside_card, periods, scorecard
from services.aggregator.changes import Pair
from services.aggregator.routes import freshness
from services.aggregator.schemas.answers import ScorecardAnswer
from services.aggregator.schemas.questions import WindowQuery, period_of
from services.aggregator.scorecard import Measured
from services.aggregator.store import journeys, measures
from services.aggregator.store import scores as store
from services.aggregator.store.scores import PairSum, Where
from shared import scoring
from shared.web.app import database, settings
from shared.web.auth import require
from shared.web.problems import not_found

blueprint = Blueprint("scorecards", __name__, url_prefix="/v1")


@blueprint.get("/scorecards/<journey>")
@require("viewer")
@blueprint.arguments(WindowQuery, location="query", unknown=None)
@blueprint.response(200, ScorecardAnswer)
def get_scorecard(query: dict[str, Any], journey: str) -> Response:
    """The whole map with scores, targets, the change against the window before, blind spots, and internal measures.

    Employees stand in the stages, with the last month, quarter or year of theirs that is told (`period`, `window`); all
    else is customers' only. `employee_gaps`: where the two clearly differ in the same period.
    """
    period = period_of(query, periods.today(settings().report_tz))
    where = Where(journey=journey, metric=query["metric"], audience=query["audience"])
    with database() as conn:
        known = journeys.get(conn, journey)
        if known is None:
            raise not_found("journey", journey)
        fresh = freshness.heading(conn, where)
        cells = employee_cells.of_journey(conn, settings().report_tz, journey, _audiences(query))
        customers = employee_cells.customers(conn, journey, cells, period.last)
        found = store.pair_sums(conn, where, period.before(), period, ("stage", "touchpoint"), segments=False)
        inside = measures.readings(conn, journey, period.before(), period)
    card = inside_card.added(scorecard.build(known, _by_place(found), query["level"], _wanted(query)), inside)
    if "employee" in _audiences(query):
        card = employee_card.added(
            card, known, cells, customers, period.last, query["level"], _metrics(query)
        )
    windows = {"window": answers.window(period), "window_before": answers.window(period.before())}
    return jsonify(fresh | windows | card)


def _by_place(found: list[PairSum]) -> dict[tuple[str, str], dict[Measured, Pair]]:
    places: dict[tuple[str, str], dict[Measured, Pair]] = defaultdict(dict)
    for one in found:
        places[one.group["stage"], one.group["touchpoint"]][one.metric, one.audience] = one.pair
    return places


def _wanted(query: dict[str, Any]) -> list[Measured]:
    return [(metric, "customer") for metric in _metrics(query) if "customer" in _audiences(query)]


def _metrics(query: dict[str, Any]) -> Sequence[str]:
    return [query["metric"]] if query["metric"] else scoring.METRICS


def _audiences(query: dict[str, Any]) -> Sequence[str]:
    return [query["audience"]] if query["audience"] else scoring.AUDIENCES
