"""`/keys`: API keys with their last use; made here and shown once, revoked here."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from services.survey.admin import people
from services.survey.admin.pages import blueprint
from shared.access import keys
from shared.web.auth import page, principal
from shared.web.forms import Form, render_form
from shared.web.pages import redirect_to, render
from shared.web.problems import not_found
from shared.web.state import database, settings

_ID = re.compile(r"[0-9a-f]{12}")


@blueprint.get("/keys")
@page("admin")
def list_keys() -> Response:
    """All keys, and the form of a new one."""
    return _page(Form.blank(id=_new_id(), name="", role="", lasts=""))


@blueprint.post("/keys")
@page("admin")
def make_key() -> AnyResponse:
    """Make a key and show it, this once. The form brings the key's id, so that sent again it makes no second key."""
    form, now = Form.sent(), datetime.now(UTC)
    form.values.setdefault("role", "")  # browsers leave out what was not chosen
    if errors := people.key_errors(form.values):
        return _page(form.failed(errors))
    id = str(form.value("id")) if _ID.fullmatch(str(form.value("id"))) else _new_id()
    with database() as conn:
        token = keys.add_key(
            conn, id, form.value("role"), form.value("name"), people.expiry(form.values, now)
        )
    if token is None:
        return redirect_to("/keys", "This key was made already, and shown once. Make another if it is lost.")
    return render(
        "admin/key_made.html", 201, nav="setup", token=token, made=form.values, base=settings().survey_url
    )


@blueprint.post("/keys/<id>/revoke")
@page("admin")
def revoke_key(id: str) -> AnyResponse:
    """Make a key useless at once, with the sessions of those who signed in with it."""
    with database() as conn:
        if not keys.revoke_key(conn, id):
            raise not_found("key", id)
    return redirect_to("/keys", f"The key {id} is revoked.")


def _page(form: Form) -> Response:
    with database() as conn:
        rows = people.key_rows(keys.list_keys(conn), datetime.now(UTC))
    return render_form(
        "admin/keys.html",
        form,
        nav="setup",
        keys=rows,
        own=principal().id,
        roles=people.KEY_ROLE_WORDS,
        lasting=people.LASTING,
    )


def _new_id() -> str:
    return secrets.token_hex(6)
