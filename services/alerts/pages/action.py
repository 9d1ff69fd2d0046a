"""`/actions/{action}`: what was done, whether it helped, and what else may have; for leads its form and archiving."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from services.alerts import action_saving, effect_asking
from services.alerts.pages.actions import failed, fields
from services.alerts.schemas.actions import Action
from services.alerts.store import actions, maps, owners
from services.alerts.views import action_chart, action_form, action_rows
from shared.db import Connection
from shared.web.app import database, settings
from shared.web.auth import page, principal
from shared.web.checking import CHANGED_MEANWHILE, checked, seen
from shared.web.documents import etag
from shared.web.forms import Form, render_form
from shared.web.pages import redirect_to
from shared.web.problems import Problem, not_found

blueprint = Blueprint("action_page", __name__)


@blueprint.get("/actions/<action>")
@page("viewer")
def show(action: str) -> Response:
    """One action; `?edit=1` shows its form, `?archive=1` asks before archiving."""
    return _page(action, None)


@blueprint.post("/actions/<action>")
@page("lead")
def save(action: str) -> AnyResponse:
    """Save the form; what is wrong is said and nothing is lost."""
    typed = action_form.complete(Form.sent(action_form.MANY).values)
    form = Form(typed | {"action": action, "etag": request.form.get("etag", "")})
    if request.form.get("do") == "suggest":
        return _page(action, form)
    try:
        with database() as conn:
            _stored(conn, action)
            document = checked(Action(), action_form.document(form.values))
            action_saving.save(conn, action, document, seen(form.values["etag"]), principal().name)
            warnings = action_saving.warnings(conn, document)
    except Problem as problem:
        if problem.status == CHANGED_MEANWHILE:
            del form.values["etag"]
        return _page(action, failed(form, problem))
    return redirect_to(f"/actions/{action}", " ".join(["Saved.", *warnings]))


@blueprint.post("/actions/<action>/archive")
@page("lead")
def archive(action: str) -> AnyResponse:
    """Take it off the list for good."""
    with database() as conn:
        action_saving.archive(conn, action, seen(request.form.get("etag", "")))
    return redirect_to("/actions", f"The action ‘{action}’ is archived.")


def _stored(conn: Connection, action: str) -> dict[str, Any]:
    row = actions.get(conn, action)
    if row is None:
        raise not_found("action", action)
    return row


def _page(action: str, form: Form | None) -> Response:
    """The page; with its form as typed, or as it is stored where it is asked for."""
    with database() as conn:
        row = _stored(conn, action)
        known, names = maps.documents(conn), owners.names(conn)
    document, may_edit = row["document"], principal().may("lead")
    editing = may_edit and (form is not None or bool(request.args.get("edit")))
    form = form or Form(action_form.values(action, document))
    form.values.setdefault("etag", etag(document))
    measured, missing = effect_asking.measure(row)
    effect = measured.document if measured else None
    line = action_rows.line(row, effect, known, names)
    today = datetime.now(settings().report_tz).date()
    chart = (
        action_chart.chart(action, line.title, document["metric"], measured.compared, today)
        if measured
        else None
    )
    return render_form(
        "action.html",
        form,
        nav="journeys",
        line=line,
        metric=document["metric"],
        effect=effect,
        measures=action_rows.measures(effect) if effect else [],
        against=action_rows.against(document, known),
        treated=action_rows.treated(document),
        flags=action_rows.flags(effect, document["journey"], known) if effect else [],
        failed=next(iter(missing.values()), None) if effect is None else None,
        chart=chart,
        labels=action_form.LABELS,
        editing=editing,
        asking=may_edit and bool(request.args.get("archive")),
        may_edit=may_edit,
        **(fields(form) if editing else {}),
    )
