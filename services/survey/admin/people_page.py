"""`/people`: one customer's answers along the journey. The name is typed, never in an address; every look is kept."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import ValidationError

from services.survey import looking
from services.survey.admin.along_view import shown
from services.survey.admin.known_owners import known_owners
from services.survey.admin.pages import blueprint
from services.survey.schemas.respondents import Look
from services.survey.store import surveys
from shared.web.auth import page, principal
from shared.web.forms import Form, render_form
from shared.web.problems import field_paths
from shared.web.state import database, settings

MOST_SURVEYS = 1_000


@blueprint.get("/people")
@page("lead")
def people() -> Response:
    """The form that asks for a customer."""
    with database() as conn:
        looking.may_look(conn, principal())
    return _page(Form.blank(respondent="", why=""))


@blueprint.post("/people")
@page("lead")
def look_at_person() -> Response:
    """What they answered, stage by stage."""
    form = Form.sent()
    form.values = {"respondent": "", "why": ""} | form.values
    try:
        wanted: dict[str, Any] = Look().load({name: form.value(name) for name in ("respondent", "why")})
    except ValidationError as error:
        with database() as conn:
            looking.may_look(conn, principal())
        return _page(form.failed(field_paths(error.messages)))
    with database() as conn:
        keys = settings().respondent_keys
        found = looking.look(conn, keys, principal(), wanted["respondent"], wanted["why"])
        known = surveys.page(conn, journey=None, archived=True, after="", limit=MOST_SURVEYS)
    return _page(form, shown(found, known))


def _page(form: Form, found: dict[str, Any] | None = None) -> Response:
    owners = known_owners().names if found and found["cases"] else None
    return render_form("admin/people.html", form, nav="comments", found=found, owners=owners or {})
