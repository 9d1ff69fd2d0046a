"""GET /v1/changes: why a score moved between two periods."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from services.aggregator import answers, cause, noise
from services.aggregator.breakdown import Place, Segment, Sums
from services.aggregator.changes import Pair
from services.aggregator.periods import Period
from services.aggregator.routes import freshness
from services.aggregator.schemas.changes import ChangesAnswer
from services.aggregator.schemas.questions import ChangesQuery
from services.aggregator.store import journeys
from services.aggregator.store import scores as store
from services.aggregator.store.scores import PairSum, Where
from shared import positions
from shared.db import Connection
from shared.scoring import Histogram
from shared.web.app import database
from shared.web.auth import require

blueprint = Blueprint("changes", __name__, url_prefix="/v1")


@blueprint.get("/changes")
@require("viewer")
@blueprint.arguments(ChangesQuery, location="query", unknown=None)
@blueprint.response(200, ChangesAnswer)
def get_changes(query: dict[str, Any]) -> Response:
    """The change between two periods by touchpoint and segment, real change apart from mix, in points."""
    before, since = query["before"], query["since"]
    where = Where(query["journey"], query["stage"], metric=query["metric"], audience=query["audience"])
    with database() as conn:
        # How far we are comes first: what is read after it holds at least that much.
        head = freshness.heading(conn, where) | {"through": _through(conn, where)}
        known = journeys.get(conn, query["journey"])
        found = store.pair_sums(conn, where, before, since, ("stage", "touchpoint"), segments=True)
        named = store.reasons(conn, where, before, since)
        days = noise.of_days(query["metric"], _days(conn, where, before), _days(conn, where, since))
    answer = cause.build(query["metric"], _sums(found), known, query["level"], days)
    answer["reasons"] = cause.reasons(named, known, answer["before"]["n"], answer["since"]["n"])
    answer["before"]["window"], answer["since"]["window"] = answers.window(before), answers.window(since)
    return jsonify(head | _heading(query) | answer)


def _heading(query: dict[str, Any]) -> dict[str, Any]:
    scope = {name: query[name] for name in ("journey", "stage") if query[name]}
    return {"scope": scope, "metric": query["metric"], "audience": query["audience"], "unit": "points"}


def _through(conn: Connection, where: Where) -> dict[str, int]:
    """The last sequence counted of each key asked for."""
    sequences = positions.read(conn)
    prefix = f"{where.journey}/{where.stage or ''}"
    return {
        key: last
        for key, last in sequences.items()
        if key == prefix or (not where.stage and key.startswith(prefix))
    }


def _days(conn: Connection, where: Where, period: Period) -> dict[date, Histogram]:
    """The histogram of each day that has answers."""
    found = store.sums(conn, where, period, (), step="day")
    return {one.start: one.counts for one in found if one.start is not None}


def _sums(found: list[PairSum]) -> Sums:
    places: dict[Place, Pair] = {}
    segments: dict[Place, dict[Segment, Pair]] = defaultdict(dict)
    for one in found:
        place = one.group["stage"], one.group["touchpoint"]
        if one.group["segment_key"] == store.ALL:
            places[place] = one.pair
        else:
            segments[place][one.group["segment_key"], one.group["segment_value"]] = one.pair
    return Sums(places, segments)
