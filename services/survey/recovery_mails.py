"""Mails the question that follows a solved case: the survey's own e-mail, with a link that knows whose answer it is.

The survey worker looks here between two pieces of its work. A mail that the server does not take is tried again for two
weeks; all of a case's mails carry the same link and the same Message-ID, so that a worker killed between sending and
noting it is no second question. Nothing in it names the case, and its subject is the question.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import structlog
from jinja2 import Environment, FileSystemLoader, select_autoescape

from services.survey import emails, links, respondents
from services.survey.forms import form
from services.survey.links import Link
from services.survey.respondents import Pseudonym
from services.survey.store import (
    contact_details,
    contacts,
    follow_up_changes,
    follow_ups,
    recoveries,
    surveys,
)
from services.survey.store.recoveries import Due
from shared import mail
from shared.db import Connection
from shared.deadline import TimeUp, within
from shared.settings import Settings

log = structlog.get_logger()

CHANNEL = "recovery"
BY = "journeyloop"
ANSWERED_WITHIN = timedelta(days=30)
GIVEN_UP_AFTER = timedelta(days=14)
LONGEST_WAIT = timedelta(hours=1)
ATTEMPT_SECONDS = 8.0
PAUSE_SECONDS = 5.0
_IDS = uuid5(NAMESPACE_URL, "https://journeyloop/recovery")
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape(["html"])
)

Row = dict[str, Any]


@dataclass(frozen=True)
class Asking:
    """Everything one mail needs: whom, by which link, and the form in their language."""

    to: str
    link: Link
    form: dict[str, Any]


@dataclass
class RecoveryMails:
    """What one worker sends; `paused_until` (monotonic) spares it a mail server that did not answer."""

    paused_until: float = 0.0

    def step(self, conn: Connection, settings: Settings) -> bool:
        """Work off one mail that is due; False where there was nothing to do."""
        if time.monotonic() < self.paused_until:
            return False
        due = recoveries.claim(conn)
        if due is None:
            return False
        asking = _asking(conn, settings, due)
        if asking is None or datetime.now(UTC) >= due.made_at + GIVEN_UP_AFTER:
            recoveries.drop(conn, due.follow_up)
            return True
        if not asking.form["show"]:
            recoveries.try_later(conn, due.follow_up, LONGEST_WAIT)  # its survey may be live again by then
            return True
        handed = _send(settings, due, asking)
        if handed.sent:
            _note(conn, due)
        else:
            why = mail.discreet(handed.detail, asking.to)
            log.warning("recovery mail not taken", why=why, attempt=due.tries)
            recoveries.try_later(conn, due.follow_up, min(timedelta(seconds=5) * 2**due.tries, LONGEST_WAIT))
            self.paused_until = time.monotonic() + PAUSE_SECONDS
        return True


def letter(settings: Settings, due: Due, asking: Asking, now: datetime) -> EmailMessage:
    """The mail. Raises mail.NoAddress."""
    token = links.token(settings.secret_key, asking.link)
    worded = emails.worded(asking.form, token, settings.survey_url, _render)
    id = uuid5(_IDS, str(due.follow_up))
    subject = asking.form["question"]
    found = mail.letter(to=asking.to, mail_from=settings.mail_from, subject=subject, id=id, now=now)
    for name, value in worded["headers"].items():
        found[name] = value
    found.set_content(worded["text"])
    found.add_alternative(worded["html"], subtype="html")
    return found


def _render(template: str, **values: Any) -> str:
    return _TEMPLATES.get_template(template).render(values)


def _asking(conn: Connection, settings: Settings, due: Due) -> Asking | None:
    """None where there is nobody to be asked: the contact was withdrawn or erased, or they want no questions."""
    case = follow_ups.find(conn, due.follow_up)
    answer = follow_ups.answer(conn, case["answer_id"]) if case and case["answer_id"] else None
    contact = contact_details.find(conn, answer["answer_id"]) if answer else None
    known = surveys.definitions(conn, [due.survey], lock=False)
    if answer is None or contact is None or due.survey not in known:
        return None
    who = _who(settings, answer, contact["email"])
    if contacts.unwilling(conn, [who.digest]):
        return None
    expires_at = due.made_at + ANSWERED_WITHIN
    link = Link(due.survey, due.id, who, answer["segments"], answer["lang"], CHANNEL, expires_at)
    return Asking(contact["email"], link, form(known[due.survey], [answer["lang"] or ""]))


def _who(settings: Settings, answer: Row, email: str) -> Pseudonym:
    """As whom they answer: who gave the answer where that is certain, else the address, by which they are found too."""
    if answer["respondent_verified"] and answer["respondent"]:
        return Pseudonym(bytes(answer["respondent"]), answer["respondent_key"])
    return respondents.pseudonym(settings.respondent_keys, email.lower())


def _send(settings: Settings, due: Due, asking: Asking) -> mail.Handed:
    try:
        with within(ATTEMPT_SECONDS):
            return mail.send(settings.smtp_url, letter(settings, due, asking, datetime.now(UTC)))
    except mail.NoAddress as error:
        return mail.Handed(False, str(error))
    except TimeUp:
        return mail.Handed(False, f"The mail server took longer than {ATTEMPT_SECONDS:.0f} s.")


def _note(conn: Connection, due: Due) -> None:
    with conn.transaction():
        follow_ups.lock(conn, due.follow_up)
        if recoveries.sent(conn, due.follow_up):
            follow_up_changes.add_event(conn, due.follow_up, BY, "recovery sent")
