"""What a lead does with a case: take it, contact the customer, resolve, hand over, note, reopen. Each a POST.

Every form carries the case's revision: what somebody else did meanwhile is shown, and not overwritten.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from services.survey.admin.follow_up import BLANK, shown
from services.survey.admin.pages import blueprint
from services.survey.follow_ups import working
from shared.web.app import database
from shared.web.auth import page, principal
from shared.web.forms import Form
from shared.web.pages import redirect_to
from shared.web.problems import Problem

CHANGED = "Somebody else worked on this case meanwhile: look at what they did, then do it again."
_NO_OUTCOME = "Choose one: it is what the case is counted as."
_NO_OWNER = "Choose whom it goes to."
_NO_WORDS = "Write what others should know."


@blueprint.post("/follow-ups/<uuid:id>/take")
@page("lead")
def take_case(id: UUID) -> AnyResponse:
    """Make it mine; whoever comes second is told who was first."""
    try:
        with database() as conn:
            working.take(conn, id, principal())
    except Problem as problem:
        if problem.status != 409:
            raise
        return redirect_to(_back(id), f"{problem.title}. {problem.detail}")
    return redirect_to(_back(id), "The case is yours.")


@blueprint.post("/follow-ups/<uuid:id>/contacted")
@page("lead")
def contact_case(id: UUID) -> AnyResponse:
    """The customer was contacted; whoever says so has taken the case."""
    return _change(id, "", Form.blank(), {"state": "contacted"}, "Noted: the customer was contacted.")


@blueprint.post("/follow-ups/<uuid:id>/reopen")
@page("lead")
def reopen_case(id: UUID) -> AnyResponse:
    """It was not over after all: it has as long as it had at first."""
    return _change(id, "", Form.blank(), {"state": "open"}, "The case is open again.")


@blueprint.post("/follow-ups/<uuid:id>/resolve")
@page("lead")
def resolve_case(id: UUID) -> AnyResponse:
    """End it, saying how, and why it came to it; solved, the customer may be asked how it went."""
    form = _sent("resolve")
    if not form.value("outcome"):
        return shown(id, "resolve", form.failed({"outcome": [_NO_OUTCOME]}))
    wanted = {"state": "resolved", "outcome": form.value("outcome"), "cause": form.value("cause") or None}
    if form.value("done"):
        wanted["note"] = form.value("done")
    return _change(id, "resolve", form, wanted, "Resolved.", {"note": "done", "state": "outcome"})


@blueprint.post("/follow-ups/<uuid:id>/hand-over")
@page("lead")
def hand_over_case(id: UUID) -> AnyResponse:
    """Make it somebody else's, who is told; its history stays."""
    form = _sent("hand-over")
    owner = form.value("owner")
    if not owner:
        return shown(id, "hand-over", form.failed({"owner": [_NO_OWNER]}))
    wanted = {"owner": None if owner == "-" else owner}
    if form.value("words"):
        wanted["note"] = form.value("words")
    said = "The case is nobody’s now." if owner == "-" else "Handed over: they are told."
    return _change(id, "hand-over", form, wanted, said, {"note": "words"})


@blueprint.post("/follow-ups/<uuid:id>/note")
@page("lead")
def note_case(id: UUID) -> AnyResponse:
    """Add a note, whatever the state."""
    form = _sent("note")
    if not form.value("note"):
        return shown(id, "note", form.failed({"note": [_NO_WORDS]}))
    return _change(id, "note", form, {"note": form.value("note")}, "Your note is in the history.")


def _change(
    id: UUID, act: str, form: Form, wanted: dict[str, Any], said: str, rename: dict[str, str] | None = None
) -> AnyResponse:
    try:
        with database() as conn:
            case = working.locked(conn, id)
            if request.form.get("revision") != str(case["revision"]):
                raise Problem(412, "Changed meanwhile", CHANGED)
            working.change(conn, case, wanted, principal())
    except Problem as problem:
        if problem.status == 412:
            return shown(id, act, form if act else None, refused=CHANGED)
        if problem.status != 422:
            raise
        return shown(id, act, form.failed(problem, rename))
    return redirect_to(_back(id), said)


def _sent(act: str) -> Form:
    """What was sent; an unchosen radio is not among it."""
    return Form(BLANK[act] | Form.sent().values)


def _back(id: UUID) -> str:
    return f"/follow-ups/{id}"
