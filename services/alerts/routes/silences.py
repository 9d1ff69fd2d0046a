"""`/v1/silences`: planned periods in which matching incidents tell nobody; what is still open is told at the end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint
from marshmallow import ValidationError

from services.alerts import routing, silencing
from services.alerts.schemas.silences import Silence, period
from services.alerts.store import silences, stories
from shared.db import Connection
from shared.web.app import database, settings
from shared.web.auth import principal, require
from shared.web.documents import (
    DryRun,
    Page,
    after,
    changes,
    check_if_match,
    check_slug,
    etag,
    not_modified,
    page,
)
from shared.web.problems import invalid, not_found

blueprint = Blueprint("silences", __name__, description="Silences: planned periods in which nobody is told")


@blueprint.route("/v1/silences/<silence>", methods=["PUT"])
@require("lead")
@blueprint.arguments(Silence)
@blueprint.arguments(DryRun, location="query")
@blueprint.alt_response(201, schema=Silence, description="Made")
@blueprint.response(200, Silence)
def put(document: dict[str, Any], query: dict[str, Any], silence: str) -> Response:
    """Make the silence, change it, or revive it. What it no longer mutes is told at once.

    With `?dry_run=true`: 200 {changes[{path, before, after}], warnings[], would_have_matched[{incident, journey, stage,
    metric, audience, state, opened_at, closed_at}]}: the incidents of the last 90 days that it matches, newest first;
    nothing is written.
    """
    check_slug("silence", silence)
    starts_at, ends_at = _period(document)
    now = datetime.now(UTC)
    with database() as conn:
        row = silences.get(conn, silence, lock=True)
        stored = row["document"] if row else None
        check_if_match(etag(stored) if stored else None)
        if query["dry_run"]:
            return jsonify(
                {"changes": changes(stored or {}, document)} | _outlook(conn, document, ends_at, now)
            )
        if document != stored:
            silences.put(conn, silence, document, starts_at, ends_at, principal().name, now)
    return _json(document, 200 if stored else 201)


@blueprint.route("/v1/silences/<silence>", methods=["GET"])
@require("viewer")
@blueprint.response(200, Silence)
def get(silence: str) -> Response:
    """The silence as it was PUT."""
    with database() as conn:
        row = silences.get(conn, silence)
    if row is None:
        raise not_found("silence", silence)
    if not_modified(etag(row["document"])):
        return Response(status=304, headers={"ETag": etag(row["document"])})
    return _json(row["document"], 200)


@blueprint.route("/v1/silences/<silence>", methods=["DELETE"])
@require("lead")
@blueprint.response(204)
def delete(silence: str) -> None:
    """End the silence: what it muted and is still open is told at once."""
    with database() as conn:
        row = silences.get(conn, silence, lock=True)
        if row is None:
            raise not_found("silence", silence)
        check_if_match(etag(row["document"]))
        silences.archive(conn, silence, datetime.now(UTC))


@blueprint.route("/v1/silences", methods=["GET"])
@require("viewer")
@blueprint.arguments(Page, location="query")
@blueprint.response(200)
def list_silences(query: dict[str, Any]) -> dict[str, Any]:
    """Silences in order of their keys: each its document, with `silence` and `state` (planned, in_force, over)."""
    now = datetime.now(UTC)
    with database() as conn:
        rows = silences.page(conn, query["limit"], after(query["cursor"]))
    items = [
        {"silence": row["silence"], "state": silencing.state(row, now)} | row["document"] for row in rows
    ]
    return page(items, query["limit"], "silence")


def _period(document: dict[str, Any]) -> tuple[datetime, datetime]:
    try:
        return period(document, settings().report_tz)
    except ValidationError as error:
        raise invalid(error.normalized_messages()) from error


def _outlook(conn: Connection, document: dict[str, Any], ends_at: datetime, now: datetime) -> dict[str, Any]:
    """What would be muted, and what looks like a mistake."""
    found = silences.would_have_muted(conn, document, now - silencing.LOOK_BACK)
    warnings = [] if any(map(document.get, silencing.CRITERIA)) else ["This silences everything."]
    if ends_at <= now:
        warnings.append("This is over already.")
    journey, stage = document.get("journey"), document.get("stage")
    journey_map = stories.journey_map(conn, journey) if journey else None
    if journey and journey_map is None:
        warnings.append(f"No journey ‘{journey}’ is known.")
    elif journey_map and stage and not routing.stage_of(journey_map, stage):
        warnings.append(f"The journey ‘{journey}’ has no stage ‘{stage}’.")
    return {"warnings": warnings, "would_have_matched": found}


def _json(document: dict[str, Any], status: int) -> Response:
    response = jsonify(document)
    response.status_code = status
    response.headers["ETag"] = etag(document)
    return response
