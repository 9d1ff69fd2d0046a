"""`/silences/{silence}`: one silence, what it keeps back and would have; for leads its form, ending and archiving."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from services.alerts import silence_saving
from services.alerts.pages.silences import failed, options, tried
from services.alerts.schemas.silences import Silence
from services.alerts.silencing import IN_FORCE, PLANNED
from services.alerts.store import maps, silences
from services.alerts.views import silence_form, silence_rows
from shared.db import Connection
from shared.events import isoformat
from shared.web.app import database, settings
from shared.web.auth import page, principal
from shared.web.checking import CHANGED_MEANWHILE, checked, seen
from shared.web.documents import etag
from shared.web.forms import Form, render_form
from shared.web.pages import redirect_to
from shared.web.problems import Problem, not_found

blueprint = Blueprint("silence_page", __name__)


@blueprint.get("/silences/<silence>")
@page("viewer")
def show(silence: str) -> Response:
    """One silence; `?archive=1` asks before archiving."""
    return _page(silence, None)


@blueprint.post("/silences/<silence>")
@page("lead")
def save(silence: str) -> AnyResponse:
    """Save the form, or say what it would have muted; what is wrong is said and nothing is lost."""
    typed = silence_form.complete(Form.sent().values)
    form = Form(typed | {"silence": silence, "etag": request.form.get("etag", "")})
    zone = settings().report_tz
    try:
        with database() as conn:
            stored = _stored(conn, silence)["document"]
            document = checked(Silence(), silence_form.document(form.values, stored, zone))
            check = seen(form.values["etag"])
            if request.form.get("do") == "try":
                found = silence_saving.judged(conn, zone, silence, document, check)
                shown = tried(conn, document, found.period[1])
                return _page(silence, form, **shown)
            silence_saving.save(conn, zone, silence, document, check, principal().name)
    except Problem as problem:
        if problem.status == CHANGED_MEANWHILE:
            del form.values["etag"]
        return _page(silence, failed(form, problem))
    return redirect_to(f"/silences/{silence}", "Saved. What it no longer keeps back is told at once.")


@blueprint.post("/silences/<silence>/end")
@page("lead")
def end(silence: str) -> AnyResponse:
    """Let it be over now: it stays in the list as past, and what it kept back and is still open is told at once."""
    now = datetime.now(UTC)
    with database() as conn:
        row = _stored(conn, silence)
        if not row["starts_at"] < now < row["ends_at"]:
            raise Problem(409, "Not in force", "Only a silence that holds now can end now.")
        ended = row["document"] | {"to": isoformat(now)}
        check = seen(request.form.get("etag", ""))
        silence_saving.save(conn, settings().report_tz, silence, ended, check, principal().name)
    return redirect_to(
        f"/silences/{silence}", "It is over. What it kept back and is still open is being told."
    )


@blueprint.post("/silences/<silence>/archive")
@page("lead")
def archive(silence: str) -> AnyResponse:
    """Take it off the list for good; what it kept back and is still open is told at once."""
    with database() as conn:
        silence_saving.archive(conn, silence, seen(request.form.get("etag", "")))
    return redirect_to("/silences", f"The silence ‘{silence}’ is archived.")


def _stored(conn: Connection, silence: str) -> dict[str, Any]:
    row = silences.get(conn, silence)
    if row is None:
        raise not_found("silence", silence)
    return row


def _page(silence: str, form: Form | None, **shown: Any) -> Response:
    """The page, with the form as typed or, without one, as it is stored."""
    with database() as conn:
        row = silences.shown(conn, silence)
        if row is None:
            raise not_found("silence", silence)
        line = silence_rows.line(row, maps.documents(conn), datetime.now(UTC))
        keeps = silence_rows.muted(silences.keeps(conn, silence), maps.documents(conn))
        now_ = {} if shown else tried(conn, row["document"], row["ends_at"]) | {"warnings": []}
    if form is None:
        form = Form(silence_form.values(silence, row["document"], settings().report_tz))
    form.values.setdefault("etag", etag(row["document"]))
    return render_form(
        "silence.html",
        form,
        nav="setup",
        line=line,
        keeps=keeps,
        options=options(form),
        labels=silence_form.LABELS,
        in_force=line.state == IN_FORCE,
        planned=line.state == PLANNED,
        trying=bool(shown),
        asking=bool(request.args.get("archive")),
        may_edit=principal().may("lead"),
        **(now_ | shown),
    )
