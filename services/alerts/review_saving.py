"""What it takes to set when a review is sent, and to record what was decided, for `/v1/reviews` and the page alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.alerts.reviews import rhythm
from services.alerts.reviews.facts import About
from services.alerts.store import owners, reviews, stories
from shared.db import Connection
from shared.web.documents import check_slug, etag
from shared.web.problems import Problem, invalid, not_found

Check = Callable[[str | None], None]
Row = Mapping[str, Any]


def save_schedule(
    conn: Connection, journey: str, document: Row, check: Check, who: str, now: datetime, zone: ZoneInfo
) -> dict[str, Any] | None:
    """Have the journey's review sent at a weekday and hour; the schedule there was before."""
    before = judge_schedule(conn, journey, document, check)
    if before != document:
        reviews.put_schedule(conn, journey, document, rhythm.next_at(document, now, zone), who)
    return before


def judge_schedule(conn: Connection, journey: str, document: Row, check: Check) -> dict[str, Any] | None:
    """The schedule there is, locked. Raises Problem: 404 no such journey, 412 not as seen, 422 unknown owners."""
    check_slug("journey", journey)
    if stories.journey_map(conn, journey) is None:
        raise not_found("journey", journey)
    row = reviews.schedule(conn, journey, lock=True)
    check(etag(row["document"]) if row else None)
    unknown = [one for one in document.get("to", []) if one not in owners.told(conn)]
    if unknown:
        raise invalid({"to": [f"There is no owner ‘{one}’." for one in unknown]})
    return row["document"] if row else None


def delete_schedule(conn: Connection, journey: str, check: Check) -> None:
    """Send it no more. 404 where it is not sent."""
    row = reviews.schedule(conn, journey, lock=True)
    if row is None:
        raise not_found("schedule of the review", journey)
    check(etag(row["document"]))
    reviews.delete_schedule(conn, journey)


def decide(conn: Connection, of: About, document: Row, id: UUID, who: str) -> None:
    """Record what was decided at the review `of`. 422 for an owner there is not, 409 for the id of another decision."""
    owner = document.get("owner")
    if owner and owner not in owners.told(conn):
        raise invalid({"owner": [f"There is no owner ‘{owner}’."]})
    reviews.decide(conn, id, of.journey, of.week.monday, document, who)
    row = reviews.decision(conn, id)
    wanted = (of.journey, of.week.monday, document["text"], owner, document.get("due_on"))
    if row is None or _said(row) != wanted:
        errors = {"id": ["Was used before, for another decision."]}
        raise Problem(
            409, "This id belongs to another decision", "Make a new UUID for each decision.", errors
        )


def _said(row: Row) -> tuple[Any, ...]:
    due_on = row["due_on"].isoformat() if row["due_on"] else None
    return row["journey"], row["week"], row["text"], row["owner"], due_on


def decision(conn: Connection, journey: str, id: UUID) -> dict[str, Any]:
    """One decision of the journey. 404 where there is none."""
    row = reviews.decision(conn, id)
    if row is None or row["journey"] != journey:
        raise not_found("decision", str(id))
    return row
