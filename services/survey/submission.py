"""What happens to one public answer. In the common case it is one SQL statement on a remembered definition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import psycopg
from flask import current_app
from psycopg_pool import PoolTimeout

from services.survey.accept import NewAnswer, Outcome, accept_many, accept_one, seen_before
from services.survey.answers import Answer, Rejected, read
from services.survey.definition import Definition
from services.survey.employees import EMPLOYEE
from services.survey.follow_ups import rules
from services.survey.forms import HIDDEN_BECAUSE
from services.survey.links import Link
from services.survey.signatures import is_signed
from services.survey.store import surveys
from shared.db import Connection
from shared.web.app import autocommit, database, settings
from shared.web.problems import Problem, invalid, not_found

Admit = Callable[[Definition], None]

REMEMBERED = "survey_definitions"


@dataclass(frozen=True)
class Receipt:
    """What became of an answer: its id, its survey, whether it is new, and whether its giver is asked for a contact."""

    id: UUID
    survey: str
    is_new: bool
    asks_contact: bool = False


def submit(survey: str, item: object, admit: Admit, link: Link | None = None) -> Receipt:
    """Take one answer in. `admit` raises Problem where the caller may not answer this survey. A signed `link`
    says who answers, in place of what the item says.

    Raises Problem: 404 unknown survey, 409 not live or the id used for other content, 422 naming each bad field.
    """
    received_at = datetime.now(UTC)
    receipt = _quickly(survey, item, admit, received_at, link)
    if receipt:
        return receipt
    with database() as conn:
        return _thoroughly(conn, survey, item, admit, received_at, link)


def _remembered() -> dict[str, Definition]:
    """Definitions as last read by this process, by survey.

    One that went stale does no harm: the statement that writes an answer checks its revision, and no refusal rests
    on it. Entries are only made for surveys that exist.
    """
    found: dict[str, Definition] = current_app.extensions.setdefault(REMEMBERED, {})
    return found


def current(conn: Connection, survey: str) -> Definition:
    """The survey's definition as it is now. Raises Problem 404."""
    return _known(surveys.definitions(conn, [survey], lock=False), survey)


def recent(survey: str, admit: Admit) -> Definition:
    """The survey's definition, from memory where it admits the caller: for what may be a moment behind.

    Raises Problem 404, and what `admit` raises on the definition as it is now.
    """
    found = _remembered().get(survey)
    if found is not None:
        try:
            admit(found)
            return found
        except Problem:
            pass  # to be refused only by what the database says now
    with database() as conn:
        found = _remembered()[survey] = current(conn, survey)
    admit(found)
    return found


def _quickly(
    survey: str, item: object, admit: Admit, received_at: datetime, link: Link | None
) -> Receipt | None:
    definition = _remembered().get(survey)
    if definition is None or definition.status != "live":
        return None
    try:
        admit(definition)
        answer = _read(item, definition, received_at, link)
    except (Problem, Rejected):
        return None  # to be refused only by what the database says now
    try:
        with autocommit() as conn:
            accepted = accept_one(conn, definition, answer, received_at, settings().respondent_keys)
    except PoolTimeout:
        raise  # the database is away: asking again would only double the wait
    except psycopg.OperationalError:
        return None  # the connection broke: whether the answer got in is found out on a new one
    return _receipt(definition, answer, is_new=True) if accepted else None


def _thoroughly(
    conn: Connection, survey: str, item: object, admit: Admit, received_at: datetime, link: Link | None
) -> Receipt:
    definition = _known(surveys.definitions(conn, [survey]), survey)
    _remembered()[survey] = definition
    admit(definition)
    try:
        answer = _read(item, definition, received_at, link)
    except Rejected as rejected:
        _refuse_closed(definition)
        raise invalid({field: [text] for field, text in rejected.errors.items()}) from rejected
    outcome = _take(conn, NewAnswer(definition, answer), received_at)
    if outcome == "conflict":
        errors = {"id": ["Was used before, for another answer."]}
        raise Problem(409, "This id belongs to another answer", "Make a new UUID for each answer.", errors)
    return _receipt(definition, answer, is_new=outcome == "accepted")


def _receipt(definition: Definition, answer: Answer, *, is_new: bool) -> Receipt:
    asks = answer.contact is None and rules.asks(definition.document, answer.score)
    return Receipt(answer.id, definition.survey, is_new, asks)


def _read(item: object, definition: Definition, received_at: datetime, link: Link | None) -> Answer:
    answer = read(item, definition, received_at, zone=settings().report_tz)
    if definition.audience == EMPLOYEE:
        return answer  # nobody's, whatever the link says
    if link is not None:
        return replace(answer, respondent=link.respondent, attributes=dict(link.attributes))
    if answer.respondent is None:
        return answer
    assert isinstance(item, dict)
    assert isinstance(answer.respondent, str)
    keys, sig = settings().secret_keys, item.get("sig")
    return replace(answer, verified=is_signed(keys, definition, answer.respondent, sig, received_at))


def _take(conn: Connection, item: NewAnswer, received_at: datetime) -> Outcome:
    keys = settings().respondent_keys
    if item.definition.status == "live":
        return accept_many(conn, [item], received_at, keys)[0]
    again = seen_before(conn, item, keys)
    if again is None:
        _refuse_closed(item.definition)
    assert again is not None
    return again


def _refuse_closed(definition: Definition) -> None:
    if definition.status != "live":
        detail = HIDDEN_BECAUSE[definition.status].capitalize() + "; it takes no answers."
        raise Problem(409, f"The survey is {definition.status}", detail)


def _known(found: dict[str, Definition], survey: str) -> Definition:
    if survey not in found:
        raise not_found("survey", survey)
    return found[survey]
