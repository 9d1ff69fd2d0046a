"""The record of the detector that raised an incident, and the silence that keeps it: for its JSON and its page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.alerts import shown, silencing
from services.alerts.detection import from_json
from services.alerts.messages.record import in_words
from services.alerts.store import detectors, heartbeats, incidents, silences
from shared.db import Connection

_OF_THE_DETECTOR = ("days_watched", "false_alarms_per_year", "noticed_after_days")


def record(conn: Connection, incident: Mapping[str, Any]) -> dict[str, Any]:
    """{alarms, called_false, days_watched, false_alarms_per_year, noticed_after_days, in_words[]} as of now."""
    place = {name: incident[name] for name in silencing.CRITERIA}
    own = incidents.record(conn, tuple(place.values()))
    rows = detectors.page(conn, place, None, 1)
    if rows:
        detector = shown.detector(rows[0])
        own |= {name: detector[name] for name in _OF_THE_DETECTOR}
    else:  # dropped to be rebuilt
        own |= {"false_alarms_per_year": incident["false_alarms_per_year"], "noticed_after_days": None}
    return own | {"in_words": in_words(own)}


def silenced(conn: Connection, rows: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """Incidents or detectors, each with `silenced`: the key of the silence that mutes it now, or null."""
    in_force = silences.in_force(conn, now)
    found = [_silence(in_force, row, now) for row in rows]
    return [
        row | {"silenced": str(one["silence"]) if one else None} for row, one in zip(rows, found, strict=True)
    ]


def conditions(conn: Connection, now: datetime) -> list[str | None]:
    """The state of every detector, as /v1/detectors says it."""
    rows = detectors.states(conn)
    known = [
        row
        | {
            "state": from_json(row["state"]).status,
            "enabled": (row["settings"] or row["state"])["enabled"],
            "since": None,
        }
        for row in rows
    ]
    gone = heartbeats.stale(conn)
    return [
        shown.condition(row, gone.get(f"{row['journey']}/{row['stage']}"))["state"]
        for row in silenced(conn, known, now)
    ]


def silence(conn: Connection, incident: Mapping[str, Any], now: datetime) -> Mapping[str, Any] | None:
    """The silence that mutes the incident now: {silence, document, starts_at, ends_at}."""
    return _silence(silences.in_force(conn, now), incident, now)


def _silence(
    in_force: list[dict[str, Any]], row: Mapping[str, Any], now: datetime
) -> Mapping[str, Any] | None:
    return None if row["state"] == "resolved" else silencing.muting(in_force, row, now)
