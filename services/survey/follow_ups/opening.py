"""Opening a case, in the transaction of the answer that it is about: by the survey's rule, or by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.survey.definition import Definition
from services.survey.follow_ups import rules
from services.survey.follow_ups.contact import Contact, pseudonym_of
from services.survey.follow_ups.publishing import publish
from services.survey.respondents import Keys
from services.survey.store import contact_details, follow_up_changes, follow_ups, journeys, surveys
from shared.db import Connection
from shared.web.problems import Problem, invalid, not_found

RULE = "rule"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that is stored, as far as cases need it.

    contact: what was left with it just now. respondent, respondent_key: who gave it, where that is certain.
    """

    definition: Definition
    answer_id: UUID
    score: int
    lang: str | None
    historic: bool
    contact: Contact | None = None
    respondent: bytes | None = None
    respondent_key: str | None = None


def keep(conn: Connection, given: Sequence[Given], now: datetime, keys: Keys) -> None:
    """Keep the contacts left with answers just written, and open the cases that their surveys' rules want.

    In order of the surveys, because owners who share the cases of one take turns under its lock.
    """
    for one in sorted((one for one in given if one.contact), key=lambda one: one.definition.survey):
        keep_contact(conn, one, now, keys)
        open_by_rule(conn, one, now)


def keep_contact(conn: Connection, given: Given, now: datetime, keys: Keys) -> None:
    """Write where the giver may be reached, with the words under which they agreed; in place of what was there."""
    assert given.contact is not None
    email, name, lang = given.contact
    words = rules.consent(given.definition.document, lang or given.lang)
    assert words is not None, "checked where the contact was read"
    contact_details.save(conn, given.answer_id, pseudonym_of(keys, email), email, name, words, now)


def open_by_rule(conn: Connection, given: Given, now: datetime) -> Row | None:
    """Open the case of an answer whose giver left a contact, if it is live and low; None where it isn't, or has one."""
    if given.historic or not rules.is_low(given.definition.document, given.score):
        return None
    return _open(conn, given, RULE, now)


def open_by_hand(conn: Connection, answer_id: UUID, by: str, now: datetime) -> tuple[Row, bool]:
    """(the answer's case, whether it is new). Raises Problem 404 unknown answer, 409 voided, 422 an employee's."""
    answer = follow_ups.lock_answer(conn, answer_id)
    if answer is None:
        raise not_found("answer", str(answer_id))
    definition = surveys.definitions(conn, [answer["survey"]], lock=False)[answer["survey"]]
    if definition.audience != "customer":
        raise invalid({"answer_id": ["Employees answer anonymously: nobody follows them up."]})
    if answer["voided_at"] is not None:
        raise Problem(409, "The answer is in no score", "It was voided; there is nothing to follow up.")
    case = _open(conn, given(definition, answer), by, now)
    if case is not None:
        return case, True
    return follow_ups.of_answers(conn, [answer_id])[answer_id], False


def given(definition: Definition, answer: Row, contact: Contact | None = None) -> Given:
    """A stored answer (a row of `responses.lock` or `follow_ups.lock_answer`) for this module."""
    certain = bool(answer["respondent_verified"])
    return Given(
        definition,
        answer["answer_id"],
        answer["score"],
        answer["lang"],
        answer["historic"],
        contact,
        answer["respondent"] if certain else None,
        answer["respondent_key"] if certain else None,
    )


def _open(conn: Connection, given: Given, by: str, now: datetime) -> Row | None:
    if given.answer_id in follow_ups.of_answers(conn, [given.answer_id]):
        return None  # before anybody's turn is counted
    definition = given.definition
    owner = _whose(conn, definition)
    case = follow_up_changes.insert(
        conn,
        {
            "id": uuid4(),
            "answer_id": given.answer_id,
            "respondent": given.respondent,
            "respondent_key": given.respondent_key,
            "journey": definition.journey,
            "stage": definition.stage,
            "touchpoint": definition.touchpoint,
            "survey": definition.survey,
            "metric": definition.metric,
            "audience": definition.audience,
            "score": given.score,
            "owner": owner,
            "opened_at": now,
            "opened_by": by,
            "due_at": rules.due_at(definition.document, now),
        },
    )
    if case is not None:
        follow_up_changes.add_event(conn, case["id"], by, "opened", {"owner": owner}, now)
        publish(conn, case, now)
    return case


def _whose(conn: Connection, definition: Definition) -> str | None:
    owners = rules.sharing(definition.document)
    if len(owners) > 1:
        return owners[follow_up_changes.next_turn(conn, definition.survey) % len(owners)]
    if owners:
        return owners[0]
    journey = journeys.find(conn, definition.journey)
    return rules.stage_owner(journey["document"], definition.stage) if journey else None
