"""`POST /v1/respondents/journey`, `/export` and `/erase`: one person along the journey, what is kept, and its end.

The name is never in a URL.
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from services.survey import erasing, looking, person
from services.survey.routes.documents import answers
from services.survey.schemas.respondents import ErasureReceipt, Look, PersonExport, PersonJourney, Respondent
from shared.web.app import database, settings
from shared.web.auth import principal, require

blueprint = Blueprint("respondents", __name__, url_prefix="/v1/respondents", description="People's data")


@blueprint.route("/journey", methods=["POST"])
@blueprint.doc(responses=answers(400, 401, 403, 413, 422))
@require("lead")
@blueprint.arguments(Look)
@blueprint.response(200, PersonJourney)
def post_journey(wanted: dict[str, Any]) -> Response:
    """One customer's answers and follow-ups, stage by stage: for admins, and for leads who own a stage of the journey.

    Never employees' answers. That somebody looked, when, at whom and why is kept (page /privacy).
    """
    with database() as conn:
        found = looking.look(
            conn, settings().respondent_keys, principal(), wanted["respondent"], wanted["why"]
        )
    response = jsonify(found)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/export", methods=["POST"])
@blueprint.doc(responses=answers(400, 401, 403, 413, 422))
@require("admin")
@blueprint.arguments(Respondent)
@blueprint.response(200, PersonExport)
def post_export(wanted: dict[str, Any]) -> Response:
    """Everything that is kept of a person, under every key of RESPONDENT_KEY; empty lists for nobody."""
    with database() as conn:
        document = person.export(conn, settings().respondent_keys, wanted["respondent"])
        looking.note(conn, settings().respondent_keys, principal(), document, "export")
    response = jsonify(document)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.route("/erase", methods=["POST"])
@blueprint.doc(responses=answers(400, 401, 403, 413, 422))
@require("admin")
@blueprint.arguments(Respondent)
@blueprint.response(200, ErasureReceipt)
def post_erase(wanted: dict[str, Any]) -> Response:
    """Erase a person: their scores stay counted as nobody's. Again is harmless, and finds what is left.

    What they gave before and comes later, from a queue or a file, is counted and never theirs again.
    """
    keys, by = settings().respondent_keys, principal().name
    erasure = erasing.erase(database, keys, wanted["respondent"], by)
    return jsonify({"id": erasure.id, "erased_at": erasure.erased_at, **erasure.counts()})
