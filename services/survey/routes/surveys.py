"""`/v1/surveys`: what is asked, where, PUT whole."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint
from marshmallow import fields

from services.survey import surveys
from services.survey.routes.documents import (
    List,
    allow_large,
    answers,
    put_response,
    stored_response,
)
from services.survey.schemas.surveys import Survey
from services.survey.store import surveys as store
from shared.web.app import database
from shared.web.auth import require
from shared.web.documents import DryRun, after, check_if_match, check_slug, page
from shared.web.problems import not_found

blueprint = Blueprint("surveys", __name__, description="Surveys: one question at one touchpoint")
blueprint.url_value_preprocessor(allow_large)


class SurveyList(List):
    """The query of the list of surveys."""

    journey = fields.String(load_default=None)


@blueprint.route("/v1/surveys/<survey>", methods=["PUT"])
@blueprint.doc(
    responses=answers(400, 401, 403, 412, 422, _409="The survey has answers; its place can't change")
)
@require("admin")
@blueprint.arguments(Survey)
@blueprint.arguments(DryRun, location="query")
@blueprint.alt_response(201, schema=Survey, description="Made")
@blueprint.response(200, Survey)
def put(document: dict[str, Any], query: dict[str, Any], survey: str) -> Response:
    """Make the survey or change it. New words of the question start a new revision, unless `same_meaning` is true.

    With `?dry_run=true`: 200 {changes[{path, before, after}], warnings[]}, and nothing is written.
    """
    check_slug("survey", survey)
    with database() as conn:
        change = surveys.put(conn, survey, document, check_if_match, dry_run=query["dry_run"])
    return put_response(change, dry_run=query["dry_run"])


@blueprint.route("/v1/surveys/<survey>", methods=["GET"])
@blueprint.doc(responses=answers(304, 401, 403, 404))
@require("viewer")
@blueprint.response(200, Survey)
def get(survey: str) -> Response:
    """The survey as it was PUT, archived or not."""
    with database() as conn:
        stored = store.find(conn, survey)
    if stored is None:
        raise not_found("survey", survey)
    return stored_response(stored["document"])


@blueprint.route("/v1/surveys/<survey>", methods=["DELETE"])
@blueprint.doc(responses=answers(401, 403, 404, 412))
@require("admin")
@blueprint.response(204)
def delete(survey: str) -> None:
    """Archive the survey: its status becomes `archived`. What was answered stays counted; a PUT revives it."""
    with database() as conn:
        surveys.delete(conn, survey, check_if_match)


@blueprint.route("/v1/surveys", methods=["GET"])
@blueprint.doc(responses=answers(401, 403, 422))
@require("viewer")
@blueprint.arguments(SurveyList, location="query")
@blueprint.response(200)
def list_surveys(query: dict[str, Any]) -> dict[str, Any]:
    """Surveys in order of their keys: each its document, with `survey` and `revision`."""
    with database() as conn:
        rows = store.page(
            conn,
            journey=query["journey"],
            archived=query["archived"],
            after=after(query["cursor"]),
            limit=query["limit"] + 1,
        )
    items = [{"survey": row["survey"], "revision": row["revision"]} | row["document"] for row in rows]
    return page(items, query["limit"], "survey")
