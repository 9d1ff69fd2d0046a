"""`/admin/journeys`: the journeys, a new one, and taking one out of use."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from services.survey.admin import saving
from services.survey.admin.known_owners import known_owners
from services.survey.admin.pages import blueprint
from services.survey.maps import consequences, fields, surgery, view
from services.survey.store import journeys, surveys
from shared.reserved import CHECK
from shared.slugs import slug
from shared.web.app import database, settings
from shared.web.auth import page
from shared.web.documents import after, encode_cursor
from shared.web.forms import Form, render_form
from shared.web.pages import redirect_to, render

_SHOWN, _MOST = 50, 10_000
LABELS = {"name": "Name", "key": "Key", "owner": "Owner"}


@blueprint.get("/admin/journeys")
@page("viewer")
def list_journeys() -> Response:
    """Journeys in order of their keys (`?archived=1`: archived ones too); `?new=1` is the form of a new one."""
    if request.args.get("new"):
        return _new(Form.blank(name="", key="", owner=""))
    archived = bool(request.args.get("archived"))
    with database() as conn:
        start = after(request.args.get("cursor"))
        rows = journeys.page(conn, archived=archived, after=start, limit=_SHOWN + 2)
        asked = Counter(row["journey"] for row in _live(conn))
    shown = [_item(row, asked[row["journey"]]) for row in rows if row["journey"] != CHECK]
    more = encode_cursor(shown[_SHOWN - 1]["journey"]) if len(shown) > _SHOWN else None
    return render("admin/journeys.html", nav="setup", journeys=shown[:_SHOWN], archived=archived, more=more)


@blueprint.post("/admin/journeys")
@page("admin")
def create_journey() -> AnyResponse:
    """Store a new journey, its key made from the name where none was typed; then its map is next."""
    form = Form.sent()
    key = form.value("key") or slug(form.value("name"))
    if errors := fields.key_errors(form.values, key):
        return _new(form.failed(errors))
    document = surgery.edit({"name": form.value("name")}, (), {"owner": form.value("owner")})
    if key == CHECK:
        return _new(form.failed({"key": ["This key is Journeyloop’s own."]}))
    outcome = saving.create(key, document)
    if outcome.changed:
        said = f"There is a journey ‘{key}’ already, in use or archived. Choose another key."
        return _new(form.failed({"key": [said]}))
    if outcome.errors:
        return _new(form.failed(fields.by_input(outcome.errors, "", document)))
    return redirect_to(f"/admin/journeys/{key}", f"{document['name']} is there. Now its stages, in order.")


@blueprint.get("/admin/journeys/<journey>/archive")
@page("admin")
def confirm_archiving(journey: str) -> Response:
    """What archiving the journey means, and the button."""
    with database() as conn:
        stored = saving.load(conn, journey)
        found = consequences.of_archiving(saving.used(conn, journey))
    return _confirm(stored, found, 200)


@blueprint.post("/admin/journeys/<journey>/archive")
@page("admin")
def archive_journey(journey: str) -> AnyResponse:
    """Archive it, unless a survey went live meanwhile or somebody changed it."""
    with database() as conn:
        stored = saving.load(conn, journey)
    if refused := saving.archive(journey, Form.sent().value("tag")):
        return _confirm(stored, refused, 409)
    name = stored.document["name"]
    return redirect_to("/admin/journeys?archived=1", f"{name} is archived. What was answered stays counted.")


@blueprint.post("/admin/journeys/<journey>/revive")
@page("admin")
def revive_journey(journey: str) -> AnyResponse:
    """Put an archived journey back into use, as it was."""
    saving.revive(journey, Form.sent().value("tag"))
    return redirect_to(f"/admin/journeys/{journey}", "It is back in use.")


def _new(form: Form) -> Response:
    found = known_owners()
    options = view.owner_options(form.value("owner"), found.names or {}, None, settings().fallback_owner)
    return render_form(
        "admin/journey_new.html", form, nav="setup", labels=LABELS, owners=found, options=options
    )


def _confirm(stored: saving.Stored, found: list[consequences.Consequence], status: int) -> Response:
    refused = any(one.refused for one in found)
    return render("admin/archive.html", status, nav="setup", stored=stored, found=found, refused=refused)


def _item(row: dict[str, Any], live: int) -> dict[str, Any]:
    stages = row["document"].get("stages") or []
    touchpoints = sum(len(stage.get("touchpoints") or []) for stage in stages)
    facts = {"stages": len(stages), "touchpoints": touchpoints, "live": live}
    return {"journey": row["journey"], "name": row["document"]["name"], "archived": row["archived"]} | facts


def _live(conn: Any) -> list[dict[str, Any]]:
    rows = surveys.page(conn, journey=None, archived=False, after="", limit=_MOST)
    return [row for row in rows if row["status"] == "live"]
