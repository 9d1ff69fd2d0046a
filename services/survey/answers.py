"""The one set of rules for an answer, whichever door it comes through: widget, page, batch or import. Pure.

Checked by hand rather than by a schema library, because a batch brings 10 000 of them in a second or two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from services.survey.answer_fields import (
    CHANNEL,
    LANG,
    MAX_TEXT,
    Errors,
    read_attributes,
    read_comment,
    read_id,
    read_matching,
    read_reasons,
    read_score,
    read_text,
    read_times,
)
from services.survey.definition import Definition
from services.survey.employees import EMPLOYEE, anonymous
from services.survey.follow_ups.contact import Contact, read_contact
from services.survey.follow_ups.rules import consent
from services.survey.respondents import Respondent

MAX_SIG = 2_000
PUBLIC_MAX_AGE = timedelta(days=7)
UTC = ZoneInfo("UTC")
FIELDS = frozenset(
    (
        "id",
        "score",
        "comment",
        "reasons",
        "respondent",
        "sig",
        "attributes",
        "lang",
        "channel",
        "answered_at",
        "contact",
    )
)


class Rejected(Exception):
    """An answer that breaks a rule. `errors`: field path → what is wrong with it."""

    def __init__(self, errors: Errors) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in errors.items()))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Answer:
    """A checked answer. `answered_at` is settled (UTC); `given_at` is what the client said, None where it didn't.

    verified: whether it is certain who `respondent` is: always so at the trusted doors. contact: where the customer
    agreed to be reached; it is kept apart, and is in no event.
    """

    id: UUID
    score: int
    comment: str | None
    reasons: tuple[str, ...]
    respondent: Respondent
    attributes: dict[str, Any]
    lang: str | None
    channel: str | None
    answered_at: datetime
    given_at: datetime | None
    verified: bool = True
    contact: Contact | None = None


def read(
    item: object,
    definition: Definition,
    received_at: datetime,
    max_age: timedelta | None = PUBLIC_MAX_AGE,
    zone: ZoneInfo = UTC,
) -> Answer:
    """The answer that `item` (decoded JSON or a mapped CSV row) holds. Raises Rejected naming every bad field.

    max_age: how old an answer may be; None (the trusted doors: batch and imports) for any age. zone: REPORT_TZ, for the
    month that alone is kept of an employee's time.
    """
    if not isinstance(item, Mapping):
        raise Rejected({"": "must be an object"})
    errors: Errors = {name: "unknown field" for name in item if name not in FIELDS}
    given_at, answered_at = read_times(item.get("answered_at"), received_at, max_age, errors)
    read_text(item.get("sig"), "sig", MAX_SIG, errors)
    answer = Answer(
        id=read_id(item.get("id"), errors),
        score=read_score(item.get("score"), definition, errors),
        comment=read_comment(item.get("comment"), errors),
        reasons=read_reasons(item.get("reasons"), definition, errors),
        respondent=read_text(item.get("respondent"), "respondent", MAX_TEXT, errors),
        attributes=read_attributes(item.get("attributes"), errors),
        lang=read_matching(
            item.get("lang"), "lang", LANG, "is not a language tag such as en or pt-BR", errors
        ),
        channel=read_matching(item.get("channel"), "channel", CHANNEL, "must match [a-z0-9-]{1,63}", errors),
        answered_at=answered_at,
        given_at=given_at,
        contact=read_agreed(item.get("contact"), definition, errors),
    )
    if errors:
        raise Rejected(errors)
    return anonymous(answer, zone) if definition.audience == EMPLOYEE else answer


def read_agreed(value: object, definition: Definition, errors: Errors) -> Contact | None:
    """A contact that the customer agreed to leave, to a survey that asks for one."""
    if value is not None and consent(definition.document, None) is None:
        errors["contact"] = "this survey does not ask for a contact"
        return None
    return read_contact(value, errors)


def content_hash(answer: Answer, survey: str) -> bytes:
    """What makes two answers under one id the same: all but the respondent, whose pseudonym is compared by itself."""
    content: list[Any] = [
        survey, answer.score, answer.comment, answer.reasons, answer.attributes,
        answer.lang, answer.channel, answer.given_at,
    ]  # fmt: skip
    if answer.contact is not None:
        content.append(list(answer.contact))
    return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()[:16]
