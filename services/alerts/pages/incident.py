"""`/incidents/{id}`: what the message said, what is known since, and, for a lead, what to do about it.

The signed link of a message opens it read-only for 7 days; acting takes a sign-in.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from services.alerts import acting, measuring, reading
from services.alerts.links import LinkExpired, opens
from services.alerts.store import actions, maps, owners
from services.alerts.views import action_rows, incident_page
from shared import beats
from shared.freshness import judge
from shared.lateness import detectors_late
from shared.web.app import database, settings
from shared.web.auth import principal_or_none, public_page
from shared.web.forms import Form
from shared.web.pages import render

blueprint = Blueprint("incident_page", __name__)


@blueprint.get("/incidents/<incident>")
@public_page
def incident(incident: str) -> AnyResponse:
    """One incident: for whoever is signed in, and for whoever has its link (`?t=`), who cannot act."""
    who = principal_or_none()
    if who is not None and who.may("viewer"):
        return shown(incident)
    if "t" not in request.args:
        return redirect(_sign_in(incident), 303)
    try:
        allowed = opens(settings(), incident, request.args["t"])
    except LinkExpired:
        return _no_entry(incident, expired=True)
    return shown(incident) if allowed else _no_entry(incident, expired=False)


def shown(
    incident: str, note: Form | None = None, resolution: Form | None = None, said: str | None = None
) -> Response:
    """The page, with its two forms as they are or as they were sent; 422 where something is wrong with one.

    `said`: why nothing was done.
    """
    now, zone = datetime.now(UTC), settings().report_tz
    note, resolution = note or Form.blank(), resolution or Form.blank()
    may_act = _may("lead")
    with database() as conn:
        row = acting.found(conn, incident)
        stored = reading.stored(conn, row)
        freshness = judge(beats.pipe(conn).within(row["journey"], row["stage"]))
    answered = reading.answered(settings(), row, comments=may_act)
    with database() as conn:
        reading.keep(conn, row, answered.known)
        logged = actions.all_(conn, incident=row["id"])
        known, names = maps.documents(conn), owners.names(conn)
    wrong = note if note.errors else resolution
    page = render(
        "incident.html",
        422 if wrong.errors else 200,
        nav="incidents",
        may_act=may_act,
        sign_in=None if _may("viewer") else _sign_in(row["id"]),
        note=note,
        resolution=resolution,
        wrong=wrong,
        refused=said,
        late=detectors_late(freshness, datetime.now(zone)),
        failed=answered.failed,
        actions=[action_rows.line(one, measuring.kept(one), known, names) for one in logged],
        comments_address=urlencode(reading.comments_question(row, settings())),
        silence_address=urlencode({name: row[name] for name in ("journey", "stage")}),
        **incident_page.shown(stored, answered.known, now, zone),
    )
    return page if _may("viewer") else _without_address(page)


def _may(role: str) -> bool:
    who = principal_or_none()
    return who is not None and who.may(role)


def _sign_in(incident: str) -> str:
    """Where to sign in, and come back here."""
    wanted = f"{settings().alerts_url}/incidents/{incident}"
    return f"{settings().survey_url}/sign-in?{urlencode({'next': wanted})}"


def _no_entry(incident: str, **why: Any) -> Response:
    return _without_address(render("no_entry.html", 403, sign_in=_sign_in(incident), **why))


def _without_address(page: Response) -> Response:
    """A page opened by a link tells nobody its address: who has that, has the link."""
    page.headers["Referrer-Policy"] = "no-referrer"
    return page
