"""Changing one's own answer within 24 hours: the row, what the scores have to add and take away, and the contact."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.survey import edit_tokens, response_events
from services.survey.answer_fields import Errors, read_comment, read_reasons, read_score
from services.survey.answers import read_agreed
from services.survey.definition import Definition
from services.survey.follow_ups import opening, rules, working
from services.survey.follow_ups.contact import Contact
from services.survey.respondents import Keys
from services.survey.store import contact_details, responses, surveys
from shared.db import Connection
from shared.events import AMENDED, RESPONSES, response_type
from shared.outbox import OutboxRow, append
from shared.web.problems import Problem, invalid, not_found

FIELDS = ("score", "comment", "reasons")
CONTACT = "contact"
NUMBER = "change"
NUMBERS = range(2**53)
Row = dict[str, Any]


def amend(conn: Connection, id_: UUID, change: dict[str, Any], keys: Keys) -> Row:
    """Apply `change` {score?, comment?, reasons?, contact?, change?} to an answer; the answer as it is now, with
    `asks_contact`.

    Its `change` numbers the sender's changes upwards: one with a smaller number than came before was overtaken on its
    way and changes nothing; one without a number is applied as it comes. The caller has checked the edit token. An
    event is written only where score or reasons changed of an answer that is in the scores. A follow-up opens where
    the answer is low now and its giver agreed to be contacted. `contact` null takes that back. Raises Problem: 404
    unknown, 403 after 24 hours, 422 naming each bad field.
    """
    stored = responses.lock(conn, id_)
    if stored is None:
        raise not_found("response", str(id_))
    now = datetime.now(UTC)
    if now > stored["received_at"] + edit_tokens.VALID_FOR:
        raise Problem(403, "Too late to change this answer", "An answer can be changed for 24 hours.")
    definition = surveys.definitions(conn, [stored["survey"]], lock=False)[stored["survey"]]
    wanted, contact = _wanted(stored, change, definition)
    number = change.get(NUMBER, stored["change"])
    if number < stored["change"]:
        number, wanted, contact, change = stored["change"], {name: stored[name] for name in FIELDS}, None, {}
    if number > stored["change"] or any(wanted[name] != stored[name] for name in FIELDS):
        responses.amend(conn, id_, wanted["score"], wanted["comment"], wanted["reasons"], number)
    counted = stored["voided_at"] is None
    if counted and (wanted["score"] != stored["score"] or wanted["reasons"] != stored["reasons"]):
        data = response_events.amended(definition, stored, wanted["score"], wanted["reasons"])
        event = OutboxRow(RESPONSES, definition.key, response_type(AMENDED), data, stored["historic"], now)
        append(conn, [event])
    given = opening.given(definition, stored | wanted, contact)
    reachable = _reach(conn, given, withdrawn=CONTACT in change and contact is None, now=now, keys=keys)
    if reachable and counted:
        opening.open_by_rule(conn, given, now)
    asks = not reachable and counted and rules.asks(definition.document, wanted["score"])
    return {"id": str(id_), "survey": stored["survey"], **wanted, "asks_contact": asks}


def _reach(conn: Connection, given: opening.Given, *, withdrawn: bool, now: datetime, keys: Keys) -> bool:
    """Keep or forget the contact, as the change says; whether there is one now."""
    if given.contact is not None:
        opening.keep_contact(conn, given, now, keys)
        return True
    if withdrawn:
        if contact_details.delete(conn, given.answer_id):
            working.note_withdrawal(conn, given.answer_id)
        return False
    return contact_details.find(conn, given.answer_id) is not None


def _wanted(stored: Row, change: dict[str, Any], definition: Definition) -> tuple[Row, Contact | None]:
    errors: Errors = {name: "unknown field" for name in change if name not in (*FIELDS, CONTACT, NUMBER)}
    wanted = {name: stored[name] for name in FIELDS}
    if "score" in change:
        wanted["score"] = read_score(change["score"], definition, errors)
    if "comment" in change:
        wanted["comment"] = read_comment(change["comment"], errors)
    if "reasons" in change and change["reasons"] != stored["reasons"]:
        wanted["reasons"] = list(read_reasons(change["reasons"], definition, errors))
    if type(change.get(NUMBER, 0)) is not int or change.get(NUMBER, 0) not in NUMBERS:
        errors[NUMBER] = "must be a whole number from 0 to 9007199254740991"
    contact = read_agreed(change.get(CONTACT), definition, errors)
    if errors:
        raise invalid({field: [text] for field, text in errors.items()})
    return wanted, contact
