"""`/actions`: what was done to get better, and whether it helped; a new one, prefilled from an incident or a stage."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from services.alerts import acting, action_saving, effect_asking
from services.alerts.schemas.actions import Action
from services.alerts.store import actions, maps, owners
from services.alerts.views import action_form, action_rows, incident_rows
from shared.web.app import database, settings
from shared.web.auth import page, principal
from shared.web.checking import checked, unseen
from shared.web.forms import Form, render_form
from shared.web.pages import redirect_to, render
from shared.web.problems import Problem

blueprint = Blueprint("actions_page", __name__)

PREFILLED = ("journey", "stage", "incident")


@blueprint.get("/actions")
@page("viewer")
def action_list() -> Response:
    """Actions, the latest started first; a lead's own stages unless they ask for all. `?new=1`, also with `journey=`,
    `stage=` or `incident=`, is the form of a new one, for leads."""
    if request.args.get("new") and principal().may("lead"):
        return _blank()
    journey = request.args.get("journey") or None
    with database() as conn:
        rows = actions.all_(conn, journey=journey)
        known, told, names = maps.documents(conn), owners.told(conn), owners.names(conn)
    whose = (request.args.get("whose") or "mine") if principal().owners else None
    if whose == "mine":
        own = set(incident_rows.stages_of(known, principal().owners, told))
        rows = [
            row
            for row in rows
            if f"{row['journey']}/{row['stage']}" in own or row["document"].get("owner") in principal().owners
        ]
    effects = effect_asking.current(rows)
    lines = [action_rows.line(row, effects.get(row["action"]), known, names) for row in rows]
    return render(
        "actions.html",
        nav="journeys",
        lines=lines,
        counted=action_rows.counted(lines),
        journeys=incident_rows.places(known, None)[0],
        journey=journey or "",
        whose=whose,
        switch=_switch(journey, whose),
        may_edit=principal().may("lead"),
    )


@blueprint.post("/actions")
@page("lead")
def make() -> AnyResponse:
    """Log a new action, or look for control stages; what is wrong is said and nothing is lost."""
    form = Form(action_form.complete(Form.sent(action_form.MANY).values))
    if request.form.get("do") == "suggest":
        return new(form)
    try:
        with database() as conn:
            document = checked(Action(), action_form.document(form.values))
            action = form.values["action"] or action_form.key(document["title"], actions.keys(conn))
            only_new = unseen("action", f"There is an action ‘{action}’ already.")
            action_saving.save(conn, action, document, only_new, principal().name)
            warnings = action_saving.warnings(conn, document)
    except Problem as problem:
        return new(failed(form, problem))
    return redirect_to(f"/actions/{action}", " ".join(["The action is logged.", *warnings]))


def new(form: Form, **shown: Any) -> Response:
    """The form of a new action, with what is known of the stages it could be compared with."""
    return render_form(
        "action_new.html", form, nav="journeys", labels=action_form.LABELS, **fields(form), **shown
    )


def fields(form: Form) -> dict[str, Any]:
    """What the form's inputs need: what they offer, and the words of its place."""
    suggested = suggestions(form.values)
    with database() as conn:
        known, names = maps.documents(conn), owners.names(conn)
    place = {name: form.value(name) for name in ("journey", "stage")}
    return {
        "options": action_form.options(known.get(place["journey"]), form.values, names, suggested),
        "place": action_rows.place(place, known),
        "unknown_past": suggested is None,
    }


def suggestions(values: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The stages that could be a control of what is typed; none while a day or a metric is missing."""
    try:
        document = checked(
            Action(),
            action_form.document({**values, "control_stages": [], "control_segment": "", "title": "-"}),
        )
    except Problem:
        return []
    return effect_asking.suggested(document)


def failed(form: Form, problem: Problem) -> Form:
    """The form with what is wrong at its inputs, in the form's own words."""
    if not problem.errors:
        return form.failed(problem)
    return form.failed(action_form.said(problem.errors), action_form.INPUTS)


def _blank() -> Response:
    given = {name: request.args.get(name, "").strip() for name in PREFILLED}
    journey, _, stage = request.args.get("where", "").partition("/")
    zone = settings().report_tz
    with database() as conn:
        incident = acting.found(conn, given["incident"]) if given["incident"] else None
        known = maps.documents(conn)
    place = incident or {"journey": given["journey"] or journey, "stage": given["stage"] or stage}
    if not place["stage"]:
        return render("action_where.html", nav="journeys", choices=action_rows.choices(known))
    today = datetime.now(zone).date()
    values = action_form.blank(known.get(place["journey"]), place["journey"], place["stage"], today)
    if incident:
        values = action_form.of_incident(values, incident, zone)
    return new(Form(action_form.chosen(values, suggestions(values))))


def _switch(journey: str | None, whose: str | None) -> list[tuple[str, str, bool]]:
    if whose is None:
        return []
    here = {"journey": journey} if journey else {}
    names = (("mine", "Mine"), ("all", "All"))
    return [(f"/actions?{urlencode(here | {'whose': one})}", name, one == whose) for one, name in names]
