"""The public door: a survey's form, and the answer to it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from flask import Response, request
from flask_smorest import Blueprint

from services.survey import rate_limit, submission
from services.survey.amendment import amend
from services.survey.asking import Visitor, ask
from services.survey.contact_page import contact_url
from services.survey.cors import add_headers, check_origin
from services.survey.definition import Definition
from services.survey.edit_tokens import edit_token, is_edit_token
from services.survey.employees import EMPLOYEE
from services.survey.forms import decided, form
from services.survey.routes.documents import answers
from services.survey.schemas.responses import Amended, Amendment, Answer, FormQuery, Receipt
from services.survey.tallies import tallies
from shared.web.app import database, json_body, settings
from shared.web.auth import public
from shared.web.problems import BODY, Problem

blueprint = Blueprint("form", __name__, description="The public door: forms and answers")
blueprint.after_request(add_headers)
rate_limit.limit(blueprint)

MAX_ORIGIN = 253
_BODY = {"required": True, "content": {"application/json": {"schema": Answer}}}
_CHANGE = {"required": True, "content": {"application/json": {"schema": Amendment}}}
_TOKEN = {
    "name": "Edit-Token",
    "in": "header",
    "schema": {"type": "string"},
    "description": "from the receipt",
}
_CHANGEABLE = {
    "links": {
        "change": {
            "operationRef": "#/paths/~1v1~1responses~1{id}/patch",
            "parameters": {"id": "$response.body#/id", "Edit-Token": "$response.body#/edit_token"},
        }
    }
}
_AMEND_ERRORS = answers(400, 404, 413, 422, 429, _403="Wrong or missing edit token, or the 24 hours are over")


@blueprint.before_request
def preflight() -> None:
    """A preflight is answered by the survey's own list of origins, where the address names a survey."""
    survey = (request.view_args or {}).get("survey")
    if request.method == "OPTIONS" and survey:
        with database() as conn:
            check_origin(submission.current(conn, survey))


@blueprint.route("/v1/surveys/<survey>/form", methods=["GET"])
@blueprint.doc(responses=answers(404, 422, 429, _403="The page's origin is not on the survey's list"))
@public
@blueprint.arguments(FormQuery, location="query")
@blueprint.response(200)
def get_form(query: dict[str, Any], survey: str) -> dict[str, Any]:
    """Whether to show the survey, and its question in one language: {show, hidden_because?, question, scale, …}.

    A verified respondent who gets `show: true` counts as asked. `counts`: where a display's steps are counted.
    `explain`: every rule's verdict, where asked for.
    """
    wanted = [query["lang"]] if query["lang"] else [tag for tag, _ in request.accept_languages]
    with database() as conn:
        definition = submission.current(conn, survey)
        _check_display(definition)
        shown = form(definition, wanted)
        if not shown["show"]:
            return shown
        visitor = Visitor(query["respondent"], query["sig"], query["asked"], query["draw"])
        decision = ask(conn, settings(), definition, visitor)
    return decided(shown, decision, explain=bool(query["explain"]))


@blueprint.route("/v1/surveys/<survey>/responses", methods=["POST"])
@blueprint.doc(
    requestBody=_BODY,
    responses=answers(
        400, 404, 413, 422, 429,
        _403="The page's origin is not on the survey's list",
        _409="The survey is not live, or the id was used for other content",
    )
    | {200: _CHANGEABLE, 201: _CHANGEABLE},
)  # fmt: skip
@public
@blueprint.alt_response(201, schema=Receipt, description="Stored")
@blueprint.response(200, Receipt, description="The same answer was stored before")
def post_response(survey: str) -> Response:
    """Take one answer. 201 means it is durable; sending it again is harmless and answers 200.

    `contact_url`, where the survey asks a customer who gave such a score for a contact: a page of ours to lead them to.
    """
    receipt = submission.submit(survey, json_body(), check_origin)
    asked = submission.recent(survey, check_origin).audience
    if receipt.is_new and "Origin" in request.headers and asked != EMPLOYEE:
        tallies().count(survey, "answered")
    token = edit_token(settings().secret_key, receipt.id)
    body: dict[str, Any] = {"id": str(receipt.id), "survey": receipt.survey, "edit_token": token}
    body |= _asking(receipt.survey, receipt.id, receipt.asks_contact)
    return Response(orjson.dumps(body), 201 if receipt.is_new else 200, content_type="application/json")


@blueprint.route("/v1/responses/<uuid:id>", methods=["PATCH"])
@blueprint.doc(requestBody=_CHANGE, parameters=[_TOKEN], responses=_AMEND_ERRORS)
@public
@blueprint.response(200, Amended)
def patch_response(id: UUID) -> dict[str, Any]:
    """Change one's own answer within 24 hours."""
    return _amend(id)


@blueprint.route("/v1/responses/<uuid:id>/amend", methods=["POST"])
@blueprint.doc(requestBody=_CHANGE, parameters=[_TOKEN], responses=_AMEND_ERRORS)
@public
@blueprint.response(200, Amended)
def post_amend(id: UUID) -> dict[str, Any]:
    """The same as PATCH, for senders that can only POST (a page being left)."""
    return _amend(id)


def _check_display(definition: Definition) -> None:
    """As `check_origin`, counted for the admin to see."""
    try:
        check_origin(definition)
    except Problem:
        tallies().block(definition.survey, request.headers["Origin"][:MAX_ORIGIN])
        raise


def _amend(id_: UUID) -> dict[str, Any]:
    change = json_body()
    if not isinstance(change, dict):
        raise Problem(422, "Some fields are not valid", errors={BODY: ["Must be a JSON object."]})
    token = change.pop("edit_token", None) or request.headers.get("Edit-Token")
    if not isinstance(token, str) or not is_edit_token(settings().secret_keys, id_, token):
        raise Problem(403, "Not your answer", "Send the edit_token that came with this answer's receipt.")
    with database() as conn:
        found = amend(conn, id_, change, settings().respondent_keys)
    return found | _asking(found["survey"], id_, found["asks_contact"])


def _asking(survey: str, id_: UUID, asks_contact: bool) -> dict[str, Any]:
    return {"contact_url": contact_url(survey, id_) if asks_contact else None}
