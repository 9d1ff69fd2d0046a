"""`GET /v1/responses`: answers with their comments, newest first, for leads."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.survey import response_list
from services.survey.routes.documents import answers
from services.survey.schemas.responses import ResponseList
from shared.web.app import database, settings
from shared.web.auth import require

blueprint = Blueprint("responses", __name__, description="Answers")


@blueprint.route("/v1/responses", methods=["GET"])
@blueprint.doc(responses=answers(401, 403, 422, _503="The search took longer than 2 s: ask for less"))
@require("lead")
@blueprint.arguments(ResponseList, location="query")
@blueprint.response(200)
def list_responses(query: dict[str, Any]) -> dict[str, Any]:
    """Customers' answers, newest first, with comments; who answered is never told.

    Employees' answers are left out: next to a time and a place they would name their author.
    """
    with database() as conn:
        return response_list.find(conn, query, settings().report_tz)
