"""`/v1/journeys`: the map, PUT whole."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from services.survey import journeys
from services.survey.routes.documents import (
    List,
    allow_large,
    answers,
    put_response,
    stored_response,
)
from services.survey.schemas.journeys import Journey
from services.survey.store import journeys as store
from shared.web.app import database
from shared.web.auth import require
from shared.web.documents import DryRun, after, check_if_match, check_slug, page
from shared.web.problems import not_found

blueprint = Blueprint("journeys", __name__, description="Journeys: ordered stages with touchpoints")
blueprint.url_value_preprocessor(allow_large)


@blueprint.route("/v1/journeys/<journey>", methods=["PUT"])
@blueprint.doc(responses=answers(400, 401, 403, 412, 422, _409="A survey uses a place that the map lacks"))
@require("admin")
@blueprint.arguments(Journey)
@blueprint.arguments(DryRun, location="query")
@blueprint.alt_response(201, schema=Journey, description="Made")
@blueprint.response(200, Journey)
def put(document: dict[str, Any], query: dict[str, Any], journey: str) -> Response:
    """Make the journey, change it, or revive it.

    With `?dry_run=true`: 200 {changes[{path, before, after}], warnings[]}, and nothing is written.
    """
    check_slug("journey", journey)
    with database() as conn:
        change = journeys.put(conn, journey, document, check_if_match, dry_run=query["dry_run"])
    return put_response(change, dry_run=query["dry_run"])


@blueprint.route("/v1/journeys/<journey>", methods=["GET"])
@blueprint.doc(responses=answers(304, 401, 403, 404))
@require("viewer")
@blueprint.response(200, Journey)
def get(journey: str) -> Response:
    """The journey as it was PUT, archived or not."""
    with database() as conn:
        stored = store.find(conn, journey)
    if stored is None:
        raise not_found("journey", journey)
    return stored_response(stored["document"])


@blueprint.route("/v1/journeys/<journey>", methods=["DELETE"])
@blueprint.doc(responses=answers(401, 403, 404, 412, _409="It has live surveys"))
@require("admin")
@blueprint.response(204)
def delete(journey: str) -> None:
    """Archive the journey. What was answered stays counted; a PUT revives it."""
    with database() as conn:
        journeys.delete(conn, journey, check_if_match)


@blueprint.route("/v1/journeys", methods=["GET"])
@blueprint.doc(responses=answers(401, 403, 422))
@require("viewer")
@blueprint.arguments(List, location="query")
@blueprint.response(200)
def list_journeys(query: dict[str, Any]) -> dict[str, Any]:
    """Journeys in order of their keys: each its document, with `journey`, `revision` and `archived`."""
    with database() as conn:
        rows = store.page(
            conn, archived=query["archived"], after=after(query["cursor"]), limit=query["limit"] + 1
        )
    return page([_item(row) for row in rows], query["limit"], "journey")


def _item(row: dict[str, Any]) -> dict[str, Any]:
    facts = {name: row[name] for name in ("journey", "revision", "archived")}
    return facts | row["document"]
