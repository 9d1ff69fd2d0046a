"""`/journeys/{journey}/stages/{stage}`: how one stage is doing, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, request
from marshmallow import EXCLUDE, ValidationError

from services.aggregator import answers, periods
from services.aggregator.breakdown import Sums
from services.aggregator.explaining import explain
from services.aggregator.pages import asking, own_measures, stage_employees
from services.aggregator.periods import Period
from services.aggregator.routes import freshness
from services.aggregator.schemas.questions import StagePageQuery
from services.aggregator.store import journeys
from services.aggregator.store import scores as store
from services.aggregator.store.scores import Where
from services.aggregator.views import inside, stage_charts, stage_state, stage_tables
from services.aggregator.views import stage as view
from services.aggregator.views.stage import Measured
from services.aggregator.views.words import AUDIENCES, METRICS, days, named
from shared import scoring
from shared.db import Connection
from shared.freshness import Freshness
from shared.web.auth import page, principal
from shared.web.neighbours import Asked, ask_all
from shared.web.pages import render
from shared.web.problems import invalid, not_found
from shared.web.state import database, settings

blueprint = Blueprint("stage_page", __name__)

MOST_INCIDENTS = 100
COMMENTS = 5


@dataclass(frozen=True)
class Read:
    """What our own database says. own: the stage on the map, {} where it is not on it (any more)."""

    document: dict[str, Any]
    own: dict[str, Any]
    fresh: Freshness
    among: list[Measured]
    asked: bool
    where: Where
    period: Period
    step: str
    points: list[dict[str, Any]]
    answer: dict[str, Any]
    sums: Sums
    ever: bool
    measures: own_measures.Read
    employees: dict[str, Any]

    @property
    def name(self) -> str:
        return named(self.own.get("name"), self.where.stage or "")

    @property
    def metric(self) -> str:
        return self.where.metric or ""

    @property
    def audience(self) -> str:
        return self.where.audience or ""


@blueprint.get("/journeys/<journey>/stages/<stage>")
@page("viewer")
def stage_page(journey: str, stage: str) -> Response:
    """One metric and audience of a stage over a window, and the state its detector is in."""
    query, today = _query(), periods.today(settings().report_tz)
    with database() as conn:
        read = _read(conn, Where(journey, stage), query, periods.window(query["window"], today))
    if read.audience == "employee":
        return _employees(read, query)
    told = _ask(read.where)
    return render(
        "stage.html",
        **_heading(read, told, query),
        **_shown(read, told, today),
    )


def _employees(read: Read, query: dict[str, Any]) -> Response:
    told = stage_employees.ask(read.where)
    banners = asking.late(read.fresh, {(read.where.journey or "", read.where.stage or ""): read.name})
    return render("stage_employees.html", **_heading(read, told, query), banners=banners, **read.employees)


def _heading(read: Read, told: dict[str, Asked], query: dict[str, Any]) -> dict[str, Any]:
    """What stands above all else, whoever was asked."""
    journey, stage = read.where.journey or "", read.where.stage or ""
    return {
        "nav": "journeys",
        "journey": journey,
        "journey_name": named(read.document.get("name"), journey),
        "stage": stage,
        "name": read.name,
        "owner": read.own.get("owner") or read.document.get("owner"),
        "owners": asking.names_of(told["owners"]),
        "own": principal().owners,
        "surveys": _surveys(read),
        "on_the_map": bool(read.own),
        "ever": read.ever,
        "metric": read.metric,
        "metric_name": METRICS[read.metric],
        "audience": read.audience,
        "audience_name": AUDIENCES[read.audience],
        "window": days(read.period),
        "switches": view.switches(
            request.path, read.among, (read.metric, read.audience), query["window"], read.step, query["step"]
        ),
        "asked": told,
    }


def _shown(read: Read, told: dict[str, Asked], today: date) -> dict[str, Any]:
    """Everything worked out: state, headline, charts and tables."""
    zone = settings().report_tz
    incidents, detector = _items(told["incidents"]), next(iter(_items(told["detectors"])), None)
    current = next((one for one in incidents if one["state"] != "resolved"), None)
    heard = stage_state.Told(told["detectors"].failure, detector, current)
    target = view.target_of(read.own, read.metric, read.audience)
    usual = (detector or {}).get("baseline") or {}
    course = stage_charts.Course(
        read.metric,
        read.period,
        read.step,
        today,
        read.points,
        f"{read.where.journey}-{read.where.stage}-{read.metric}",
        baseline=usual.get("score"),
        target=target,
        spans=stage_charts.spans(incidents, read.period, today, zone),
        marks=stage_charts.marks(_items(told["wordings"]), read.period, zone),
    )
    keys = read.document.get("segments", [])
    return {
        "banners": asking.late(read.fresh, {(read.where.journey or "", read.where.stage or ""): read.name}),
        "state": stage_state.status(read.metric, heard, read.fresh, zone, read.asked),
        "headline": view.headline(read.answer, read.metric, target),
        "charts": [
            (id, inside.beside(chart, read.metric, read.points, read.measures) if id == "score" else chart)
            for id, chart in stage_charts.charts(course)
        ],
        "inside": own_measures.against(read.where, read.measures, read.answer["since"], target, detector),
        "touchpoints": stage_tables.touchpoints(read.metric, read.own, read.sums, read.answer),
        "segments": stage_tables.segments(read.metric, keys, read.sums, read.answer),
        "reasons": stage_tables.reasons(read.answer),
        "detector": detector,
        "place_names": {
            point["key"]: named(point.get("name"), point["key"]) for point in read.own.get("touchpoints", [])
        },
    }


def _read(conn: Connection, place: Where, query: dict[str, Any], period: Period) -> Read:
    # How far we are comes first: what is read after it holds at least that much.
    fresh = freshness.of(conn, place)
    assert place.journey, "the address names it"
    known = journeys.get(conn, place.journey)
    document = (known.document if known else None) or {}
    own = next((one for one in document.get("stages", []) if one["key"] == place.stage), None)
    newest = store.newest(conn, place)
    if own is None and newest is None:
        raise not_found("stage", f"{place.journey}/{place.stage}")
    answered = {(one.metric, one.audience): sum(one.counts) for one in store.sums(conn, place, period, ())}
    asked = {(s["metric"], s["audience"]) for s in document.get("surveys", []) if s["stage"] == place.stage}
    cells = stage_employees.cells_of(conn, place, settings().report_tz)
    answered |= {(metric, "employee"): 0 for _, metric in cells}
    among = view.measured(asked, answered)
    metric, audience = shown = view.chosen(among, query["metric"], query["audience"])
    where = Where(place.journey, place.stage, metric=metric, audience=audience)
    step = view.step_of(query["step"], audience, period.days, answered.get(shown, 0))
    points = _points(conn, where, period, step) if audience == "customer" else []
    answer, sums = explain(conn, where, period.before(), period, known, scoring.LEVEL)
    return Read(
        document,
        own or {},
        fresh,
        among,
        shown in asked,
        where,
        period,
        step,
        points,
        answer,
        sums,
        newest is not None,
        own_measures.read(conn, where, period),
        stage_employees.read(conn, where, known, cells) if audience == "employee" else {},
    )


def _points(conn: Connection, where: Where, period: Period, step: str) -> list[dict[str, Any]]:
    found = {one.start: one.counts for one in store.sums(conn, where, period, (), step=step)}
    return answers.points_of(where.metric or "", found, period, step, scoring.LEVEL)


def _ask(where: Where) -> dict[str, Asked]:
    """State, incidents, wordings, and the latest comments for those who may read them: all at once."""
    place = {name: getattr(where, name) for name in ("journey", "stage", "metric", "audience")}
    questions = {
        "detectors": ("alerts", "/v1/detectors", place),
        "incidents": ("alerts", "/v1/incidents", place | {"limit": MOST_INCIDENTS}),
        "owners": ("alerts", "/v1/owners", {"limit": asking.MOST}),
        "wordings": ("survey", "/v1/wordings", place),
    }
    if principal().may("lead"):
        wanted = place | {"with_comment": "true", "limit": COMMENTS}
        questions["comments"] = ("survey", "/v1/responses", wanted)
    return ask_all(questions)


def _items(asked: Asked) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = asked.found["items"] if asked.found else []
    return found


def _surveys(read: Read) -> list[str]:
    """The live surveys that ask for what is shown."""
    return [
        one["survey"]
        for one in read.document.get("surveys", [])
        if (one["stage"], one["metric"], one["audience"]) == (read.where.stage, read.metric, read.audience)
    ]


def _query() -> dict[str, Any]:
    given = {name: value for name, value in request.args.items() if value}
    try:
        found: dict[str, Any] = StagePageQuery().load(given, unknown=EXCLUDE)
    except ValidationError as error:
        raise invalid(error.messages_dict) from error
    return found
