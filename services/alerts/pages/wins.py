"""`/wins`: what really got better, and whom to thank."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from services.alerts import winning
from services.alerts.store import maps, owners, wins
from services.alerts.views import incident_rows, win_rows
from shared.web.app import database, settings
from shared.web.auth import page, principal
from shared.web.pages import render

blueprint = Blueprint("wins_page", __name__)

MOST = 100


@blueprint.get("/wins")
@page("viewer")
def win_list() -> Response:
    """The latest wins, newest first; a lead's own stages unless they ask for all. `?journey=`: of one journey."""
    journey, zone, now = request.args.get("journey") or None, settings().report_tz, datetime.now(UTC)
    whose = (request.args.get("whose") or "mine") if principal().owners else None
    with database() as conn:
        known, told = maps.documents(conn), owners.told(conn)
        keys = incident_rows.stages_of(known, principal().owners, told) if whose == "mine" else None
        rows = wins.newest(conn, {"journey": journey}, limit=MOST + 1, keys=keys)
        found = winning.documents(conn, rows[:MOST], zone)
    return render(
        "wins.html",
        nav="journeys",
        lines=[win_rows.line(one, known, now, zone) for one in found],
        more=len(rows) > MOST,
        journeys=incident_rows.places(known, None)[0],
        journey=journey or "",
        whose=whose,
        switch=_switch(journey, whose),
        may_edit=principal().may("lead"),
    )


def _switch(journey: str | None, whose: str | None) -> list[tuple[str, str, bool]]:
    if whose is None:
        return []
    here = {"journey": journey} if journey else {}
    names = (("mine", "Mine"), ("all", "All"))
    return [(f"/wins?{urlencode(here | {'whose': one})}", name, one == whose) for one, name in names]
