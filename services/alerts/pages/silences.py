"""`/silences`: planned periods in which nobody is told, now, coming and past; a new one, prefilled from the address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from services.alerts import silence_saving
from services.alerts.schemas.silences import Silence
from services.alerts.silencing import IN_FORCE, OVER, PLANNED
from services.alerts.store import maps, silences
from services.alerts.views import places, silence_form, silence_rows
from shared.db import Connection
from shared.web.app import database, settings
from shared.web.auth import page, principal
from shared.web.checking import checked, unseen
from shared.web.forms import Form, render_form
from shared.web.pages import redirect_to, render
from shared.web.problems import Problem

blueprint = Blueprint("silences_page", __name__)

PREFILLED = ("journey", "stage", "metric", "audience")
MOST_PAST = 50


@blueprint.get("/silences")
@page("viewer")
def silence_list() -> Response:
    """All silences. `?journey=&stage=` (also `new=1`) is the form of a new one for that place, for leads."""
    given = [request.args.get(name, "").strip() for name in PREFILLED]
    if principal().may("lead") and (any(given) or request.args.get("new")):
        return new(Form(silence_form.blank(datetime.now(UTC), settings().report_tz, *given)))
    now = datetime.now(UTC)
    with database() as conn:
        known = maps.documents(conn)
        lines = silence_rows.sorted_out(silence_rows.line(row, known, now) for row in silences.all_(conn))
    every = bool(request.args.get("past"))
    return render(
        "silences.html",
        nav="setup",
        in_force=lines[IN_FORCE],
        planned=lines[PLANNED],
        past=lines[OVER] if every else lines[OVER][:MOST_PAST],
        more=0 if every else max(0, len(lines[OVER]) - MOST_PAST),
        may_edit=principal().may("lead"),
    )


@blueprint.post("/silences")
@page("lead")
def make() -> AnyResponse:
    """Make a new silence, or say what it would have muted; what is wrong is said and nothing is lost."""
    form, zone = Form(silence_form.complete(Form.sent().values)), settings().report_tz
    try:
        with database() as conn:
            trying = request.form.get("do") == "try"
            sent = form.values | ({"why": "–"} if trying else {})  # why is asked of who plans it
            document = checked(Silence(), silence_form.document(sent, None, zone))
            silence = form.values["silence"] or silence_form.key(document, silences.keys(conn))
            only_new = unseen("silence", f"There is a silence ‘{silence}’ already.")
            if trying:
                found = silence_saving.judged(conn, zone, silence, document, only_new)
                return new(form, **tried(conn, document, found.period[1]))
            who = principal().name
            saved = silence_saving.save(conn, zone, silence, document, only_new, who)
            warnings = silence_saving.outlook(conn, document, saved.period[1], datetime.now(UTC))["warnings"]
    except Problem as problem:
        return new(failed(form, problem))
    return redirect_to(f"/silences/{silence}", " ".join(["The silence is planned.", *warnings]))


def new(form: Form, **shown: Any) -> Response:
    """The form of a new silence."""
    return render_form(
        "silence_new.html", form, nav="setup", options=options(form), labels=silence_form.LABELS, **shown
    )


def failed(form: Form, problem: Problem) -> Form:
    """The form with what is wrong at its inputs, in the form's own words."""
    if not problem.errors:
        return form.failed(problem)
    return form.failed(silence_form.said(problem.errors, form.values), silence_form.INPUTS)


def tried(conn: Connection, document: dict[str, Any], ends_at: datetime) -> dict[str, Any]:
    """What a silence would have muted, for the template."""
    found = silence_saving.outlook(conn, document, ends_at, datetime.now(UTC))
    return {
        "outlook": silence_rows.outlook(found),
        "muted": silence_rows.muted(found["would_have_matched"], maps.documents(conn)),
        "warnings": found["warnings"],
    }


def options(form: Form) -> dict[str, list[tuple[str, str]]]:
    """What the selects of the form offer."""
    with database() as conn:
        known = places.in_use(maps.documents(conn))
    return {
        "where": silence_form.options(known, form.value("where")),
        "metric": [("", "Every metric"), *places.METRICS.items()],
        "audience": [("", "Everybody"), ("customer", "Customers"), ("employee", "Employees")],
    }
