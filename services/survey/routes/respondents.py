"""`POST /v1/respondents/export` and `/erase`: what is kept of a person, and its end. The name is never in a URL."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from services.survey import erasing, person
from services.survey.routes.documents import answers
from services.survey.schemas.respondents import ErasureReceipt, PersonExport, Respondent
from shared.web.app import database, settings
from shared.web.auth import principal, require

blueprint = Blueprint("respondents", __name__, url_prefix="/v1/respondents", description="People's data")


@blueprint.route("/export", methods=["POST"])
@blueprint.doc(responses=answers(400, 401, 403, 413, 422))
@require("admin")
@blueprint.arguments(Respondent)
@blueprint.response(200, PersonExport)
def post_export(wanted: dict[str, Any]) -> Response:
    """Everything that is kept of a person, under every key of RESPONDENT_KEY; empty lists for nobody."""
    with database() as conn:
        document = person.export(conn, settings().respondent_keys, wanted["respondent"])
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
