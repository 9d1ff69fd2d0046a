"""`/v1/owners`: who is told, and how. Saving an owner sends nothing."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app
from flask_smorest import Blueprint

from services.alerts import trial
from services.alerts.channels import webhook
from services.alerts.channels.addressed import channels
from services.alerts.schemas.owners import Owner
from services.alerts.secret_texts import NothingStored, masked, masked_url, restored
from services.alerts.store import owners
from shared.db import Connection
from shared.web.app import database
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
    check_slug("owner", owner)
    with database() as conn:
        stored = owners.get(conn, owner, lock=True)
        check_if_match(etag(stored) if stored else None)
        try:
            document = restored(document, stored)
        except NothingStored as error:
            raise invalid({error.path: ["*** stands for a stored value, and there is none here."]}) from error
        _check_hosts(document)
        if document.get("escalate_to") == owner:
            raise invalid({"escalate_to": ["This is the owner itself."]})
        if query["dry_run"]:
            differing = changes(masked(stored) if stored else {}, masked(document))
            return _json({"changes": differing, "warnings": _warnings(conn, document)}, 200)
        if document != stored:
            owners.put(conn, owner, document)
    return _json(document, 200 if stored else 201, document)


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
        stored = owners.get(conn, owner, lock=True)
        if stored is None:
            raise not_found("owner", owner)
        check_if_match(etag(stored))
        owners.archive(conn, owner)


@blueprint.route("/v1/owners", methods=["GET"])
@require("viewer")
@blueprint.arguments(Page, location="query")
@blueprint.response(200)
def list_owners(query: dict[str, Any]) -> dict[str, Any]:
    """Owners in order of their keys: each its document, with `owner`."""
    with database() as conn:
        rows = owners.page(conn, query["limit"], after(query["cursor"]))
    return page(
        [{"owner": row["owner"]} | _visible(row["document"]) for row in rows], query["limit"], "owner"
    )


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


def _warnings(conn: Connection, document: dict[str, Any]) -> list[str]:
    """What is taken, but would not do what it looks like."""
    next_, hours = document.get("escalate_to"), document.get("escalate_after_hours")
    if next_ and not owners.reachable(conn, [next_]):
        return [f"No owner ‘{next_}’ is known: until there is one, escalations go to the fallback address."]
    return ["escalate_after_hours does nothing without escalate_to."] if hours and not next_ else []


def _visible(document: dict[str, Any]) -> dict[str, Any]:
    return document if principal().may("admin") else masked(document)


def _check_hosts(document: dict[str, Any]) -> None:
    """A webhook at what is written as a private address is refused here; a name that leads to one, when sending."""
    if current_app.extensions["journeyloop"].settings.allow_private_webhooks:
        return
    for index, channel in enumerate(document.get("channels") or []):
        if channel["kind"] == "webhook" and webhook.names_a_private_address(channel["url"]):
            words = "This is a private address; set ALLOW_PRIVATE_WEBHOOKS to allow that."
            raise invalid({f"channels[{index}].url": [words]})


def _json(body: dict[str, Any], status: int, document: dict[str, Any] | None = None) -> Response:
    response = Response(current_app.json.dumps(body), status, content_type="application/json")
    if document is not None:
        response.headers["ETag"] = etag(document)
    return response
