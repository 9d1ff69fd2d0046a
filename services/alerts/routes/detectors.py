"""`/v1/detectors`: who watches what, how well it knows it, and how often it was wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from services.alerts import records, shown
from services.alerts.detection import SETTINGS
from services.alerts.schemas.detectors import DetectorPlace, DetectorQuery, Settings
from services.alerts.store import decisions, detectors, heartbeats, incidents, maps
from shared import beats
from shared.db import Connection
from shared.freshness import Freshness, judge, late_keys
from shared.web.app import database
from shared.web.auth import principal, require
from shared.web.documents import DryRun, changes, check_if_match, decode_cursor, etag, page
from shared.web.problems import invalid, not_found

blueprint = Blueprint(
    "detectors", __name__, description="Detectors: one a journey, stage, metric and audience"
)

PLACE = ("journey", "stage", "metric", "audience")
DEFAULTS = {"false_alarms_per_year": None, "enabled": True}


@blueprint.route("/v1/detectors", methods=["GET"])
@require("viewer")
@blueprint.arguments(DetectorQuery, location="query")
@blueprint.response(200)
def list_detectors(query: dict[str, Any]) -> dict[str, Any]:
    """Detectors in order of journey, stage, metric and audience; those of journeyloop-check only where it is named.

    `state` is learning, ok, degraded, stale (nobody answers at the stage: `since` when, `expected` how many would have)
    or silenced (`silenced` names the silence, `muted` is the state it hides). It is null where the detector is switched
    off (`enabled` is false) and has no open incident. It is that of the answers taken so far: `late` says that others
    may be on their way to this detector: `ok` is no news then. `as_of`, `late` and `why` of the list are of all stages.
    `last_sequence` is for admins.
    """
    limit, after = query.pop("limit"), decode_cursor(query.pop("cursor"), len(PLACE))
    with database() as conn:
        pipe = beats.pipe(conn)
        rows = detectors.page(conn, query, [str(value) for value in after] if after else None, limit + 1)
        own = incidents.records(conn, [_place(row) for row in rows])
        items = [shown.detector(row, own.get(_place(row), shown.NO_ALARMS)) for row in rows]
        items = records.silenced(conn, items, datetime.now(UTC))
        gone = heartbeats.stale(conn, {_key(row) for row in rows})
    if not principal().may("admin"):  # sequences count every event, also those of employees (ADR 0024)
        items = [item | {"last_sequence": None} for item in items]
    late = late_keys(pipe)
    items = [
        shown.condition(item, gone.get(_key(item))) | {"late": late.get(_key(item), late[""])}
        for item in items
    ]
    return page(items, limit, *PLACE) | _freshness(judge(pipe))


@blueprint.route("/v1/detectors/<journey>/<stage>/<metric>/<audience>", methods=["PUT"])
@blueprint.doc(responses={"412": {"description": "If-Match names another state"}})
@require("admin")
@blueprint.arguments(Settings)
@blueprint.arguments(DryRun, location="query")
@blueprint.response(200, Settings)
def put(body: dict[str, Any], query: dict[str, Any], **place: str) -> Response:
    """Set a detector's own rate of false alarms (null: its share of the stage's), or switch it off.

    It takes effect between two answers, within seconds; an open incident is still watched for its recovery.
    """
    _check(place)
    where = (place["journey"], place["stage"], place["metric"], place["audience"])
    with database() as conn:
        if not (detectors.exists(conn, where) or maps.stage(conn, where[0], where[1])):
            raise not_found("stage", f"{where[0]}/{where[1]}")
        return _put(conn, where, body, dry_run=query["dry_run"])


def _put(conn: Connection, place: detectors.Place, body: dict[str, Any], *, dry_run: bool) -> Response:
    key = f"{place[0]}/{place[1]}"
    stored = decisions.settings(conn, key, place[2], place[3]) or DEFAULTS
    check_if_match(etag(stored))
    if dry_run:
        return jsonify({"changes": changes(stored, body), "warnings": []})
    if body != stored:
        decisions.ask(conn, key, place[2], place[3], SETTINGS, body, principal().name)
    response = jsonify(body)
    response.headers["ETag"] = etag(body)
    return response


def _check(place: dict[str, str]) -> None:
    errors = DetectorPlace().validate(place)
    if errors:
        raise invalid(errors)


def _freshness(found: Freshness) -> dict[str, Any]:
    return {"as_of": found.as_of, "late": found.late, "why": found.why}


def _key(row: dict[str, Any]) -> str:
    return f"{row['journey']}/{row['stage']}"


def _place(row: dict[str, Any]) -> detectors.Place:
    return row["journey"], row["stage"], row["metric"], row["audience"]
