"""`/v1/silences`: planned periods in which matching incidents tell nobody; what is still open is told at the end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from services.alerts import silence_saving, silencing
from services.alerts.schemas.silences import Silence
from services.alerts.store import silences
from shared.web.app import database, settings
from shared.web.auth import principal, require
from shared.web.documents import (
    DryRun,
    Page,
    after,
    changes,
    check_if_match,
    etag,
    not_modified,
    page,
)
from shared.web.problems import not_found

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
    zone = settings().report_tz
    with database() as conn:
        if query["dry_run"]:
            found = silence_saving.judged(conn, zone, silence, document, check_if_match)
            outlook = silence_saving.outlook(conn, document, found.period[1], datetime.now(UTC))
            return jsonify({"changes": changes(found.before or {}, document)} | outlook)
        found = silence_saving.save(conn, zone, silence, document, check_if_match, principal().name)
    return _json(document, 200 if found.before else 201)


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
        silence_saving.archive(conn, silence, check_if_match)


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


def _json(document: dict[str, Any], status: int) -> Response:
    response = jsonify(document)
    response.status_code = status
    response.headers["ETag"] = etag(document)
    return response
