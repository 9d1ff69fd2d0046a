"""`/v1/actions`: improvements, each with its measured effect."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from services.alerts import action_saving, effect_asking, measuring
from services.alerts.schemas.actions import Action, ActionQuery, Effect
from services.alerts.store import actions
from shared.web.app import database
from shared.web.auth import principal, require
from shared.web.documents import DryRun, after, changes, check_if_match, etag, not_modified, page
from shared.web.problems import Problem, not_found

blueprint = Blueprint("actions", __name__, description="Actions: improvements and their measured effect")


@blueprint.route("/v1/actions/<action>", methods=["PUT"])
@require("lead")
@blueprint.arguments(Action)
@blueprint.arguments(DryRun, location="query")
@blueprint.alt_response(201, schema=Action, description="Made")
@blueprint.response(200, Action)
def put(document: dict[str, Any], query: dict[str, Any], action: str) -> Response:
    """Make the action, change it, or revive it.

    With `?dry_run=true`: 200 {changes[{path, before, after}], warnings[], suggested_controls[{stage, weeks, moves,
    alike, answers}]}: the other stages of the journey, those first whose past moved alike (null where the scores do
    not come); nothing is written.
    """
    with database() as conn:
        if query["dry_run"]:
            found = action_saving.judged(conn, action, document, check_if_match)
            warnings = action_saving.warnings(conn, document)
        else:
            found = action_saving.save(conn, action, document, check_if_match, principal().name)
    if query["dry_run"]:
        said = {"changes": changes(found.before or {}, document), "warnings": warnings}
        return jsonify(said | {"suggested_controls": effect_asking.suggested(document)})
    return _json(document, 200 if found.before else 201)


@blueprint.route("/v1/actions/<action>", methods=["GET"])
@require("viewer")
@blueprint.response(200, Action)
def get(action: str) -> Response:
    """The action as it was PUT."""
    document = _row(action)["document"]
    if not_modified(etag(document)):
        return Response(status=304, headers={"ETag": etag(document)})
    return _json(document, 200)


@blueprint.route("/v1/actions/<action>", methods=["DELETE"])
@require("lead")
@blueprint.response(204)
def delete(action: str) -> None:
    """Archive the action."""
    with database() as conn:
        action_saving.archive(conn, action, check_if_match)


@blueprint.route("/v1/actions", methods=["GET"])
@require("viewer")
@blueprint.arguments(ActionQuery, location="query")
@blueprint.response(200)
def list_actions(query: dict[str, Any]) -> dict[str, Any]:
    """Actions in order of their keys: each its document, with `action`, and `effect` as it was last measured (null
    where nobody has looked since it was saved)."""
    filters = {name: query[name] for name in actions.NO_FILTERS}
    with database() as conn:
        rows = actions.page(conn, filters, query["limit"], after(query["cursor"]))
    items = [{"action": row["action"], "effect": measuring.kept(row)} | row["document"] for row in rows]
    return page(items, query["limit"], "action")


@blueprint.route("/v1/actions/<action>/effect", methods=["GET"])
@require("viewer")
@blueprint.response(200, Effect)
def get_effect(action: str) -> Response:
    """The effect as far as it is known now: the change of the treated less that of the control, with an interval that
    holds however often it is asked for. 503 while the aggregator does not answer."""
    measured, failed = effect_asking.measure(_row(action))
    if measured is None:
        why = next(iter(failed.values())).failure
        raise Problem(503, "The scores do not come", f"The aggregator {why}.", headers={"Retry-After": "5"})
    return jsonify(measured.document)


def _row(action: str) -> dict[str, Any]:
    with database() as conn:
        row = actions.get(conn, action)
    if row is None:
        raise not_found("action", action)
    return row


def _json(document: dict[str, Any], status: int) -> Response:
    response = jsonify(document)
    response.status_code = status
    response.headers["ETag"] = etag(document)
    return response
