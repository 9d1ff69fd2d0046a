"""`/incidents`: what is open, what somebody works on, what is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from marshmallow import EXCLUDE, ValidationError

from services.alerts import records
from services.alerts.routes.incidents import after, following
from services.alerts.schemas.incidents import IncidentPageQuery
from services.alerts.store import incidents, maps, owners
from services.alerts.views import incident_rows
from shared import beats
from shared.freshness import judge
from shared.lateness import detectors_late
from shared.web.app import database, settings
from shared.web.auth import page, principal
from shared.web.forms import Form
from shared.web.pages import render
from shared.web.problems import invalid

blueprint = Blueprint("incidents_page", __name__)

FILTERS = ("journey", "stage", "metric", "audience")


@blueprint.get("/incidents")
@page("viewer")
def incident_list() -> Response:
    """The incidents of one state, newest first; a lead's own stages unless they ask for all."""
    query = _query()
    limit, cursor, now = query.pop("limit"), query.pop("cursor"), datetime.now(UTC)
    filters = {name: query[name] for name in FILTERS}
    with database() as conn:
        known, told = maps.documents(conn), owners.told(conn)
        whose = _whose(query["whose"])
        keys = incident_rows.stages_of(known, principal().owners, told) if whose == "mine" else None
        wanted = filters | {"state": query["state"]}
        rows = records.silenced(conn, incidents.newest(conn, wanted, after(cursor), limit + 1, keys), now)
        counts = incidents.counts(conn, filters, keys)
        watching = None if rows else incident_rows.watching(records.conditions(conn, now))
        freshness = judge(beats.pipe(conn))
    given = {name: value for name, value in filters.items() if value}
    here = given | {"state": query["state"]} | ({"whose": whose} if whose else {})
    journeys, stages = incident_rows.places(known, query["journey"])
    return render(
        "incidents.html",
        nav="incidents",
        form=Form.blank(**filters),
        rows=[incident_rows.listed(row, known, told, now) for row in rows[:limit]],
        tabs=[
            (_address(here, state=state), f"{name} ({counts[state]:,})", state == query["state"])
            for state, name in incident_rows.TABS.items()
        ],
        switch=_switch(here, whose),
        kept={name: here[name] for name in ("state", "whose") if name in here},
        journeys=journeys,
        stages=stages,
        state=query["state"],
        filtered=bool(given),
        every=_address({"state": query["state"]}, whose="all"),
        watching=watching,
        late=detectors_late(freshness, datetime.now(settings().report_tz)),
        next=_address(here, cursor=following(rows, limit)) if len(rows) > limit else None,
        first=_address(here) if cursor else None,
    )


def _query() -> dict[str, Any]:
    given = {name: value for name, value in request.args.items() if value}
    try:
        found: dict[str, Any] = IncidentPageQuery().load(given, unknown=EXCLUDE)
    except ValidationError as error:
        raise invalid(error.messages_dict) from error
    if not found["journey"]:
        found["stage"] = None  # a stage is one of its journey
    return found


def _whose(asked: str | None) -> str | None:
    """mine or all; None for somebody who owns no stage."""
    return (asked or "mine") if principal().owners else None


def _switch(here: Mapping[str, str], whose: str | None) -> list[tuple[str, str, bool]]:
    if whose is None:
        return []
    names = (("mine", "Mine"), ("all", "All"))
    return [(_address(here, whose=value), name, value == whose) for value, name in names]


def _address(here: Mapping[str, Any], **changed: Any) -> str:
    return f"/incidents?{urlencode({**here, **changed})}"
