"""GET /v1/freshness: as of when scores are, for the banner of every service's pages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from services.aggregator import fresh
from services.aggregator.schemas.answers import FreshnessAnswer
from services.aggregator.schemas.questions import FreshnessQuery
from services.aggregator.store import scores
from services.aggregator.store.scores import Where
from shared import beats
from shared.db import Connection
from shared.freshness import Freshness, judge
from shared.web.auth import principal, require
from shared.web.state import database

blueprint = Blueprint("freshness", __name__, url_prefix="/v1")


@blueprint.get("/freshness")
@require("viewer")
@blueprint.arguments(FreshnessQuery, location="query", unknown=None)
@blueprint.response(200, FreshnessAnswer)
def get_freshness(query: dict[str, Any]) -> Response:
    """Everything accepted before `as_of` is counted, except at `gaps`; `why`, where that is late.

    Of everything, or of one journey or stage. `survey_web_ready`: whether surveys could be answered at the last beat.
    """
    with database() as conn:
        found = fresh.document(of(conn, Where(query["journey"], query["stage"])))
    if not principal().may("admin"):  # it counts events, also those of employees (ADR 0024)
        found["gaps"] = [gap | {"after_sequence": None} for gap in found["gaps"]]
    return jsonify(found)


def of(conn: Connection, where: Where) -> Freshness:
    """How fresh the stages of `where` are. Read before sums are: they hold at least what it says."""
    return judge(beats.pipe(conn).within(where.journey, where.stage))


def heading(conn: Connection, where: Where) -> dict[str, Any]:
    """What stands on top of every answer about scores: as_of, late, newest_at, computed_at."""
    found = of(conn, where)
    newest = scores.newest(conn, where)
    return {"as_of": found.as_of, "late": found.late, "newest_at": newest, "computed_at": datetime.now(UTC)}
