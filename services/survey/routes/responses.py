"""`GET /v1/responses`: answers with their comments, newest first, for leads."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from services.survey.routes.documents import answers
from services.survey.schemas.responses import ResponseList
from services.survey.store import responses, surveys
from shared.events import isoformat, parse_time
from shared.web.app import database, settings
from shared.web.auth import require
from shared.web.documents import decode_cursor, page
from shared.web.problems import invalid

blueprint = Blueprint("responses", __name__, description="Answers")

_PLACE = ("journey", "stage", "touchpoint", "survey", "metric")


@blueprint.route("/v1/responses", methods=["GET"])
@blueprint.doc(responses=answers(401, 403, 422))
@require("lead")
@blueprint.arguments(ResponseList, location="query")
@blueprint.response(200)
def list_responses(query: dict[str, Any]) -> dict[str, Any]:
    """Customers' answers, newest first, with comments; who answered is never told.

    Employees' answers are left out: next to a time and a place they would name their author.
    """
    since, until = _bound("from", query["from_"], 0), _bound("to", query["to"], 1)
    audience = query["audience"] or "customer"
    with database() as conn:
        place = {name: query[name] for name in _PLACE} | {"audience": audience}
        keys = surveys.keys_at(conn, place) if audience == "customer" else []
        wanted = responses.Wanted(query["score"], query["reason"], since, until, *_cursor(query["cursor"]))
        rows = responses.newest(conn, keys, wanted, query["limit"] + 1)
    for row in rows:
        row["answered_at"], row["received_at"] = isoformat(row["answered_at"]), isoformat(row["received_at"])
        row["answer_id"] = str(row["answer_id"])
    return page(rows, query["limit"], "answered_at", "answer_id")


def _bound(name: str, text: str | None, days: int) -> datetime | None:
    """A time with a zone as it is; a day as its start in REPORT_TZ, `days` later."""
    if text is None:
        return None
    try:
        if len(text) == len("2026-11-22"):
            day = date.fromisoformat(text) + timedelta(days=days)
            return datetime.combine(day, time(), settings().report_tz).astimezone(UTC)
        return parse_time(text)
    except (ValueError, OverflowError) as error:
        message = "Neither a day such as 2026-11-22 nor a time with a zone such as 2026-11-22T08:00:00Z."
        raise invalid({name: [message]}) from error


def _cursor(text: str | None) -> tuple[datetime | None, UUID | None]:
    values = decode_cursor(text, 2)
    if values is None:
        return None, None
    try:
        return parse_time(str(values[0])), UUID(str(values[1]))
    except (ValueError, OverflowError) as error:
        raise invalid({"cursor": ["This is not a cursor of this list."]}) from error
