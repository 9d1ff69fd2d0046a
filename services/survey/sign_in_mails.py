"""Mails the sign-in links that were asked for at /sign-in, to those who may sign in; all others are settled silently.

The survey worker looks here between two pieces of its work. A mail that the server does not take is tried again until
its link is too old; all of a link's mails carry the same link and the same Message-ID.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import structlog
from jinja2 import Environment, FileSystemLoader

from shared import mail
from shared.access import Principal, accounts, links
from shared.access.links import MOST_MAILS, Due
from shared.db import Connection
from shared.deadline import TimeUp, within
from shared.settings import Settings
from shared.wording import clean

log = structlog.get_logger()

SUBJECT = "Sign in to Journeyloop"
# Imports wait while the mail server is waited for: not long, and not again at once where it did not answer.
ATTEMPT_SECONDS = 8.0
PAUSE_SECONDS = 5.0
LONGEST_WAIT = timedelta(minutes=1)
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, trim_blocks=True
)


@dataclass
class SignInMails:
    """What one worker sends; `paused_until` (monotonic) spares it a mail server that did not answer."""

    paused_until: float = 0.0

    def step(self, conn: Connection, settings: Settings) -> bool:
        """Work off one link that was asked for; False where there was nothing to do."""
        if time.monotonic() < self.paused_until:
            return False
        due = links.claim(conn)
        if due is None:
            return False
        who = accounts.person(conn, settings.fallback_owner, due.email)
        if who is None or due.lately >= MOST_MAILS or datetime.now(UTC) >= due.expires_at:
            links.settle(conn, due.id, sent=False)
            return True
        handed = _send(settings, due, who)
        if handed.sent:
            links.settle(conn, due.id, sent=True)
        else:
            why = mail.discreet(handed.detail, due.email)
            log.warning("sign-in mail not taken", why=why, attempt=due.attempts)
            links.try_later(conn, due.id, min(timedelta(seconds=5) * 2**due.attempts, LONGEST_WAIT))
            self.paused_until = time.monotonic() + PAUSE_SECONDS
        return True


def letter(settings: Settings, due: Due, who: Principal, now: datetime) -> EmailMessage:
    """The mail of a link. Raises mail.NoAddress."""
    values = {
        "subject": SUBJECT,
        "name": "" if who.name == who.email else clean(who.name),
        "link": f"{settings.survey_url}/sign-in/link?t={links.token(settings, due.id)}",
        "until": f"{due.expires_at.astimezone(settings.report_tz):%H:%M %Z}",
    }
    found = mail.letter(to=due.email, mail_from=settings.mail_from, subject=SUBJECT, id=due.id, now=now)
    found.set_content(_TEMPLATES.get_template("sign_in_mail.txt").render(values))
    found.add_alternative(_TEMPLATES.get_template("sign_in_mail.html").render(values), subtype="html")
    return found


def _send(settings: Settings, due: Due, who: Principal) -> mail.Handed:
    try:
        with within(ATTEMPT_SECONDS):
            return mail.send(settings.smtp_url, letter(settings, due, who, datetime.now(UTC)))
    except mail.NoAddress as error:
        return mail.Handed(False, str(error))
    except TimeUp:
        return mail.Handed(False, f"The mail server took longer than {ATTEMPT_SECONDS:.0f} s.")
