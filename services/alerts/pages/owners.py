"""`/owners`: who is told, how, whether it arrives, and who is told about each stage; a new owner."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from services.alerts import owner_saving, reaching
from services.alerts.schemas.owners import Owner
from services.alerts.store import maps, owners, silences
from services.alerts.views import owner_form, owner_rows, places, who_is_told
from services.alerts.views.who_is_told import Documents, Line
from shared.db import Connection
from shared.slugs import slug
from shared.web.app import database, settings
from shared.web.auth import page, principal
from shared.web.checking import checked, unseen
from shared.web.forms import Form, render_form
from shared.web.pages import redirect_to, render
from shared.web.problems import Problem

blueprint = Blueprint("owners_page", __name__)

# More stages than these are folded up, journey by journey.
MOST_OPEN = 20


@blueprint.get("/owners")
@page("viewer")
def owner_list() -> Response:
    """All owners and who is told about each stage; `?new=1` is the form of a new one, for admins."""
    if request.args.get("new") and principal().may("admin"):
        given = {name: request.args.get(name, "").strip() for name in ("owner", "name", "email")}
        return _new(Form.blank(**owner_form.blank(**given)))
    with database() as conn:
        known = owners.documents(conn)
        reaches = reaching.reaches(conn, known)
        lines = told(conn, known)
    away = reaching.unreachable(reaches, known, settings().report_tz)
    whose = request.args.get("whose") or "mine" if principal().owners else "all"
    shown = [line for line in lines if whose == "all" or line.owner in principal().owners]
    return render(
        "owners.html",
        nav="setup",
        rows=owner_rows.rows(known, reaches, away, lines),
        unreachable=[one["in_words"] for one in away.values() if one],
        fallback=settings().fallback_owner,
        journeys=owner_rows.by_journey(shown),
        mapped=bool(lines),
        folded=len(shown) > MOST_OPEN,
        whose=whose,
        may_edit=principal().may("admin"),
    )


@blueprint.post("/owners")
@page("admin")
def make() -> AnyResponse:
    """Make a new owner, or change its form (one more channel); what is wrong is said and nothing is lost."""
    form = Form(owner_form.complete(Form.sent().values))
    edited = owner_form.edited(form.values, request.form.get("do", ""))
    if edited:
        return _new(Form(edited))
    owner = form.values["owner"] or slug(form.values["name"])
    try:
        document = checked(Owner(), owner_form.document(form.values, None))
        only_new = unseen("owner", f"There is an owner ‘{owner}’ already.")
        with database() as conn:
            owner_saving.save(conn, settings(), owner, document, only_new)
            warnings = owner_saving.warnings(conn, document)
    except Problem as problem:
        return _new(form.failed(problem))
    said = " ".join([f"{document['name']} is set up. Send a test to see that it arrives.", *warnings])
    return redirect_to(f"/owners/{owner}", said)


def told(conn: Connection, known: Documents) -> list[Line]:
    """Who is told now about each stage of each journey."""
    in_force = silences.in_force(conn, datetime.now(UTC))
    return who_is_told.lines(places.in_use(maps.documents(conn)), known, in_force, settings().fallback_owner)


def _new(form: Form) -> Response:
    with database() as conn:
        known = owners.documents(conn)
    shown: dict[str, Any] = {
        "channels": owner_form.rows(form.values),
        "labels": owner_form.labels(form.values),
        "choices": owner_rows.choices(known, "", form.value("escalate_to")),
    }
    return render_form("owner_new.html", form, nav="setup", **shown)
