"""`GET /v1/measurement`: how a stage was asked in two periods: did the answers change, or the asking?"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from services.survey.channels import OTHER, language_told, rare
from services.survey.response_rate import response_rate
from services.survey.routes.documents import answers
from services.survey.schemas.measurement import Measurement, MeasurementQuery, StageQuery, Wordings
from services.survey.store import impressions, surveys
from services.survey.store import measurement as store
from shared.db import Connection
from shared.events import isoformat
from shared.web.app import database, settings
from shared.web.auth import require

blueprint = Blueprint("measurement", __name__, description="How a stage is asked")

_PLACE = ("journey", "stage", "metric", "audience")


@blueprint.route("/v1/measurement", methods=["GET"])
@blueprint.doc(responses=answers(401, 403, 422))
@require("viewer")
@blueprint.arguments(MeasurementQuery, location="query", unknown=None)
@blueprint.response(200, Measurement)
def get_measurement(query: dict[str, Any]) -> Response:
    """Answers a day by channel and language, response rate, and since when each wording of the question is live.

    Employees' answers are not counted: by day, channel and language they would be too few to stay anonymous.
    """
    place = {name: query[name] for name in _PLACE}
    with database() as conn:
        keys = surveys.keys_at(conn, dict(place)) if place["audience"] == "customer" else []
        periods = {
            name: _period(conn, keys, query[f"{name}_from"], query[f"{name}_to"])
            for name in ("before", "since")
        }
        rates = {
            name: response_rate(impressions.total(conn, keys, query[f"{name}_from"], query[f"{name}_to"]))
            for name in ("before", "since")
        }
        wordings = _wordings(conn, place)
    return jsonify(place | periods | {"wordings": wordings, "response_rate": rates})


@blueprint.route("/v1/wordings", methods=["GET"])
@blueprint.doc(responses=answers(401, 403, 422))
@require("viewer")
@blueprint.arguments(StageQuery, location="query", unknown=None)
@blueprint.response(200, Wordings)
def get_wordings(query: dict[str, Any]) -> Response:
    """Since when each wording of the questions asked at a stage is live, the oldest first."""
    with database() as conn:
        return jsonify({"items": _wordings(conn, query)})


def _wordings(conn: Connection, place: dict[str, str]) -> list[dict[str, Any]]:
    found = store.wordings(conn, place)
    return [one | {"live_from": isoformat(one["live_from"])} for one in found]


def _period(conn: Connection, keys: list[str], first: date, last: date) -> dict[str, Any]:
    zone = settings().report_tz
    since, until = (datetime.combine(day, time(), zone) for day in (first, last + timedelta(days=1)))
    days: dict[date, dict[str, Any]] = {}
    rows = store.days(conn, keys, since, until, zone)
    unsaid = rare((row["channel"], row["answers"]) for row in rows)
    for row in rows:
        day = days.setdefault(
            row["day"], {"day": row["day"].isoformat(), "answers": 0, "channels": {}, "languages": {}}
        )
        day["answers"] += row["answers"]
        channel = OTHER if row["channel"] in unsaid else row["channel"]
        for name, value in (("channels", channel), ("languages", language_told(row["language"]))):
            if value:
                day[name][value] = day[name].get(value, 0) + row["answers"]
    return {"from": first.isoformat(), "to": last.isoformat(), "days": list(days.values())}
