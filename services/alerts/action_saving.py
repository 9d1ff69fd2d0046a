"""What it takes to save or archive an action, for `/v1/actions` and pages alike. Raises Problem naming the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.alerts import comparing, routing
from services.alerts.store import actions, incidents, maps, owners
from shared.db import Connection
from shared.web.documents import check_slug, etag
from shared.web.problems import invalid, not_found

# Raises where the document that the caller has seen is not the stored one (its ETag, None where there is none).
Check = Callable[[str | None], None]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Judged:
    """An action that may be saved: as it is stored (None: there is none yet), and as it will be."""

    before: dict[str, Any] | None
    after: dict[str, Any]


def judged(conn: Connection, action: str, document: dict[str, Any], check: Check) -> Judged:
    """The action, if it may be saved; it is locked until the transaction ends."""
    check_slug("action", action)
    row = actions.get(conn, action, lock=True)
    stored = row["document"] if row else None
    check(etag(stored) if stored else None)
    incident = document.get("incident")
    if incident and incidents.read(conn, incident) is None:
        raise invalid({"incident": [f"There is no incident ‘{incident}’."]})
    return Judged(stored, document)


def save(conn: Connection, action: str, document: dict[str, Any], check: Check, who: str) -> Judged:
    """Make the action, change it, or revive it."""
    found = judged(conn, action, document, check)
    if found.after != found.before:
        anew = comparing.part_of(found.after) != comparing.part_of(found.before or {})
        actions.put(conn, action, found.after, who, compares_anew=anew)
    return found


def archive(conn: Connection, action: str, check: Check) -> None:
    """Take it off the lists. 404 where there is none."""
    row = actions.get(conn, action, lock=True)
    if row is None:
        raise not_found("action", action)
    check(etag(row["document"]))
    actions.archive(conn, action)


def warnings(conn: Connection, document: Row) -> list[str]:
    """What looks like a mistake, or will make the effect hard to tell."""
    found = _place(maps.documents(conn).get(document["journey"]), document)
    owner = document.get("owner")
    if owner and owner not in owners.names(conn):
        found.append(f"There is no owner ‘{owner}’.")
    if document["audience"] == "employee":
        found.append("Employees are not counted by day: no effect will be measured.")
    elif not _has_control(document):
        found.append("Without a control, whatever else changes meanwhile looks like its effect.")
    return found


def _place(journey_map: Row | None, document: Row) -> list[str]:
    journey, stage, touchpoint = (document.get(name) for name in ("journey", "stage", "touchpoint"))
    if journey_map is None:
        return [f"No journey ‘{journey}’ is known."]
    found = [
        f"The journey ‘{journey}’ has no stage ‘{one}’."
        for one in comparing.stages(document)
        if not routing.stage_of(journey_map, one)
    ]
    known = routing.stage_of(journey_map, str(stage)).get("touchpoints", [])
    if touchpoint and touchpoint not in [one["key"] for one in known]:
        found.append(f"The stage ‘{stage}’ has no touchpoint ‘{touchpoint}’.")
    sides = [(document.get(side) or {}).get("segment") or {} for side in ("treated", "control")]
    declared = journey_map.get("segments", [])
    keys = sorted({key for side in sides for key in side if key not in declared})
    return found + [f"The journey ‘{journey}’ declares no segment ‘{key}’." for key in keys]


def _has_control(document: Row) -> bool:
    control = document.get("control") or {}
    return bool(control.get("stages") or control.get("segment"))
