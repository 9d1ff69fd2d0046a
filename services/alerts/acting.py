"""What a person does about an incident. Raises Problem: 404 for an unknown one, 409 where its state forbids it."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Any

from services.alerts.detection import OUTCOME
from services.alerts.store import decisions, incidents
from shared.db import Connection
from shared.events import isoformat
from shared.web.problems import Problem, not_found


def found(conn: Connection, incident: str, *, lock: bool = False) -> dict[str, Any]:
    """The incident as stored; its id may be typed in lower case."""
    row = incidents.read(conn, incident.upper(), lock=lock)
    if row is None:
        raise not_found("incident", incident)
    return row


def acknowledge(conn: Connection, incident: str, who: str) -> dict[str, Any]:
    """`who` takes it on: repeats and escalation stop. The incident as it is now."""
    row = found(conn, incident, lock=True)
    if row["state"] != "open":
        raise Problem(409, "Not open", f"This incident is {row['state']}.")
    incidents.acknowledge(conn, row["id"], who)
    return found(conn, incident)


def note(conn: Connection, incident: str, who: str, text: str) -> dict[str, Any]:
    """Add a note to the timeline, whatever the state."""
    row = found(conn, incident, lock=True)
    incidents.add_event(conn, row["id"], "note", who=who, text=text)
    return row


def resolve(
    conn: Connection, incident: str, who: str, outcome: str, text: str | None, zone: tzinfo
) -> dict[str, Any]:
    """End it as fixed, new_normal or false_alarm. The detector learns of it as a decision, through the consumer."""
    row = found(conn, incident, lock=True)
    if row["state"] == "resolved":
        raise Problem(409, "Already resolved", f"It was resolved at {isoformat(row['closed_at'])}.")
    incidents.resolve(conn, row["id"], who, outcome, text)
    payload = {
        "opening_sequence": row["opening_sequence"],
        "onset_day": row["onset"].astimezone(zone).date().isoformat(),
        "day": datetime.now(UTC).astimezone(zone).date().isoformat(),
        "outcome": outcome,
    }
    key = f"{row['journey']}/{row['stage']}"
    decisions.ask(conn, key, row["metric"], row["audience"], OUTCOME, payload, who)
    return found(conn, incident)
