"""`/v1/incidents`: what degraded, and what people did about it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask_smorest import Blueprint

from services.alerts import acting, records, shown
from services.alerts.schemas.incidents import IncidentQuery, Note, Resolution
from services.alerts.store import incidents
from shared.db import Connection
from shared.events import isoformat, parse_time
from shared.web.app import database, settings
from shared.web.auth import principal, require
from shared.web.documents import decode_cursor, encode_cursor
from shared.web.problems import invalid

blueprint = Blueprint("incidents", __name__, description="Incidents: open, acknowledged, resolved")


@blueprint.route("/v1/incidents", methods=["GET"])
@require("viewer")
@blueprint.arguments(IncidentQuery, location="query")
@blueprint.response(200, description=shown.DROP_TOLD)
def list_incidents(query: dict[str, Any]) -> dict[str, Any]:
    """Incidents, newest first."""
    limit, cursor = query.pop("limit"), query.pop("cursor")
    with database() as conn:
        found = incidents.newest(conn, query, after(cursor), limit + 1)
        rows = records.silenced(conn, found, datetime.now(UTC))
    return {"items": [shown.incident(row) for row in rows[:limit]], "next": following(rows, limit)}


@blueprint.route("/v1/incidents/count", methods=["GET"])
@require("viewer")
@blueprint.response(200)
def count() -> dict[str, int]:
    """How many incidents wait: {open, acknowledged}."""
    with database() as conn:
        return incidents.waiting(conn)


@blueprint.route("/v1/incidents/<incident>", methods=["GET"])
@require("viewer")
@blueprint.response(200, description=shown.DROP_TOLD)
def get(incident: str) -> dict[str, Any]:
    """One incident with its timeline, the silence that mutes it, and its detector's own record."""
    with database() as conn:
        return _document(conn, acting.found(conn, incident))


@blueprint.route("/v1/incidents/<incident>/acknowledge", methods=["POST"])
@blueprint.doc(responses={"409": {"description": "It is not open"}})
@require("lead")
@blueprint.response(200)
def acknowledge(incident: str) -> dict[str, Any]:
    """Take it on: repeats and escalation stop. 409 unless it is open."""
    with database() as conn:
        return _document(conn, acting.acknowledge(conn, incident, principal().name))


@blueprint.route("/v1/incidents/<incident>/note", methods=["POST"])
@require("lead")
@blueprint.arguments(Note)
@blueprint.response(200)
def note(body: dict[str, Any], incident: str) -> dict[str, Any]:
    """Add a note to the timeline, whatever the state."""
    with database() as conn:
        return _document(conn, acting.note(conn, incident, principal().name, body["note"]))


@blueprint.route("/v1/incidents/<incident>/resolve", methods=["POST"])
@blueprint.doc(responses={"409": {"description": "It is resolved already"}})
@require("lead")
@blueprint.arguments(Resolution)
@blueprint.response(200)
def resolve(body: dict[str, Any], incident: str) -> dict[str, Any]:
    """End it, saying how; the detector learns of it within seconds. 409 where it is resolved already."""
    with database() as conn:
        who, zone = principal().name, settings().report_tz
        return _document(conn, acting.resolve(conn, incident, who, body["outcome"], body["note"], zone))


def _document(conn: Connection, row: dict[str, Any]) -> dict[str, Any]:
    [found] = records.silenced(conn, [row], datetime.now(UTC))
    timeline = incidents.timeline(conn, row["id"])
    return shown.incident(found) | {"timeline": timeline, "record": records.record(conn, row)}


def following(rows: list[dict[str, Any]], limit: int) -> str | None:
    """The cursor after the first `limit` of rows, newest first; None where there are no more."""
    last = rows[limit - 1] if len(rows) > limit else None
    return encode_cursor(isoformat(last["opened_at"]), last["id"]) if last else None


def after(cursor: str | None) -> tuple[datetime, str] | None:
    """Where a page of the list begins, of a cursor made here; 422 on `cursor` where it is none."""
    values = decode_cursor(cursor, 2)
    if values is None:
        return None
    try:
        return parse_time(str(values[0])), str(values[1])
    except ValueError as error:
        raise invalid({"cursor": ["This is not a cursor of this list."]}) from error
