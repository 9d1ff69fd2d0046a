"""`/owners/{owner}`: one owner's channels and stages; for admins its form, a test, new secrets and archiving."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, request
from werkzeug.wrappers import Response as AnyResponse

from services.alerts import owner_saving, reaching, trial
from services.alerts.channels.addressed import channels
from services.alerts.pages.owners import told
from services.alerts.schemas.owners import Owner
from services.alerts.store import deliveries, maps, owners
from services.alerts.views import delivery, owner_form, owner_rows, who_is_told
from shared.db import Connection
from shared.web.app import database, settings
from shared.web.auth import page, principal
from shared.web.checking import CHANGED_MEANWHILE, checked, seen
from shared.web.documents import etag
from shared.web.forms import Form, render_form
from shared.web.pages import redirect_to
from shared.web.problems import Problem, not_found

blueprint = Blueprint("owner_page", __name__)

LATEST = 5
_NO_ROTATION = "There is nothing to replace: it has two secrets already, or a variable names them."


@blueprint.get("/owners/<owner>")
@page("viewer")
def show(owner: str) -> Response:
    """One owner; `?test=` names test messages whose outcome is shown, `?archive=1` asks before archiving."""
    return _page(owner, None)


@blueprint.post("/owners/<owner>")
@page("admin")
def save(owner: str) -> AnyResponse:
    """Save the form, or change it only (one more channel); what is wrong is said and nothing is lost."""
    form = Form(
        owner_form.complete(Form.sent().values) | {"owner": owner, "etag": request.form.get("etag", "")}
    )
    edited = owner_form.edited(form.values, request.form.get("do", ""))
    if edited:
        return _page(owner, Form(edited))
    try:
        with database() as conn:
            stored = owners.get(conn, owner)
            document = checked(Owner(), owner_form.document(form.values, stored))
            owner_saving.save(conn, settings(), owner, document, seen(form.values["etag"]))
            warnings = owner_saving.warnings(conn, document)
    except Problem as problem:
        if problem.status == CHANGED_MEANWHILE:
            del form.values["etag"]
        return _page(owner, form.failed(problem))
    return redirect_to(f"/owners/{owner}", " ".join(["Saved. Nothing was sent.", *warnings]))


@blueprint.post("/owners/<owner>/test")
@page("admin")
def test(owner: str) -> AnyResponse:
    """Send a test to each channel through the notifier, wait up to 10 s, and show what came of it."""
    ways = channels(_stored(owner))
    found = trial.run(current_app.extensions["journeyloop"].pool, owner, ways)
    query = "&".join(f"test={result['notification']}" for result in found)
    return redirect_to(f"/owners/{owner}?{query}#test")


@blueprint.post("/owners/<owner>/secret")
@page("admin")
def secret(owner: str) -> AnyResponse:
    """Put a new secret before a webhook's present one, and show it this once; or end the older of two."""
    place = owner_form.place(request.form.get("channel", ""))
    ending = request.form.get("do") == "settle"
    with database() as conn:
        stored = owners.get(conn, owner, lock=True)
        if stored is None:
            raise not_found("owner", owner)
        found = owner_form.replaced(stored, place, ending=ending)
        if found is None:
            raise Problem(409, "No other secret", _NO_ROTATION)
        document, new = found
        owner_saving.save(conn, settings(), owner, document, seen(request.form.get("etag", "")))
    if ending:
        return redirect_to(
            f"/owners/{owner}", "The older secret has ended: messages are signed with the newer alone."
        )
    return _page(owner, None, new_secret=new, new_secret_of=place)


@blueprint.post("/owners/<owner>/archive")
@page("admin")
def archive(owner: str) -> AnyResponse:
    """Archive the owner: its stages fall to whom the page before this said."""
    with database() as conn:
        document = owner_saving.archive(conn, owner, seen(request.form.get("etag", "")))
    return redirect_to(
        "/owners", f"{document['name']} is archived. A new owner with the key ‘{owner}’ brings it back."
    )


def _stored(owner: str) -> dict[str, Any]:
    with database() as conn:
        stored = owners.get(conn, owner)
    if stored is None:
        raise not_found("owner", owner)
    return stored


def _page(owner: str, form: Form | None, **more: Any) -> Response:
    """The page, with the form as typed or, without one, as it is stored."""
    document = _stored(owner)
    if form is None:
        form = Form(owner_form.values(owner, document))
    form.values.setdefault("etag", etag(document))
    with database() as conn:
        known = owners.documents(conn) | {owner: document}
        reaches = reaching.reaches(conn, {owner: document})
        lines = told(conn, known)
        shown = {
            "tested": owner_rows.outcomes(document, _tested(conn, owner)),
            "latest": _latest(conn, owner, known),
        }
        if request.args.get("archive"):
            without = {key: one for key, one in known.items() if key != owner}
            shown["archiving"] = owner_rows.archiving(owner, lines, told(conn, without), known)
    away = reaching.unreachable(reaches, {owner: document}, settings().report_tz)[owner]
    return render_form(
        "owner.html",
        form,
        nav="setup",
        owner=owner,
        name=document["name"],
        ways=list(owner_rows.ways(document, reaches[owner])),
        stages=who_is_told.answers_for(owner, lines),
        then=who_is_told.then(document, known),
        unreachable=away and away["in_words"],
        channels=owner_form.rows(form.values),
        labels=owner_form.labels(form.values),
        choices=owner_rows.choices(known, owner, form.value("escalate_to")),
        may_edit=principal().may("admin"),
        may_read_log=principal().may("lead"),
        fallback=settings().fallback_owner,
        **shown,
        **more,
    )


def _tested(conn: Connection, owner: str) -> list[dict[str, Any]]:
    """The test messages that the address names, if they are this owner's."""
    try:
        ids = [UUID(text) for text in request.args.getlist("test")[:20]]
    except ValueError:
        return []
    rows = deliveries.read(conn, ids) if ids else []
    return [row for row in rows if row["kind"] == "test" and row["owner"] == owner]


def _latest(conn: Connection, owner: str, known: who_is_told.Documents) -> list[delivery.Line]:
    if not principal().may("lead"):
        return []
    rows = deliveries.page(conn, deliveries.EVERYTHING | {"owner": owner}, None, LATEST)
    names = {key: document["name"] for key, document in known.items()}
    return [delivery.line(row, known, names, maps.documents(conn)) for row in rows]
