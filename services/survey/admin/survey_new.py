"""A new survey: `/admin/surveys?new=1`, prefilled with `&journey=&stage=&touchpoint=&metric=`, and what makes it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from services.survey import surveys
from services.survey.admin import survey_page, survey_starter
from services.survey.admin.pages import blueprint
from services.survey.schemas.surveys import Survey
from services.survey.store import journeys
from services.survey.store import surveys as store
from shared.db import Connection
from shared.reserved import CHECK
from shared.web.app import database
from shared.web.auth import page
from shared.web.documents import SLUG
from shared.web.forms import Form, render_form
from shared.web.pages import redirect_to
from shared.web.problems import Problem, field_paths

MOST_JOURNEYS = 1_000
LABELS = {
    "place": "Touchpoint",
    "metric": "Metric",
    "audience": "Audience",
    "languages": "Languages",
    "key": "Key",
}
_PLACES = {"journey": "place", "stage": "place", "touchpoint": "place"}


@blueprint.post("/admin/surveys")
@page("admin")
def create_survey() -> AnyResponse:
    """Make a draft with a good question, for its page to be changed; nobody sees it before it goes live."""
    form = Form.sent(many=("languages",))
    place = dict(zip(("journey", "stage", "touchpoint"), form.value("place").split("/"), strict=False))
    metric, audience = form.value("metric"), form.value("audience", "customer")
    errors = _errors(form, place, metric)
    if errors:
        return show(form.failed(errors))
    with database() as conn:
        pains = _pain_points(known_journeys(conn), place)
        document = survey_starter.document(place, metric, audience, form.value("languages"), pains)
        key = form.value("key") or survey_starter.key(place["touchpoint"], metric, _taken(conn))
        problem = Survey().validate(document)
        if problem:
            return show(form.failed(field_paths(problem), _PLACES))
        try:
            surveys.put(conn, key, document, _is_new, dry_run=False)
        except Problem as refused:
            if refused.status == 412:
                said = f"There is a survey ‘{key}’ already, maybe archived. Choose another key."
                return show(form.failed({"key": [said]}))
            return show(form.failed(refused, _PLACES))
    return redirect_to(f"/admin/surveys/{key}", "A draft is there: read it, change it, look at its preview.")


def known_journeys(conn: Connection) -> list[dict[str, Any]]:
    """The journeys in use, without Journeyloop's own."""
    rows = journeys.page(conn, archived=False, after="", limit=MOST_JOURNEYS)
    return [row for row in rows if row["journey"] != CHECK]


def suggested() -> Form:
    """The form as the address fills it in."""
    place = "/".join(request.args.get(name, "") for name in ("journey", "stage", "touchpoint"))
    metric = request.args.get("metric", "nps")
    return Form.blank(place=place, metric=metric, audience="customer", languages=["en"], key="")


def show(form: Form) -> Response:
    """The page with the form."""
    with database() as conn:
        maps = known_journeys(conn)
    return render_form(
        "admin/survey_new.html",
        form,
        nav="setup",
        places=list(place_groups(maps)),
        metrics=survey_page.METRICS,
        audiences=survey_page.AUDIENCES,
        languages=survey_starter.LANGUAGES,
        questions=survey_starter.QUESTIONS,
        labels=LABELS,
    )


def place_groups(maps: Iterable[dict[str, Any]]) -> Iterable[tuple[str, list[tuple[str, str]]]]:
    """The touchpoints to choose from, by stage: (Shop › Delivery, [(shop/delivery/handover, Hand-over), …])."""
    for row in maps:
        for stage in row["document"].get("stages") or []:
            points = [
                (f"{row['journey']}/{stage['key']}/{point['key']}", point.get("name") or point["key"])
                for point in stage.get("touchpoints") or []
            ]
            if points:
                yield f"{row['document']['name']} › {stage.get('name') or stage['key']}", points


def _errors(form: Form, place: dict[str, str], metric: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if len(place) != 3 or not all(place.values()):
        found["place"] = ["Choose the touchpoint at which it asks."]
    if metric not in survey_starter.QUESTIONS:
        found["metric"] = ["Choose what it measures."]
    if not form.value("languages"):
        found["languages"] = ["Choose at least one."]
    if form.value("key") and not SLUG.regex.match(form.value("key")):
        found["key"] = [str(SLUG.error)]
    return found


def _pain_points(maps: list[dict[str, Any]], place: dict[str, str]) -> list[str]:
    return [
        pain
        for row in maps
        if row["journey"] == place["journey"]
        for stage in row["document"].get("stages") or []
        if stage["key"] == place["stage"]
        for point in stage.get("touchpoints") or []
        if point["key"] == place["touchpoint"]
        for pain in point.get("pain_points") or []
    ]


def _taken(conn: Connection) -> set[str]:
    return set(store.keys_at(conn, {}))


def _is_new(current: str | None) -> None:
    if current is not None:
        raise Problem(412, "It is there already")
