"""Numbers about cases: how many there are to do, and how customers rate us after theirs was solved."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from services.survey.follow_ups import reading, recovery_scores
from services.survey.routes.documents import answers
from services.survey.schemas.recovery import Counts, CountsQuery, RecoveryQuery, RecoveryScores
from services.survey.store import follow_ups, recoveries
from services.survey.store.follow_ups import Wanted
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


@blueprint.route("/v1/follow-ups/count", methods=["GET"])
@blueprint.doc(responses=answers(401, 403, 422))
@require("viewer")
@blueprint.arguments(CountsQuery, location="query", unknown=None)
@blueprint.response(200, Counts)
def count_follow_ups(query: dict[str, Any]) -> Response:
    """How many cases are not resolved, and how many of them are past their due time."""
    owners = [key for key in query["owner"].split(",") if key] if query["owner"] else None
    wanted = Wanted(datetime.now(UTC), reading.UNRESOLVED, owners)
    with database() as conn:
        counts = {
            "open": follow_ups.count(conn, wanted),
            "overdue": follow_ups.count(conn, wanted._replace(overdue=True)),
        }
    return jsonify(counts)
