"""`POST /v1/responses/void`: answers out of every score, by filter."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from services.survey import looking, voiding
from services.survey.routes.documents import answers
from services.survey.schemas.voids import VoidedAnswers, VoidFilter
from shared.web.app import database, settings
from shared.web.auth import principal, require
from shared.web.documents import DryRun

blueprint = Blueprint("voids", __name__, description="Answers")


@blueprint.route("/v1/responses/void", methods=["POST"])
@blueprint.doc(
    responses=answers(
        400,
        401,
        403,
        413,
        422,
        _409="Others match now than the dry run counted",
        _503="It took longer than 20 s",
    )
)
@require("admin")
@blueprint.arguments(DryRun, location="query")
@blueprint.arguments(VoidFilter)
@blueprint.response(200, VoidedAnswers)
def post_void(options: dict[str, Any], wanted: dict[str, Any]) -> Response:
    """Take spam or tests out of every score, at most 50 000 at once. `?dry_run=true` counts and shows them first.

    The rows stay, so that the same answers sent again add nothing. `expect` is the number the dry run counted: where
    another number matches by now, nothing is done.
    """
    found = settings()
    with database() as conn:
        if options["dry_run"]:
            seen = voiding.preview(conn, wanted, found.respondent_keys, found.report_tz)
            looking.note_filter(conn, found.respondent_keys, principal(), wanted, seen)
            return jsonify(seen)
        return jsonify(voiding.void(conn, wanted, found.respondent_keys, found.report_tz, principal().name))
