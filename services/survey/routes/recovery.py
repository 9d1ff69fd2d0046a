"""`GET /v1/follow-ups/recovery`: how customers rate us after their case was solved."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from services.survey.follow_ups import recovery_scores
from services.survey.routes.documents import answers
from services.survey.schemas.recovery import RecoveryQuery, RecoveryScores
from services.survey.store import recoveries
from shared.web.app import database
from shared.web.auth import require

blueprint = Blueprint("recovery", __name__, description="Follow-ups: one customer's case each")


@blueprint.route("/v1/follow-ups/recovery", methods=["GET"])
@blueprint.doc(responses=answers(401, 403, 422))
@require("viewer")
@blueprint.arguments(RecoveryQuery, location="query", unknown=None)
@blueprint.response(200, RecoveryScores)
def get_recovery(query: dict[str, Any]) -> Response:
    """The recovery score of each stage, with its interval and the answers it rests on; of all time, not rounded."""
    with database() as conn:
        return jsonify({"items": recovery_scores.items(recoveries.counted(conn, **query))})
