"""GET /v1/changes: why a score moved between two periods."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from services.aggregator.explaining import explain
from services.aggregator.routes import freshness
from services.aggregator.schemas.changes import ChangesAnswer
from services.aggregator.schemas.questions import ChangesQuery
from services.aggregator.store import employees, journeys
from services.aggregator.store.scores import Where
from shared import positions
from shared.db import Connection
from shared.web.app import database
from shared.web.auth import principal, require

blueprint = Blueprint("changes", __name__, url_prefix="/v1")


@blueprint.get("/changes")
@require("viewer")
@blueprint.arguments(ChangesQuery, location="query", unknown=None)
@blueprint.response(200, ChangesAnswer)
def get_changes(query: dict[str, Any]) -> Response:
    """The change between two periods by touchpoint and segment, real change apart from mix, in points. Of customers."""
    before, since = query["before"], query["since"]
    where = Where(query["journey"], query["stage"], metric=query["metric"], audience=query["audience"])
    with database() as conn:
        # How far we are comes first: what is read after it holds at least that much.
        head = freshness.heading(conn, where) | {"through": _through(conn, where)}
        known = journeys.get(conn, query["journey"])
        answer, _ = explain(conn, where, before, since, known, query["level"])
    return jsonify(head | _heading(query) | answer)


def _heading(query: dict[str, Any]) -> dict[str, Any]:
    scope = {name: query[name] for name in ("journey", "stage") if query[name]}
    return {"scope": scope, "metric": query["metric"], "audience": query["audience"], "unit": "points"}


def _through(conn: Connection, where: Where) -> dict[str, int]:
    """The last sequence counted of each key asked for.

    It counts employees' answers too: where employees were asked, only our own services learn it.
    """
    sequences = positions.read(conn)
    prefix = f"{where.journey}/{where.stage or ''}"
    kept = set() if principal().id == "service" else employees.keys(conn, where.journey or "")
    return {
        key: last
        for key, last in sequences.items()
        if key not in kept and (key == prefix or (not where.stage and key.startswith(prefix)))
    }
