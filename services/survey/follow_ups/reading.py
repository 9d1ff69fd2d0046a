"""Reading cases: the list, and one with its history and, for those who work it, what is personal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.survey.follow_ups import document, rules
from services.survey.store import contact_details, follow_ups, surveys
from services.survey.store.follow_ups import Wanted
from shared.db import Connection
from shared.events import parse_time
from shared.web.documents import decode_cursor, page
from shared.web.problems import invalid, not_found

NOBODY = "nobody"
UNRESOLVED = ("open", "contacted")


def listing(conn: Connection, query: dict[str, Any]) -> dict[str, Any]:
    """{items, next}: the cases that a loaded `CaseList` asks for, those due first at the top. Nothing personal."""
    now = datetime.now(UTC)
    rows = follow_ups.listing(conn, wanted(query, now), _cursor(query["cursor"]), query["limit"] + 1)
    return page([document.item(row, now) for row in rows], query["limit"], "due_at", "id")


def wanted(query: dict[str, Any], now: datetime) -> Wanted:
    """The filters {state, owner, journey, stage, overdue} as the store takes them."""
    state, owner = query["state"], query["owner"]
    states = UNRESOLVED if state == "unresolved" else [state] if state else None
    owners = [key for key in owner.split(",") if key] if owner and owner != NOBODY else None
    return Wanted(now, states, owners, owner == NOBODY, query["journey"], query["stage"], query["overdue"])


def whole(conn: Connection, case: dict[str, Any], *, personal: bool) -> dict[str, Any]:
    """A case with its history; `personal`: with the answer, the note and the contact."""
    survey = surveys.find(conn, case["survey"])
    found = document.item(case, datetime.now(UTC))
    found["causes"] = rules.causes(survey["document"] if survey else {})
    found["history"] = document.history(follow_ups.events(conn, case["id"]), personal=personal)
    if not personal:
        return found
    id = case["answer_id"]
    return found | {
        "note": case["note"],
        "answer": document.answer(follow_ups.answer(conn, id) if id else None),
        "contact": document.contact(contact_details.find(conn, id) if id else None),
    }


def known(conn: Connection, id: UUID) -> dict[str, Any]:
    """The case. Raises Problem 404."""
    case = follow_ups.find(conn, id)
    if case is None:
        raise not_found("follow-up", str(id))
    return case


def _cursor(text: str | None) -> tuple[datetime, UUID] | None:
    values = decode_cursor(text, 2)
    if values is None:
        return None
    try:
        return parse_time(str(values[0])), UUID(str(values[1]))
    except (ValueError, OverflowError) as error:
        raise invalid({"cursor": ["This is not a cursor of this list."]}) from error
