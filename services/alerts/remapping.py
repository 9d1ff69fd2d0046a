"""What a new map means for incidents that are open: those none of whose surveys is asked any more can only be ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from services.alerts.detection import MAP, from_json, replaced
from services.alerts.listening import Clock
from services.alerts.store import decisions, detectors
from shared.db import Connection
from shared.events import isoformat

SAME = ("stage", "metric", "audience")


def ask_about_maps(conn: Connection, journeys: Sequence[str], zone: tzinfo, clock: Clock) -> None:
    """Write the decision `map` for each detector that the latest maps of `journeys` leave with an endless incident."""
    for row in detectors.open_in(conn, journeys) if journeys else []:
        surveys = [
            (survey["survey"], survey["revision"])
            for survey in row["surveys"]
            if all(survey[name] == row[name] for name in SAME)
        ]
        if replaced(from_json(row["state"]).baseline, surveys):
            _ask(conn, row, surveys, zone, clock)


def _ask(
    conn: Connection, row: dict[str, Any], surveys: list[tuple[str, int]], zone: tzinfo, clock: Clock
) -> None:
    at = clock(conn)
    payload = {
        "surveys": surveys,
        "at": isoformat(at),
        "day": at.astimezone(zone).date().isoformat(),
    }
    key = f"{row['journey']}/{row['stage']}"
    decisions.ask(conn, key, row["metric"], row["audience"], MAP, payload, "the map")
