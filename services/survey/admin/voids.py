"""`/privacy/void`: spam and tests out of every score: looked at first, then done."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from services.survey import looking, voiding
from services.survey.admin.pages import blueprint
from services.survey.admin.privacy_view import in_words
from services.survey.schemas.voids import VoidFilter
from services.survey.store import surveys
from services.survey.store import voids as store
from shared.web.auth import page, principal
from shared.web.forms import Form, render_form
from shared.web.pages import redirect_to
from shared.web.problems import Problem, field_paths
from shared.web.state import database, settings

FIELDS = ("survey", "score", "q", "reason", "channel", "respondent", "from", "to")
RECENT = 20
MOST_SURVEYS = 1_000


@blueprint.get("/privacy/void")
@page("admin")
def voids() -> Response:
    """The form that looks for answers, and what was taken out lately."""
    return _page(Form.blank(**dict.fromkeys(FIELDS, "")))


@blueprint.post("/privacy/void/look")
@page("admin")
def look() -> Response:
    """How many answers a filter finds, and the newest of them."""
    form = Form.sent()
    try:
        query = _loaded(form)
        found = _looked(query)
    except Problem as problem:
        return _page(_failed(form, problem))
    return _page(form, found)


@blueprint.post("/privacy/void")
@page("admin")
def void_answers() -> AnyResponse:
    """Take out as many as were looked at; where others match by now, they are shown again."""
    form, found = Form.sent(), None
    try:
        query = _loaded(form)
        keys, zone = settings().respondent_keys, settings().report_tz
        with database() as conn:
            done = voiding.void(conn, query, keys, zone, principal().name)
    except Problem as problem:
        form = _failed(form, problem)
        if problem.status == 409:
            found = _looked(query)
        return _page(form, found)
    count = done["answers"]
    what = "Employees’ answers" if count is None else f"{count:,} answer{'' if count == 1 else 's'}"
    said = f"{what} taken out of every score."
    return redirect_to("/privacy/void", said)


def _looked(query: dict[str, Any]) -> dict[str, Any]:
    keys = settings().respondent_keys
    with database() as conn:
        found = voiding.preview(conn, query, keys, settings().report_tz)
        looking.note_filter(conn, keys, principal(), query, found)
    return found


def _loaded(form: Form) -> dict[str, Any]:
    """The filter; employees' answers where the survey asks employees. Raises Problem 422."""
    given: dict[str, Any] = {name: form.value(name) for name in FIELDS}
    expect = str(form.value("expect"))
    if expect.isascii() and expect.isdigit() and len(expect) < 10:
        given["expect"] = int(expect)
    with database() as conn:
        chosen = surveys.find(conn, given["survey"]) if given["survey"] else None
    given["audience"] = chosen["audience"] if chosen else "customer"
    try:
        loaded: dict[str, Any] = VoidFilter().load(given)
    except ValidationError as error:
        raise Problem(422, "Some fields are not valid", errors=field_paths(error.messages)) from error
    return loaded


def _failed(form: Form, problem: Problem) -> Form:
    """What belongs to no input stands on top."""
    return form.failed(problem, {"body": "", "expect": "", "audience": "survey"})


def _page(form: Form, found: dict[str, Any] | None = None) -> Response:
    with database() as conn:
        known = surveys.page(conn, journey=None, archived=True, after="", limit=MOST_SURVEYS)
        recent = store.newest(conn, RECENT)
    choices = [("", "every survey of customers"), *((row["survey"], _named(row)) for row in known)]
    rows = [row | {"which": in_words(row["filter"]), "counted": _is_counted(row["filter"])} for row in recent]
    return render_form(
        "admin/voids.html", form, nav="setup", surveys=choices, found=found, recent=rows, fields=FIELDS
    )


def _is_counted(noted: dict[str, Any]) -> bool:
    return noted.get("audience", "customer") == "customer"


def _named(row: dict[str, Any]) -> str:
    staff = ", employees" if row["audience"] == "employee" else ""
    return f"{row['survey']} ({row['journey']} · {row['stage']}{staff})"
