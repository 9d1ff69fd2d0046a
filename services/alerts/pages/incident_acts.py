"""What a lead does on the page of an incident: acknowledge it, add a note, resolve it. Each a POST, then back."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response as AnyResponse

from services.alerts import acting
from services.alerts.pages.incident import shown
from services.alerts.schemas.incidents import LONGEST_NOTE, Note, Resolution
from services.alerts.views.incident_page import told_already
from shared.web.app import database, settings
from shared.web.auth import page, principal
from shared.web.forms import Form
from shared.web.pages import redirect_to
from shared.web.problems import Problem

blueprint = Blueprint("incident_acts", __name__)

_NO_OUTCOME = "Choose one: the detector learns from it."
_NO_WORDS = "Write what others should know."
_TOO_LONG = f"Longer than {LONGEST_NOTE:,} characters."


@blueprint.post("/incidents/<incident>/acknowledge")
@page("lead")
def acknowledge(incident: str) -> AnyResponse:
    """Take it on; who comes second is told who was first."""
    try:
        with database() as conn:
            acting.acknowledge(conn, incident, principal().name)
    except Problem as problem:
        return redirect_to(_back(incident), _already(incident, problem))
    return redirect_to(_back(incident), "Acknowledged: reminders and escalation stop. It is yours now.")


@blueprint.post("/incidents/<incident>/note")
@page("lead")
def note(incident: str) -> AnyResponse:
    """Add a note to the timeline, whatever the state."""
    form = Form({"note": ""} | Form.sent().values)
    words = form.value("note")
    if Note().validate({"note": words}):
        return shown(incident, note=form.failed({"note": [_TOO_LONG if words else _NO_WORDS]}))
    with database() as conn:
        acting.note(conn, incident, principal().name, words)
    return redirect_to(f"{_back(incident)}#timeline", "Your note is in the timeline.")


@blueprint.post("/incidents/<incident>/resolve")
@page("lead")
def resolve(incident: str) -> AnyResponse:
    """End it, saying how. Whoever comes second is told, and can keep what they wrote as a note."""
    form = Form({"outcome": "", "done": ""} | Form.sent().values)
    given = {"outcome": form.value("outcome"), "note": form.value("done") or None}
    wrong = Resolution().validate(given)
    if wrong:
        said = {"outcome": ("outcome", _NO_OUTCOME), "note": ("done", _TOO_LONG)}
        return shown(incident, resolution=form.failed(dict(said[name] for name in wrong)))
    try:
        with database() as conn:
            zone = settings().report_tz
            acting.resolve(conn, incident, principal().name, given["outcome"], given["note"], zone)
    except Problem as problem:
        already = _already(incident, problem)
        if not given["note"]:
            return redirect_to(_back(incident), already)
        kept = f"{already} What you wrote is kept in the note below: add it, or leave the page."
        return shown(incident, note=Form.blank(note=given["note"]), said=kept)
    return redirect_to(_back(incident), "Resolved. The detector learns of it within seconds.")


def _already(incident: str, problem: Problem) -> str:
    """Who was first; a problem of another kind (there is no such incident) stays one."""
    if problem.status != 409:
        raise problem
    with database() as conn:
        return told_already(acting.found(conn, incident), settings().report_tz)


def _back(incident: str) -> str:
    return f"/incidents/{incident.upper()}"
