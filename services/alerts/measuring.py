"""The effect of a stored action: what to ask, and, with the answers, the document that is answered and kept.

No transaction is open while others are asked: `wanted`, ask, `measured`. Who only tells of it reads what was `kept`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.alerts import compared as comparison
from services.alerts import comparing, effect_document
from services.alerts.compared import Compared
from services.alerts.comparing import Asking
from services.alerts.store import actions, incidents
from shared.db import Connection
from shared.web.documents import etag

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """An action as stored, its incident, and the questions whose answers measure it."""

    row: Row
    incident: Row | None
    questions: Mapping[str, Asking]
    today: date
    zone: ZoneInfo


@dataclass(frozen=True)
class Measured:
    """The document, and what it was made from (for charts)."""

    document: dict[str, Any]
    compared: Compared


def wanted(conn: Connection, row: Row, now: datetime, zone: ZoneInfo) -> Wanted:
    """What to ask for an action."""
    document, today = row["document"], now.astimezone(zone).date()
    incident = incidents.read(conn, document["incident"]) if document.get("incident") else None
    return Wanted(row, incident, comparing.questions(document, incident, today, zone), today, zone)


def measured(conn: Connection, asked: Wanted, found: Mapping[str, Row | None], now: datetime) -> Measured:
    """What the answers say; it is kept with the action."""
    row, zone = asked.row, asked.zone
    compared = comparison.compared(row["document"], asked.incident, found, asked.today, zone)
    if any(found.get(name) is None for name in asked.questions if name.startswith("wordings")):
        compared.flags.append({"kind": "wordings_unknown"})
    others, in_control = _meanwhile(conn, row["document"], compared, zone)
    document = effect_document.document(row["action"], row, compared, others, in_control, zone)
    actions.keep_effect(conn, row["action"], document, etag(row["document"]), now)
    return Measured(document, compared)


def needed(asked: Wanted) -> list[str]:
    """The questions without whose answer nothing can be measured."""
    return comparing.needed(asked.questions)


def kept(row: Row) -> dict[str, Any] | None:
    """What was last measured of the action as it is now; None where nothing was."""
    return row["effect"] if row["effect"] and row["effect_of"] == etag(row["document"]) else None


def _meanwhile(
    conn: Connection, document: Row, compared: Compared, zone: ZoneInfo
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Other actions at the stages compared, and incidents of the control, within the days compared."""
    days = effect_document.days_compared(compared)
    if days is None:
        return [], []
    stages = comparing.stages(document)
    first, last = (
        datetime.combine(day, time(), zone).astimezone(UTC) for day in (days[0], days[1] + timedelta(1))
    )
    others = actions.at(conn, document["journey"], stages, *days)
    return others, actions.incidents_at(conn, document, stages[1:], first, last)
