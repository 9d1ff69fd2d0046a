"""`/`: every journey at a glance."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from flask import Blueprint, Response, request

from services.aggregator import employee_cells, periods
from services.aggregator.maps import Map
from services.aggregator.pages import asking
from services.aggregator.scorecard import Measured
from services.aggregator.store import journeys
from services.aggregator.store import scores as store
from services.aggregator.views import course
from services.aggregator.views import journeys as view
from services.aggregator.views.states import State, Watching
from shared import beats
from shared.db import Connection
from shared.freshness import judge, late_keys
from shared.reserved import CHECK
from shared.scoring import Histogram
from shared.web.auth import page, principal
from shared.web.pages import render
from shared.web.state import database, settings

blueprint = Blueprint("journeys_page", __name__)

MOST = 20
Days = dict[str, dict[tuple[str, Measured], dict[date, Histogram]]]


@blueprint.get("/")
@page("viewer")
def journeys_page() -> Response:
    """A card a journey, in order of their keys; a lead's own stages unless they ask for all."""
    period = periods.window(periods.DEFAULT_WINDOW, today := periods.today(settings().report_tz))
    after, answers = request.args.get("after", ""), asking.begin()
    with database() as conn:
        # How far we are comes first: what is read after it holds at least that much.
        pipe = beats.pipe(conn)
        maps = journeys.every(conn, after, MOST + 1, CHECK)
        shown = maps[:MOST]
        days = _days(conn, shown, today)
        cells = employee_cells.by_journey(conn, settings().report_tz, [_key(one) for one in shown], pipe)
    told, late = answers(), late_keys(pipe)
    watching = asking.watching(told["detectors"])
    cards = [
        view.card(
            one,
            days.get(_key(one), {}),
            period,
            today,
            _state_of(one, watching, late),
            cells.get(_key(one), {}),
        )
        for one in shown
    ]
    whose = _whose()
    names = {name: text for one in maps for name, text in asking.stage_names(one.document or {}).items()}
    return render(
        "journeys.html",
        nav="journeys",
        cards=view.own(cards, principal().owners) if whose == "mine" else cards,
        any=bool(maps),
        whose=whose,
        switch=[("/", "My stages", whose == "mine"), ("/?whose=all", "All", whose == "all")]
        if principal().owners
        else [],
        owners=asking.names_of(told["owners"]),
        own=principal().owners,
        unreachable=asking.unreachable(told["owners"]),
        banners=asking.late(judge(pipe), names),
        told=told,
        next=f"/?whose={whose}&after={_key(shown[-1])}" if len(maps) > MOST else None,
        first=f"/?whose={whose}" if after else None,
    )


def _whose() -> str:
    """A lead sees their own stages first."""
    given = request.args.get("whose")
    return "all" if given == "all" or not principal().owners else "mine"


def _key(known: Map) -> str:
    return str((known.document or {})["journey"])


def _days(conn: Connection, shown: list[Map], today: date) -> Days:
    before = periods.window(periods.DEFAULT_WINDOW, today).before()
    found = store.stage_days(conn, [_key(one) for one in shown], course.reach(today, before), None)
    days: Days = defaultdict(lambda: defaultdict(dict))
    for one in found:
        assert one.start is not None, "asked for by day"
        days[one.group["journey"]][one.group["stage"], (one.metric, one.audience)][one.start] = one.counts
    return days


def _state_of(known: Map, watching: Watching, late: dict[str, bool]) -> view.StateOf:
    journey = _key(known)
    asked = {(one["stage"], one["metric"], one["audience"]) for one in (known.document or {})["surveys"]}

    def state_of(stage: str, measured: Measured) -> State:
        is_late = late.get(f"{journey}/{stage}", late[""])
        return watching.of((journey, stage, *measured), asked=(stage, *measured) in asked, late=is_late)

    return state_of
