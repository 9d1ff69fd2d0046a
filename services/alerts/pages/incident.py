"""`/incidents/{id}`: what the message said, and what happened since; read-only, opened by the signed link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from services.alerts import page_texts, page_truth, records, why
from services.alerts.links import LinkExpired, opens
from services.alerts.messages.gather import story
from services.alerts.messages.section import Section, section
from services.alerts.messages.story import OPENED, RESOLVED
from services.alerts.store import incidents, owners, stories
from shared.web.app import database, settings
from shared.web.auth import public
from shared.wording import signed

blueprint = Blueprint("incident_page", __name__)

blueprint.add_app_template_filter(signed)
PAGE_TIMEOUT_SECONDS = 1.0
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


@blueprint.route("/incidents/<incident>", methods=["GET"])
@public
def incident(incident: str) -> Response:
    """One incident, with `?t=` from an alert's link: signed for it, 7 days. 403 without."""
    try:
        allowed = opens(settings(), incident, request.args.get("t", ""))
    except LinkExpired:
        return _page("no_entry.html", 403, expired=True)
    facts = _facts(incident) if allowed else None
    if facts is None:
        return _page("no_entry.html", 403, expired=False)
    return _page("incident.html", 200, **facts)


def _facts(incident: str) -> dict[str, Any] | None:
    with database() as conn:
        row = incidents.read(conn, incident)
        if row is None:
            return None
        journey_map = stories.journey_map(conn, row["journey"])
        resolution = stories.resolution(conn, incident)
        if resolution is None and row["state"] == "resolved":
            resolution = {"note": stories.closing_note(conn, incident)}
        happened = page_texts.timeline(
            incidents.timeline(conn, incident),
            stories.told(conn, incident),
            owners.names(conn),
            settings().report_tz,
        )
        record = records.record(conn, row)["in_words"]
        silence = records.silence(conn, row, datetime.now(UTC))
    known, zone = _known(row), settings().report_tz
    counted = page_texts.counted(known["changes"], zone)
    opened = _section(row, journey_map, OPENED, known)
    ended = _section(row, journey_map, RESOLVED, resolution or {}) if row["state"] == "resolved" else None
    return {
        "opened": opened,
        "ended": ended,
        "state": page_texts.STATES[row["state"]],
        "silenced": page_texts.silenced(silence, zone),
        "acting": page_texts.acting(row),
        "counted": f"by {counted}" if counted else "when it opened",
        "happened": happened,
        "record": record,
        "truth": [
            *page_truth.answers(row, known["changes"], counted),
            *page_truth.asking_facts(known["measurement"], datetime.now(zone).date()),
        ],
    }


def _known(row: Mapping[str, Any]) -> dict[str, Any]:
    """Cause and measurement; asked for where the message had to go without, and kept once they are known."""
    now = datetime.now(UTC)
    changes = row["cause"] or why.changes(settings(), row, now, timeout=PAGE_TIMEOUT_SECONDS)
    measurement = row["measurement"] or why.measurement(settings(), row, now, timeout=PAGE_TIMEOUT_SECONDS)
    with database() as conn:
        if changes and not row["cause"]:
            stories.keep_cause(conn, row["id"], changes)
        if measurement and not row["measurement"]:
            stories.keep_measurement(conn, row["id"], measurement)
    return {"changes": changes, "measurement": measurement}


def _section(
    row: Mapping[str, Any], journey_map: dict[str, Any] | None, kind: str, facts: dict[str, Any]
) -> Section:
    now = datetime.now(UTC)
    told = story(
        row,
        journey_map,
        kind=kind,
        facts=facts,
        addressee=None,
        because="",
        told_at=now,
        link="",
        zone=settings().report_tz,
    )
    return section(replace(told, resolved_at=None))


def _page(template: str, status: int, **values: Any) -> Response:
    response = make_response(render_template(template, **values), status)
    response.headers.update(_HEADERS)
    return response
