"""`/privacy`: find a person, take out what is kept of them, erase them. The name is typed, never in an address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from flask import Response
from marshmallow import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from services.survey import erasing, looking, person
from services.survey.admin.pages import blueprint
from services.survey.admin.privacy_view import file_name, kept, looked
from services.survey.follow_ups.contact import every_name
from services.survey.schemas.respondents import Respondent
from services.survey.store import erasures, looks
from shared.web.auth import page, principal
from shared.web.forms import Form, render_form
from shared.web.pages import redirect_to, render
from shared.web.problems import field_paths, not_found
from shared.web.state import database, settings

RECENT = 20


@blueprint.get("/privacy")
@page("admin")
def privacy() -> Response:
    """The form that finds a person; who looked at somebody lately; who was erased: when and by whom, never who."""
    return _start(Form.blank(respondent=""))


@blueprint.post("/privacy")
@page("admin")
def find_person() -> Response:
    """What is kept of a person."""
    form = _sent()
    return _start(form) if form.errors else _found(form)


@blueprint.post("/privacy/export")
@page("admin")
def export_person() -> Response:
    """All of it as a file to hand out."""
    form = _sent()
    if form.errors:
        return _start(form)
    with database() as conn:
        document = person.export(conn, settings().respondent_keys, form.value("respondent"))
        looking.note(conn, settings().respondent_keys, principal(), document, "export")
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name(document["exported_at"])}"',
        "Cache-Control": "no-store",
    }
    body = orjson.dumps(document, option=orjson.OPT_INDENT_2)
    return Response(body, 200, headers, content_type="application/json")


@blueprint.post("/privacy/erase")
@page("admin")
def erase_person() -> AnyResponse:
    """Erase a person who was looked at, once it is said that this is wanted; then the receipt."""
    form = _sent()
    if form.errors:
        return _start(form)
    if form.value("sure") != "true":
        return _found(form.failed({"sure": ["Tick this first: an erasure cannot be undone."]}))
    erasure = erasing.erase(database, settings().respondent_keys, form.value("respondent"), principal().name)
    return redirect_to(f"/privacy/erasures/{erasure.id}")


@blueprint.get("/privacy/erasures/<uuid:id>")
@page("admin")
def receipt(id: UUID) -> Response:
    """What an erasure did."""
    with database() as conn:
        found = erasures.find(conn, id)
    if found is None:
        raise not_found("erasure", str(id))
    return render("admin/erasure.html", nav="setup", erasure=found)


def _sent() -> Form:
    form = Form.sent()
    form.values = {"respondent": "", "sure": ""} | form.values
    try:
        loaded: dict[str, Any] = Respondent().load({"respondent": form.value("respondent")})
    except ValidationError as error:
        return form.failed(field_paths(error.messages))
    form.values.update(loaded)
    return form


def _start(form: Form) -> Response:
    with database() as conn:
        recent = erasures.newest(conn, RECENT)
        seen = looked(looks.newest(conn, RECENT))
    return render_form("admin/privacy.html", form, nav="setup", recent=recent, looks=seen)


def _found(form: Form) -> Response:
    with database() as conn:
        keys, name = settings().respondent_keys, form.value("respondent")
        document = person.export(conn, keys, name)
        looking.note(conn, keys, principal(), document, "kept")
        seen = looked(looks.newest(conn, RECENT, [one.digest for one in every_name(keys, name)]))
    return render_form("admin/person.html", form, nav="setup", found=kept(document), looks=seen)
