"""`/v1/follow-ups`: customers' cases, each owned by one person until it is resolved."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from flask import Response
from flask_smorest import Blueprint

from services.survey.follow_ups import opening, reading, working
from services.survey.follow_ups.document import etag
from services.survey.routes.documents import answers
from services.survey.schemas.follow_ups import CaseList, Change, Opening, Taking, WholeCase
from shared.db import Connection
from shared.web.app import database
from shared.web.auth import principal, require
from shared.web.documents import check_if_match

blueprint = Blueprint("follow_ups", __name__, description="Follow-ups: one customer's case each")


@blueprint.route("/v1/follow-ups", methods=["GET"])
@blueprint.doc(responses=answers(401, 403, 422))
@require("viewer")
@blueprint.arguments(CaseList, location="query")
@blueprint.response(200)
def list_follow_ups(query: dict[str, Any]) -> dict[str, Any]:
    """{items, next}: cases, those due first at the top. Nothing personal is in the list."""
    with database() as conn:
        return reading.listing(conn, query)


@blueprint.route("/v1/follow-ups", methods=["POST"])
@blueprint.doc(responses=answers(400, 401, 403, 404, 422, _409="The answer was voided"))
@require("lead")
@blueprint.arguments(Opening)
@blueprint.alt_response(201, schema=WholeCase, description="Opened")
@blueprint.response(200, WholeCase, description="The answer has a case")
def post_follow_up(wanted: dict[str, Any]) -> Response:
    """Open the case of an answer by hand. Sent again, it answers with the case that there is."""
    with database() as conn:
        now = datetime.now(UTC)
        case, is_new = opening.open_by_hand(conn, wanted["answer_id"], principal().name, now)
        return _answer(conn, case, 201 if is_new else 200)


@blueprint.route("/v1/follow-ups/<uuid:id>", methods=["GET"])
@blueprint.doc(responses=answers(401, 403, 404))
@require("viewer")
@blueprint.response(200, WholeCase)
def get_follow_up(id: UUID) -> Response:
    """One case with its history; leads also see the answer, the note, and where the customer may be reached."""
    with database() as conn:
        return _answer(conn, reading.known(conn, id))


@blueprint.route("/v1/follow-ups/<uuid:id>", methods=["PATCH"])
@blueprint.doc(responses=answers(400, 401, 403, 404, 412, 422))
@require("lead")
@blueprint.arguments(Change)
@blueprint.response(200, WholeCase)
def patch_follow_up(wanted: dict[str, Any], id: UUID) -> Response:
    """Hand over, note, contact, resolve or reopen. The history keeps who did what.

    If-Match keeps two people from overwriting each other.
    """
    with database() as conn:
        case = working.locked(conn, id)
        check_if_match(etag(case))
        return _answer(conn, working.change(conn, case, wanted, principal()))


@blueprint.route("/v1/follow-ups/<uuid:id>/take", methods=["POST"])
@blueprint.doc(responses=answers(400, 401, 403, 404, 422, _409="Somebody was faster, or it is resolved"))
@require("lead")
@blueprint.arguments(Taking)
@blueprint.response(200, WholeCase)
def take_follow_up(wanted: dict[str, Any], id: UUID) -> Response:
    """Take the case. Of two who press at once one gets it; pressing again changes nothing."""
    with database() as conn:
        return _answer(conn, working.take(conn, id, principal(), wanted["owner"]))


def _answer(conn: Connection, case: dict[str, Any], status: int = 200) -> Response:
    body = reading.whole(conn, case, personal=principal().may("lead"))
    headers = {"ETag": etag(case), "Cache-Control": "no-store"}
    return Response(orjson.dumps(body), status, headers, content_type="application/json")
