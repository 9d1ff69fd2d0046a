"""GET /v1/employee-comments: what employees of a stage wrote."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, fields

from services.survey import employee_comments
from services.survey.routes.documents import answers
from services.survey.schemas.journeys import METRIC
from services.survey.store import employee_comments as store
from shared.web.app import database, settings
from shared.web.auth import require
from shared.web.documents import Slug

blueprint = Blueprint("employee_comments", __name__, description="What employees wrote")


class Place(Schema):
    """A stage, and one metric or all."""

    class Meta:
        unknown = RAISE

    journey = Slug(required=True)
    stage = Slug(required=True)
    metric = fields.String(load_default=None, validate=METRIC)


class Days(Schema):
    """Days in REPORT_TZ, both included."""

    from_ = fields.Date(data_key="from")
    to = fields.Date()


class Period(Schema):
    """A month, quarter or year in which five or more answered, and what they wrote."""

    metric = fields.String()
    period = fields.String()
    window = fields.Nested(Days)
    comments = fields.List(fields.String())


class EmployeeComments(Schema):
    """The newest period first."""

    items = fields.List(fields.Nested(Period))


@blueprint.route("/v1/employee-comments", methods=["GET"])
@blueprint.doc(responses=answers(401, 403, 422))
@require("lead")
@blueprint.arguments(Place, location="query", unknown=None)
@blueprint.response(200, EmployeeComments)
def get_employee_comments(query: dict[str, Any]) -> Response:
    """What employees wrote, of periods whose score is told: in random order, without time, place, language or score."""
    zone = settings().report_tz
    with database() as conn:
        where = query["journey"], query["stage"], query["metric"]
        items = employee_comments.told(conn, *where, zone, store.now(conn))
    return jsonify({"items": items})
