"""`/v1/reviews/{journey}`: the week of a journey, when it is sent, and what was decided."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from flask import Response, jsonify
from flask_smorest import Blueprint

from services.alerts import review_asking, review_saving, reviewing
from services.alerts.reviews import parts
from services.alerts.schemas.reviews import NewDecision, ReviewQuery, ReviewSchedule
from services.alerts.store import owners, reviews
from shared.db import Connection
from shared.web.app import database, settings
from shared.web.auth import principal, require
from shared.web.documents import DryRun, Page, after, changes, check_if_match, etag, not_modified, page
from shared.web.problems import not_found

blueprint = Blueprint("reviews", __name__, description="Reviews: the week of a journey")

REVIEW = (
    "Parts: `changes` beyond noise both ways, `incidents` by age, `follow_ups` overdue, `actions` with effects, "
    "`wins`, `green_inside_red_outside`, `employees` (in their own periods), `blind_spots`, `too_few_answers`, "
    "`decisions` {earlier, taken}. A part is null where what it rests on did not come: `failed` says why. "
    "`frozen_at`: when it was sent; since then only decisions change."
)


@blueprint.route("/v1/reviews", methods=["GET"])
@require("viewer")
@blueprint.arguments(Page, location="query")
@blueprint.response(200)
def list_schedules(query: dict[str, Any]) -> dict[str, Any]:
    """When reviews are sent, in order of their journeys: each its schedule, with `journey`."""
    with database() as conn:
        rows = reviews.schedules(conn, query["limit"], after(query["cursor"]))
    return page([{"journey": row["journey"]} | row["document"] for row in rows], query["limit"], "journey")


@blueprint.route("/v1/reviews/<journey>", methods=["GET"])
@require("viewer")
@blueprint.arguments(ReviewQuery, location="query")
@blueprint.response(200, description=REVIEW)
def get(query: dict[str, Any], journey: str) -> Response:
    """The review of a week: as it was sent, or, where it was not, as it is known now. No comments are in it."""
    return jsonify(review_asking.review(journey, query["week"])[1])


@blueprint.route("/v1/reviews/<journey>/schedule", methods=["PUT"])
@blueprint.doc(responses={"404": {"description": "No such journey"}})
@require("lead")
@blueprint.arguments(ReviewSchedule)
@blueprint.arguments(DryRun, location="query")
@blueprint.alt_response(201, schema=ReviewSchedule, description="Made")
@blueprint.response(200, ReviewSchedule)
def put_schedule(document: dict[str, Any], query: dict[str, Any], journey: str) -> Response:
    """Have the review sent every week at a weekday and hour of REPORT_TZ.

    With `?dry_run=true`: 200 {changes[{path, before, after}], warnings[]}, and nothing is written.
    """
    now, zone = datetime.now(UTC), settings().report_tz
    with database() as conn:
        if query["dry_run"]:
            stored = review_saving.judge_schedule(conn, journey, document, check_if_match)
            return jsonify({"changes": changes(stored or {}, document), "warnings": []})
        before = review_saving.save_schedule(
            conn, journey, document, check_if_match, principal().name, now, zone
        )
    return _json(document, 200 if before else 201)


@blueprint.route("/v1/reviews/<journey>/schedule", methods=["GET"])
@require("viewer")
@blueprint.response(200, ReviewSchedule)
def get_schedule(journey: str) -> Response:
    """When the review is sent."""
    with database() as conn:
        row = reviews.schedule(conn, journey)
    if row is None:
        raise not_found("schedule of the review", journey)
    if not_modified(etag(row["document"])):
        return Response(status=304, headers={"ETag": etag(row["document"])})
    return _json(row["document"], 200)


@blueprint.route("/v1/reviews/<journey>/schedule", methods=["DELETE"])
@require("lead")
@blueprint.response(204)
def delete_schedule(journey: str) -> None:
    """Send the review no more."""
    with database() as conn:
        review_saving.delete_schedule(conn, journey, check_if_match)


@blueprint.route("/v1/reviews/<journey>/decisions", methods=["POST"])
@blueprint.doc(responses={"409": {"description": "The id is another decision's"}})
@require("lead")
@blueprint.arguments(NewDecision)
@blueprint.response(201)
def decide(document: dict[str, Any], journey: str) -> Response:
    """Record what was decided; it is shown in the reviews to come until it is done."""
    now, id = datetime.now(UTC), document["id"] or uuid4()
    with database() as conn:
        of = reviewing.about(conn, journey, document["week"], now, settings().report_tz)
        review_saving.decide(conn, of, document, id, principal().name)
        return _decision(conn, journey, id, 201)


@blueprint.route("/v1/reviews/<journey>/decisions/<uuid:id>/done", methods=["POST"])
@require("lead")
@blueprint.response(200)
def done(journey: str, id: UUID) -> Response:
    """It is done."""
    with database() as conn:
        review_saving.decision(conn, journey, id)
        reviews.done(conn, id, principal().name)
        return _decision(conn, journey, id, 200)


@blueprint.route("/v1/reviews/<journey>/decisions/<uuid:id>/reopen", methods=["POST"])
@require("lead")
@blueprint.response(200)
def reopen(journey: str, id: UUID) -> Response:
    """It is not done after all."""
    with database() as conn:
        review_saving.decision(conn, journey, id)
        reviews.reopen(conn, id)
        return _decision(conn, journey, id, 200)


def _decision(conn: Connection, journey: str, id: UUID, status: int) -> Response:
    row = review_saving.decision(conn, journey, id)
    of = reviewing.about(conn, journey, None, datetime.now(UTC), settings().report_tz)
    response = jsonify(parts.decision(of, row, owners.names(conn)))
    response.status_code = status
    return response


def _json(document: dict[str, Any], status: int) -> Response:
    response = jsonify(document)
    response.status_code = status
    response.headers["ETag"] = etag(document)
    return response
