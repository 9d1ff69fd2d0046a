"""GET /v1/scores and /v1/scores/series."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from services.aggregator import answers, employee_cells, employee_scores, periods
from services.aggregator.routes import freshness
from services.aggregator.schemas.answers import ScoresAnswer, SeriesAnswer
from services.aggregator.schemas.questions import ScoresQuery, SeriesQuery, period_of, where_of
from services.aggregator.store import scores as store
from services.aggregator.store.scores import Sum
from shared import scoring
from shared.db import Connection
from shared.web.app import database, settings
from shared.web.auth import require
from shared.web.problems import invalid

blueprint = Blueprint("scores", __name__, url_prefix="/v1")


@blueprint.get("/scores")
@require("viewer")
@blueprint.arguments(ScoresQuery, location="query", unknown=None)
@blueprint.response(200, ScoresAnswer)
def scores(query: dict[str, Any]) -> Response:
    """Scores over a window, grouped by place, survey or segment.

    Employees' scores are of whole stages and keep their own `window`: the last month, quarter or year of theirs that is
    told and was over when the window ended, without mean and histogram.
    """
    _check_employees(query)
    period = period_of(query, periods.today(settings().report_tz))
    columns, segment = _grouping(query)
    with database() as conn:
        fresh = freshness.heading(conn, where_of(query))
        found = store.sums(conn, where_of(query), period, columns, segment or store.ALL)
        cells = _employees(conn, query)
    items = [_item(one, segment, query["level"]) | {"window": answers.window(period)} for one in found]
    items += employee_scores.items(cells, period, query["level"])
    return jsonify(fresh | {"items": items})


@blueprint.get("/scores/series")
@require("viewer")
@blueprint.arguments(SeriesQuery, location="query", unknown=None)
@blueprint.response(200, SeriesAnswer)
def series(query: dict[str, Any]) -> Response:
    """Scores step by step: days, weeks from Monday or calendar months.

    Of employees, whatever the step: the months, quarters or years of theirs that are told and meet the window.
    """
    _check_employees(query)
    period = period_of(query, periods.today(settings().report_tz))
    columns, segment = _grouping(query)
    with database() as conn:
        fresh = freshness.heading(conn, where_of(query))
        found = store.sums(conn, where_of(query), period, columns, segment or store.ALL, query["step"])
        cells = _employees(conn, query)
    items = [
        _heading(steps[0], segment)
        | {
            "points": answers.points_of(
                steps[0].metric, _by_start(steps), period, query["step"], query["level"]
            )
        }
        for steps in _grouped(found)
    ]
    items += employee_scores.series(cells, period, query["level"])
    return jsonify(fresh | {"step": query["step"], "window": answers.window(period), "items": items})


def _check_employees(query: dict[str, Any]) -> None:
    if errors := employee_scores.refused(query):
        raise invalid(errors)


def _employees(conn: Connection, query: dict[str, Any]) -> employee_scores.Cells:
    if not employee_scores.wanted(query):
        return {}
    journeys = [query["journey"]] if query["journey"] else None
    return employee_cells.read(conn, settings().report_tz, journeys, query["stage"], query["metric"])


def _grouping(query: dict[str, Any]) -> tuple[tuple[str, ...], str | None]:
    by = query["by"]
    given = [name for name in answers.LEVELS if query[name] is not None]
    segment = by.partition(":")[2] if by and by.startswith("segment:") else None
    return answers.columns(by, given), segment


def _heading(one: Sum, segment: str | None) -> dict[str, Any]:
    return {"scope": answers.scope(one.group, segment), "metric": one.metric, "audience": one.audience}


def _item(one: Sum, segment: str | None, level: float) -> dict[str, Any]:
    return _heading(one, segment) | answers.reading(scoring.score(one.metric, one.counts, level))


def _grouped(found: list[Sum]) -> list[list[Sum]]:
    groups: dict[tuple[Any, ...], list[Sum]] = defaultdict(list)
    for one in found:
        groups[*one.group.values(), one.metric, one.audience].append(one)
    return list(groups.values())


def _by_start(steps: list[Sum]) -> dict[date | None, tuple[int, ...]]:
    return {one.start: one.counts for one in steps}
