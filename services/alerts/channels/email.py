"""E-mail over SMTP: text and HTML; one Message-ID a notification; later mails thread under the one that opened."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from datetime import datetime
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from jinja2 import Environment, FileSystemLoader

from services.alerts.channels.outcome import Outcome, Refused
from services.alerts.messages.compose import Message
from shared.wording import clean, signed

TIMEOUT_SECONDS = 5.0
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["signed"] = signed


def message_id(notification_id: object, mail_from: str) -> str:
    """The Message-ID of a notification: the same for every attempt, so that a repeat is seen as one."""
    return f"<{notification_id}@{_domain(mail_from)}>"


def mail(
    message: Message,
    *,
    to: str,
    mail_from: str,
    notification_id: object,
    earlier: Sequence[object],
    list_name: str,
    now: datetime,
) -> EmailMessage:
    """The mail of a notification; `earlier` are the ids of the mails it threads under, oldest first.

    Raises Refused where one of the two addresses is none.
    """
    found = EmailMessage(policy=SMTP)
    try:
        found["From"] = Address("Journeyloop", addr_spec=mail_from)
        found["To"] = Address(addr_spec=to)
    except (ValueError, MessageError) as error:
        raise Refused(f"Not an e-mail address: {clean(str(error))}") from error
    # Folding by the policy drops blanks between words beyond ASCII (python/cpython#92081); Header keeps them.
    found.set_raw("Subject", Header(clean_subject(message.subject), header_name="Subject").encode())
    found["Date"] = now
    found["Message-ID"] = message_id(notification_id, mail_from)
    if earlier:
        ids = [message_id(each, mail_from) for each in earlier]
        found["In-Reply-To"], found["References"] = ids[-1], " ".join(ids)
    found["List-Id"] = f"Journeyloop alerts <{list_name}.alerts.{_domain(mail_from)}>"
    found["Auto-Submitted"] = "auto-generated"
    found["X-Auto-Response-Suppress"] = "All"
    found.set_content(message.text)
    found.add_alternative(html(message), subtype="html")
    return found


def html(message: Message) -> str:
    """The HTML part: one column, one button a section, styles inline."""
    return _TEMPLATES.get_template("mail.html").render(message=message)


def address(url: str) -> str:
    """The address in mailto:name@example.com. Raises Refused where there is none."""
    scheme, _, found = url.partition(":")
    if scheme != "mailto" or "@" not in found or len(found.split()) != 1:
        raise Refused("An e-mail channel needs mailto:name@example.com.")
    return unquote(found)


def clean_subject(subject: str) -> str:
    """A subject on one line, however it was put together."""
    return " ".join(subject.split())


def send(smtp_url: str, letter: EmailMessage) -> Outcome:
    """Hand `letter` to the mail server. Never raises for what a server or the network does."""
    try:
        with _connection(smtp_url) as server:
            server.send_message(letter)
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        return Outcome(False, f"The mail server answered {code}: {_words(words)}", code)
    except smtplib.SMTPResponseException as error:
        reply = _words(error.smtp_error)
        return Outcome(False, f"The mail server answered {error.smtp_code}: {reply}", error.smtp_code)
    except (smtplib.SMTPException, OSError) as error:
        return Outcome(
            False, f"The mail server could not be reached: {_words(str(error) or type(error).__name__)}"
        )
    return Outcome(True, "The mail server took it.", 250)


def _connection(smtp_url: str) -> smtplib.SMTP:
    """A connection to smtp://[user:password@]host[:port][?starttls=1] or smtps://…, signed in."""
    parts = urlsplit(smtp_url)
    host = parts.hostname or "localhost"
    if parts.scheme == "smtps":
        tls = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT_SECONDS, context=tls)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=TIMEOUT_SECONDS)
    try:
        if parse_qs(parts.query).get("starttls", ["0"])[0] not in ("0", "false"):
            server.starttls(context=ssl.create_default_context())
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _domain(mail_from: str) -> str:
    return mail_from.rpartition("@")[2] or "localhost"


def _words(answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return clean(text)
