"""What the page of an incident reads: here, and of the other services within a second, with the caller's own rights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from services.alerts import records
from services.alerts.measurement import judged
from services.alerts.messages import gather
from services.alerts.store import incidents, owners, stories
from services.alerts.views import course
from services.alerts.views.incident_page import Known, Stored, covering
from shared.db import Connection
from shared.settings import Settings
from shared.web.neighbours import Asked, ask_all

Row = Mapping[str, Any]
_MOST_COMMENTS = 6
# Detractors, and who is in neither of the upper boxes: they say why a score fell.
_UNHAPPY = {"nps": "0-6", "csat": "1-3", "ces": "1-4"}


@dataclass(frozen=True)
class Answered:
    """What the neighbours said, with what of it did not come: `failed` by panel."""

    known: Known
    failed: Mapping[str, Asked]


def stored(conn: Connection, incident: Row) -> Stored:
    """What alerts itself knows of the incident."""
    resolution = stories.resolution(conn, incident["id"])
    if resolution is None:
        resolution = {"note": stories.closing_note(conn, incident["id"])}
    return Stored(
        incident=incident,
        journey_map=stories.journey_map(conn, incident["journey"]),
        resolution=resolution,
        events=incidents.timeline(conn, incident["id"]),
        told=stories.told(conn, incident["id"]),
        names=owners.names(conn),
        reachable=owners.told(conn),
        record=records.record(conn, incident),
        silence=records.silence(conn, incident, datetime.now(UTC)),
    )


def answered(settings: Settings, incident: Row, *, comments: bool) -> Answered:
    """Cause, measurement, the score's course, and (for those who may read them) comments."""
    today = datetime.now(settings.report_tz).date()
    found = ask_all(_questions(settings, incident, today, comments=comments))
    changes = incident["cause"] or covering(_found(found, "changes"), incident)
    asked = _found(found, "measurement")
    measurement = incident["measurement"] or (asked and judged(asked, today, settings.report_tz))
    course_ = _found(found, "course")
    said = _found(found, "comments")
    known = Known(
        changes=changes,
        measurement=measurement,
        asked=asked,
        days=None if course_ is None else _points(course_),
        answers=said and said["items"],
    )
    return Answered(known, {name: one for name, one in found.items() if one.failure})


def keep(conn: Connection, incident: Row, known: Known) -> None:
    """Keep with the incident what its message had to go without, so that page and later messages say the same."""
    if known.changes and not incident["cause"]:
        stories.keep_cause(conn, incident["id"], dict(known.changes))
    if known.measurement and not incident["measurement"]:
        stories.keep_measurement(conn, incident["id"], dict(known.measurement))


def _questions(
    settings: Settings, incident: Row, today: date, *, comments: bool
) -> dict[str, tuple[str, str, Mapping[str, Any]]]:
    zone, closed = settings.report_tz, incident["closed_at"]
    last = min(today, closed.astimezone(zone).date()) if closed else today
    changes = None if incident["cause"] else gather.question(incident, zone, last)
    measurement = gather.measurement_question(incident, zone, last)
    if measurement and incident["measurement"]:  # only recounted, so its days before are of no use
        measurement["before_from"] = measurement["before_to"]
    found: dict[str, tuple[str, str, Mapping[str, Any]]] = {}
    if incident["audience"] == "customer":  # employees' answers by day would name their authors
        found["course"] = ("aggregator", "/v1/scores/series", course.question(incident, zone, today))
    if changes:
        found["changes"] = ("aggregator", "/v1/changes", changes)
    if measurement:
        found["measurement"] = ("survey", "/v1/measurement", measurement)
    if comments and incident["audience"] == "customer":
        unhappy = {"score": _UNHAPPY[incident["metric"]], "limit": _MOST_COMMENTS}
        found["comments"] = ("survey", "/v1/responses", comments_question(incident, settings) | unhappy)
    return found


def comments_question(incident: Row, settings: Settings) -> dict[str, Any]:
    """What customers wrote since the onset's day, and until the day it ended."""
    zone, closed = settings.report_tz, incident["closed_at"]
    place = {name: incident[name] for name in ("journey", "stage", "metric")}
    period = {"from": incident["onset"].astimezone(zone).date().isoformat()}
    if closed:
        period["to"] = closed.astimezone(zone).date().isoformat()
    return place | period | {"with_comment": "true"}


def _found(answers: Mapping[str, Asked], name: str) -> Any:
    return answers[name].found if name in answers else None


def _points(series: Row) -> list[Row]:
    return series["items"][0]["points"] if series["items"] else []
