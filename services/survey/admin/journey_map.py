"""`/admin/journeys/{journey}`: the map as it is, and moving its stages and touchpoints up and down."""

from __future__ import annotations

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from services.survey.admin import saving
from services.survey.admin.known_owners import known_owners
from services.survey.admin.pages import blueprint
from services.survey.maps import surgery, view
from services.survey.store import surveys
from shared.web.app import database, settings
from shared.web.auth import page
from shared.web.forms import Form
from shared.web.pages import redirect_to, render
from shared.web.problems import Problem

_MEANWHILE = "Somebody changed the map meanwhile. Nothing was moved; this is how it is now."
_GONE = "Somebody removed it from the map meanwhile. This is how it is now."


@blueprint.get("/admin/journeys/<journey>")
@page("viewer")
def show_map(journey: str) -> Response:
    """The map. `?at=delivery/handover&on=up` puts the focus where it was before a change."""
    with database() as conn:
        stored = saving.load(conn, journey)
        rows = surveys.of_journey(conn, journey)
    owners = known_owners()
    return render(
        "admin/map.html",
        nav="setup",
        stored=stored,
        map=view.shown(stored.document, rows, owners.names),
        owners=owners,
        at=request.args.get("at", ""),
        on=request.args.get("on", ""),
        fallback=settings().fallback_owner,
    )


@blueprint.post("/admin/journeys/<journey>/move")
@page("admin")
def move_part(journey: str) -> AnyResponse:
    """Move the stage or touchpoint named by the button, `up` or `down`, by one place."""
    form = Form.sent()
    on = "up" if "up" in form.values else "down"
    place = tuple(form.value(on).split("/"))
    if len(place) not in (1, 2):
        raise Problem(400, "Malformed form", "It names no stage or touchpoint.")
    try:
        outcome = saving.save(
            journey,
            form.value("tag"),
            lambda document: surgery.move(document, place, -1 if on == "up" else 1),
            None,
            confirmed=True,
        )
    except surgery.NoSuchPlace:
        return redirect_to(f"/admin/journeys/{journey}", _GONE)
    if outcome.changed:
        return back_to_map(journey, place, on, _MEANWHILE)
    return back_to_map(journey, place, on, _now_at(outcome.document, place))


def back_to_map(journey: str, place: surgery.Place, on: str, said: str) -> AnyResponse:
    """To the map, with the focus on what was changed."""
    at = f"?at={'/'.join(place)}&on={on}" if place else ""
    return redirect_to(f"/admin/journeys/{journey}{at}", said)


def _now_at(document: surgery.Document, place: surgery.Place) -> str:
    part = surgery.at(document, place)
    count = len(surgery.parts(document, place[:-1]))
    number = surgery.index(document, place) + 1
    return view.order_text(view.name_of(document, part, place), number, count)
