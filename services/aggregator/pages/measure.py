"""`/measures/{journey}/{stage}/{measure}`: its course under the score's; for leads its values, its form, archiving."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from services.aggregator import measure_saving, measure_values, periods
from services.aggregator.measure_values import Change, Given
from services.aggregator.pages import own_measures
from services.aggregator.pages.measures import failed
from services.aggregator.routes.measures import LARGEST_BODY, text_of
from services.aggregator.schemas.measures import Measure
from services.aggregator.store import measures
from services.aggregator.store.measures import Place
from services.aggregator.views import measure_form, measure_page
from services.aggregator.views.words import named
from shared.web.auth import page, principal
from shared.web.checking import CHANGED_MEANWHILE, checked, seen
from shared.web.documents import etag
from shared.web.forms import Form, render_form
from shared.web.pages import redirect_to
from shared.web.problems import Problem, not_found
from shared.web.state import database, settings

blueprint = Blueprint("measure_page", __name__)
PATH = "/measures/<journey>/<stage>/<measure>"


@dataclass(frozen=True)
class Tried:
    """What values change: counted, and day by day in words."""

    change: Change
    rows: list[tuple[date, str, str]]


@blueprint.get(PATH)
@page("viewer")
def show(journey: str, stage: str, measure: str) -> Response:
    """One measure; `?edit=1` shows its form, `?archive=1` asks before archiving."""
    return _page((journey, stage, measure))


@blueprint.post(PATH)
@page("lead")
def save(journey: str, stage: str, measure: str) -> AnyResponse:
    """Save the form; what is wrong is said and nothing is lost."""
    place = (journey, stage, measure)
    form = Form(measure_form.complete(Form.sent().values) | {"etag": request.form.get("etag", "")})
    try:
        with database() as conn:
            if measures.get(conn, place) is None:
                raise not_found("measure", "/".join(place))
            document = checked(Measure(), measure_form.document(form.values))
            measure_saving.save(conn, place, document, seen(form.values["etag"]), principal().name)
    except Problem as problem:
        if problem.status == CHANGED_MEANWHILE:
            del form.values["etag"]
        return _page(place, form=failed(form, problem))
    return redirect_to(f"/measures/{journey}/{stage}/{measure}", "Saved.")


@blueprint.post(f"{PATH}/values")
@page("lead", LARGEST_BODY)
def give(journey: str, stage: str, measure: str) -> AnyResponse:
    """Say what the values of a file or the field would change, or (do=save) put them at their days."""
    place = (journey, stage, measure)
    form = Form({"values": request.form.get("values", "")})
    dry_run = request.form.get("do") != "save"
    try:
        form.values["values"] = _text()
        given = measure_values.of_csv(form.values["values"], periods.today(settings().report_tz))
        if not given:
            raise measure_values.Wrong({"values": ["Give a day and a value a line, or choose a file."]})
        tried = _tried(place, given, dry_run=dry_run)
    except measure_values.Wrong as wrong:
        return _page(place, given=form.failed({"values": measure_page.said(wrong.errors)}))
    except Problem as problem:
        if problem.status != 400:
            raise
        return _page(place, given=form.failed({"values": [problem.detail or problem.title]}))
    if dry_run:
        return _page(place, given=form, tried=tried)
    return redirect_to(f"/measures/{journey}/{stage}/{measure}", measure_page.told(tried.change))


@blueprint.post(f"{PATH}/archive")
@page("lead")
def archive(journey: str, stage: str, measure: str) -> AnyResponse:
    """Take it off lists and pages."""
    with database() as conn:
        measure_saving.archive(conn, (journey, stage, measure), seen(request.form.get("etag", "")))
    return redirect_to(f"/measures/{journey}", f"The measure ‘{measure}’ is archived.")


def _text() -> str:
    """The file's text where one was chosen, else the field's."""
    file = request.files.get("file")
    raw = file.read() if file else b""
    return text_of(raw) if raw else request.form.get("values", "")


def _tried(place: Place, given: Given, *, dry_run: bool) -> Tried:
    with database() as conn:
        document = measures.get(conn, place, lock=True)
        stored = measures.of_days(conn, place, list(given))
        change = measure_saving.save_values(conn, place, given, dry_run=dry_run)
    return Tried(change, measure_page.rows(stored, given, (document or {}).get("unit")))


def _page(
    place: Place, *, form: Form | None = None, given: Form | None = None, tried: Tried | None = None
) -> Response:
    """The page; with its form as typed, or as it is stored where it is asked for."""
    with database() as conn:
        document = measures.get(conn, place)
        if document is None:
            raise not_found("measure", "/".join(place))
        window = measure_page.window(request.args.get("window"))
        read = own_measures.course(conn, place, window, periods.today(settings().report_tz))
    journey, stage, measure = place
    may_edit = principal().may("lead")
    editing = may_edit and (form is not None or bool(request.args.get("edit")))
    form = form or Form(measure_form.values(document))
    form.values.setdefault("etag", etag(document))
    shown: dict[str, Any] = {"editing": editing, "asking": may_edit and bool(request.args.get("archive"))}
    answer = render_form(
        "measure.html",
        form,
        nav="journeys",
        journey=journey,
        stage=stage,
        path=f"/measures/{'/'.join(place)}",
        name=named(document["name"], measure),
        journey_name=read.journey_name,
        stage_name=read.stage_name,
        one=read.shown,
        chart=read.chart,
        window=read.window,
        switch=measure_page.switch(request.path, window),
        given=given or Form.blank(values=""),
        tried=tried,
        most=measure_page.MOST_ROWS,
        told=measure_page.would(tried.change) if tried else "",
        labels=measure_form.LABELS,
        directions=measure_form.DIRECTIONS,
        may_edit=may_edit,
        **shown,
    )
    answer.status_code = 422 if given and given.errors else answer.status_code
    return answer
