"""`/v1/owners`: who is told, and how. Saving an owner sends nothing."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app
from flask_smorest import Blueprint

from services.alerts import owner_saving, reaching, trial
from services.alerts.channels.addressed import channels
from services.alerts.schemas.owners import Owner
from services.alerts.secret_texts import masked, masked_url
from services.alerts.store import owners
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

blueprint = Blueprint("owners", __name__, description="Owners: who answers for stages, and is told")


@blueprint.route("/v1/owners/<owner>", methods=["PUT"])
@require("admin")
@blueprint.arguments(Owner)
@blueprint.arguments(DryRun, location="query")
@blueprint.alt_response(201, schema=Owner, description="Made")
@blueprint.response(200, Owner)
def put(document: dict[str, Any], query: dict[str, Any], owner: str) -> Response:
    """Make the owner, change it, or revive it. A masked secret (`***`) put back keeps the stored one.

    With `?dry_run=true`: 200 {changes[{path, before, after}], warnings[]}, and nothing is written.
    """
    with database() as conn:
        if query["dry_run"]:
            found = owner_saving.judged(conn, settings(), owner, document, check_if_match)
            differing = changes(masked(found.before) if found.before else {}, masked(found.after))
            return _json({"changes": differing, "warnings": owner_saving.warnings(conn, found.after)}, 200)
        found = owner_saving.save(conn, settings(), owner, document, check_if_match)
    return _json(found.after, 200 if found.before else 201, found.after)


@blueprint.route("/v1/owners/<owner>", methods=["GET"])
@require("viewer")
@blueprint.response(200, Owner)
def get(owner: str) -> Response:
    """The owner as it was PUT; secrets are `***` for everyone below admin."""
    with database() as conn:
        stored = owners.get(conn, owner)
    if stored is None:
        raise not_found("owner", owner)
    if not_modified(etag(stored)):
        return Response(status=304, headers={"ETag": etag(stored)})
    return _json(_visible(stored), 200, stored)


@blueprint.route("/v1/owners/<owner>", methods=["DELETE"])
@require("admin")
@blueprint.response(204)
def delete(owner: str) -> None:
    """Archive the owner: its stages fall to the journey's owner, then to the fallback. A PUT revives it."""
    with database() as conn:
        owner_saving.archive(conn, owner, check_if_match)


@blueprint.route("/v1/owners", methods=["GET"])
@require("viewer")
@blueprint.arguments(Page, location="query")
@blueprint.response(200)
def list_owners(query: dict[str, Any]) -> dict[str, Any]:
    """Owners in order of their keys: each its document, with `owner` and `unreachable`.

    `unreachable` is null, or {since, in_words} where the last messages arrived by none of the owner's channels: since
    when, and what the receivers answered. `fallback` says the same of the fallback address.
    """
    with database() as conn:
        rows = owners.page(conn, query["limit"], after(query["cursor"]))
        documents = {row["owner"]: row["document"] for row in rows}
        away = reaching.unreachable(reaching.reaches(conn, documents), documents, settings().report_tz)
    items = [
        {"owner": key} | _visible(document) | {"unreachable": away[key]}
        for key, document in documents.items()
    ]
    return page(items, query["limit"], "owner") | {"fallback": {"unreachable": away[None]}}


@blueprint.route("/v1/owners/<owner>/test", methods=["POST"])
@require("admin")
@blueprint.response(200)
def test(owner: str) -> dict[str, Any]:
    """Send a test to each channel through the notifier, and wait up to 10 s for what came of it.

    200 {results[{channel {kind, url}, state sent|failed|waiting, status, detail}]}, also when a receiver failed.
    """
    with database() as conn:
        stored = owners.get(conn, owner)
    if stored is None:
        raise not_found("owner", owner)
    ways = channels(stored)
    outcomes = trial.run(current_app.extensions["journeyloop"].pool, owner, ways)
    shown = [{"kind": way.kind, "url": masked_url(way.kind, way.url)} for way in ways]
    return {"results": [{"channel": way} | found for way, found in zip(shown, outcomes, strict=True)]}


def _visible(document: dict[str, Any]) -> dict[str, Any]:
    return document if principal().may("admin") else masked(document)


def _json(body: dict[str, Any], status: int, document: dict[str, Any] | None = None) -> Response:
    response = Response(current_app.json.dumps(body), status, content_type="application/json")
    if document is not None:
        response.headers["ETag"] = etag(document)
    return response
