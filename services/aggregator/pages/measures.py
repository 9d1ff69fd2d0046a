"""`/measures/{journey}`: what the stages of a journey measure themselves; a new measure."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from services.aggregator import inside_card, measure_saving, periods
from services.aggregator.schemas.measures import Measure
from services.aggregator.store import journeys, measures
from services.aggregator.views import inside, measure_form
from services.aggregator.views.words import days, named
from shared.web.auth import page, principal
from shared.web.checking import checked, unseen
from shared.web.forms import Form, render_form
from shared.web.pages import redirect_to
from shared.web.problems import Problem, not_found
from shared.web.state import database, settings

blueprint = Blueprint("measures_page", __name__)


@blueprint.get("/measures/<journey>")
@page("viewer")
def measure_list(journey: str) -> Response:
    """Measures stage by stage; `?new=1`, also with `stage=`, is the form of a new one, for leads."""
    return _page(journey, Form.blank(**measure_form.complete(request.args, "stage", "measure")))


@blueprint.post("/measures/<journey>")
@page("lead")
def make(journey: str) -> AnyResponse:
    """Define a measure; what is wrong is said and nothing is lost."""
    form = Form(measure_form.complete(Form.sent().values, "stage", "measure"))
    stage = form.values["stage"]
    try:
        with database() as conn:
            document = checked(Measure(), measure_form.document(form.values))
            taken = measures.keys(conn, journey, stage)
            measure = form.values["measure"] or measure_form.key(document["name"], taken)
            only_new = unseen("measure", f"There is a measure ‘{measure}’ at this stage already.")
            measure_saving.save(conn, (journey, stage, measure), document, only_new, principal().name)
    except Problem as problem:
        return _page(journey, failed(form, problem))
    return redirect_to(f"/measures/{journey}/{stage}/{measure}", "Saved. Now give it values.")


def failed(form: Form, problem: Problem) -> Form:
    """The form with what is wrong at its inputs, in the form's own words."""
    return form.failed(measure_form.said(problem.errors) if problem.errors else problem)


def _page(journey: str, form: Form) -> Response:
    period = periods.window(periods.DEFAULT_WINDOW, periods.today(settings().report_tz))
    with database() as conn:
        known = journeys.get(conn, journey)
        rows = measures.readings(conn, journey, period.before(), period)
    if known is None and not rows:
        raise not_found("journey", journey)
    document = (known.document if known else None) or {}
    may_edit = principal().may("lead")
    stages = measure_form.stages(document)
    return render_form(
        "measures.html",
        form,
        nav="journeys",
        journey=journey,
        journey_name=named(document.get("name"), journey),
        window=days(period),
        stages=_stages(rows, dict(stages)),
        choices=stages,
        directions=measure_form.DIRECTIONS,
        labels=measure_form.LABELS,
        may_edit=may_edit,
        new=may_edit and bool(request.args.get("new") or form.errors),
    )


def _stages(
    rows: list[dict[str, Any]], names: dict[str, str]
) -> list[tuple[str, str, bool, list[inside.Shown]]]:
    """(key, name, whether it is on the map, measures) of each stage that has any, in the order of the map."""
    found: dict[str, list[inside.Shown]] = {key: [] for key in names}
    for row in rows:
        found.setdefault(row["stage"], []).append(inside.shown(inside_card.reading(row)))
    return [(key, names.get(key, key), key in names, own) for key, own in found.items() if own]
