"""`/journeys/{journey}`: the whole map with its scores, and the table of touchpoints as CSV."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, request

from services.aggregator import employee_card, employee_cells, inside_card, periods, scorecard
from services.aggregator.changes import Pair
from services.aggregator.maps import Map
from services.aggregator.pages import asking
from services.aggregator.periods import Period
from services.aggregator.scorecard import Measured
from services.aggregator.store import journeys, measures
from services.aggregator.store import scores as store
from services.aggregator.store.scores import Where
from services.aggregator.views import course, inside, journey_table, journey_urls
from services.aggregator.views import journey as view
from services.aggregator.views.states import State, Watching
from services.aggregator.views.words import days as in_days
from shared import beats, scoring
from shared.db import Connection
from shared.freshness import Freshness, judge, late_keys
from shared.scoring import Histogram
from shared.web.auth import page, principal
from shared.web.pages import render
from shared.web.problems import not_found
from shared.web.state import database, settings

blueprint = Blueprint("journey_page", __name__)


@dataclass(frozen=True, slots=True)
class Read:
    """What the database holds of a journey and window."""

    known: Map
    fresh: Freshness
    late: dict[str, bool]
    card: dict[str, Any]
    shares: view.Shares

    @property
    def document(self) -> dict[str, Any]:
        return self.known.document or {}


@blueprint.get("/journeys/<journey>")
@page("viewer")
def journey_page(journey: str) -> Response:
    """One journey: stages side by side, touchpoints, blind spots; window and audience are in the address."""
    asked, period = _asked()
    answers = asking.begin(journey)
    with database() as conn:
        read = _read(conn, journey, period, asked.audience)
    told = answers()
    watching = asking.watching(told["detectors"])
    shown = _shown(read, watching)
    return render(
        "journey.html",
        nav="journeys",
        journey=shown,
        inside={
            one["stage"]: inside.stage(one, inside.degraded(watching, journey, one["stage"]))
            for one in read.card["stages"]
        },
        owners=asking.names_of(told["owners"]),
        own=principal().owners,
        banners=asking.late(read.fresh, asking.stage_names(read.document)),
        told=told,
        period=period,
        window=in_days(period),
        asked=asked,
        switches=journey_urls.switches(request.path, asked),
        table=journey_urls.table(request.path, asked),
    )


@blueprint.get("/journeys/<journey>/touchpoints.csv")
@page("viewer")
def touchpoint_table(journey: str) -> Response:
    """The table of touchpoints, with what the page shows of them and nothing more."""
    asked, period = _asked()
    with database() as conn:
        read = _read(conn, journey, period, asked.audience)
    text = journey_table.csv_of(_shown(read, Watching({}, asking.now())), period)
    name = f"{journey}-{period.first}-{period.last}.csv"
    response = Response(text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _asked() -> tuple[journey_urls.Asked, Period]:
    asked = journey_urls.asked(request.args)
    return asked, periods.window(asked.window, periods.today(settings().report_tz))


def _shown(read: Read, watching: Watching) -> view.Journey:
    key = read.card["journey"]
    asked = {(one["stage"], one["metric"], one["audience"]) for one in read.document["surveys"]}

    def state_of(stage: str, measured: Measured) -> State:
        late = read.late.get(f"{key}/{stage}", read.late[""])
        return watching.of((key, stage, *measured), asked=(stage, *measured) in asked, late=late)

    missing = frozenset(one.stage for one in read.fresh.gaps)
    return view.build(read.card, read.document.get("personas") or [], read.shares, state_of, missing)


def _read(conn: Connection, journey: str, period: Period, audience: str | None) -> Read:
    # How far we are comes first: what is read after it holds at least that much.
    pipe = beats.pipe(conn)
    known = journeys.get(conn, journey)
    if known is None:
        raise not_found("journey", journey)
    before, where = period.before(), Where(journey=journey, audience=audience)
    found = _by_place(store.pair_sums(conn, where, before, period, ("stage", "touchpoint"), segments=False))
    both = Period(before.first, period.last)
    errors = _errors(store.stage_days(conn, [journey], both, audience), before, period)
    wanted = [(metric, "customer") for metric in scoring.METRICS if audience in (None, "customer")]
    own = measures.readings(conn, journey, before, period)
    card = inside_card.added(scorecard.build(known, found, scoring.LEVEL, wanted, errors), own)
    if audience in (None, "employee"):
        cells = employee_cells.of_journey(conn, settings().report_tz, journey, pipe=pipe)
        customers = employee_cells.customers(conn, journey, cells, period.last)
        card = employee_card.added(card, known, cells, customers, period.last, scoring.LEVEL, scoring.METRICS)
    return Read(known, judge(pipe.within(journey)), late_keys(pipe), card, view.shares_of(found, errors))


def _by_place(found: list[store.PairSum]) -> dict[tuple[str, str], dict[Measured, Pair]]:
    places: dict[tuple[str, str], dict[Measured, Pair]] = defaultdict(dict)
    for one in found:
        places[one.group["stage"], one.group["touchpoint"]][one.metric, one.audience] = one.pair
    return places


def _errors(
    found: list[store.Sum], before: Period, since: Period
) -> dict[tuple[str | None, Measured], float]:
    """What the choice of days adds to the error of each stage's changes."""
    days: dict[tuple[str, Measured], dict[date, Histogram]] = defaultdict(dict)
    for one in found:
        assert one.start is not None, "asked for by day"
        days[one.group["stage"], (one.metric, one.audience)][one.start] = one.counts
    return {
        (stage, measured): course.squared_error(measured[0], counts, before, since)
        for (stage, measured), counts in days.items()
    }
