"""E-mail: text and HTML; one Message-ID a notification; later mails thread under the one that opened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote

from jinja2 import Environment, FileSystemLoader

from services.alerts.channels.outcome import Outcome, Refused
from services.alerts.messages.compose import Message
from shared import mail as post
from shared.mail import message_id
from shared.wording import signed

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["signed"] = signed


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
    try:
        found = post.letter(to=to, mail_from=mail_from, subject=message.subject, id=notification_id, now=now)
    except post.NoAddress as error:
        raise Refused(str(error)) from error
    if earlier:
        ids = [message_id(each, mail_from) for each in earlier]
        found["In-Reply-To"], found["References"] = ids[-1], " ".join(ids)
    found["List-Id"] = f"Journeyloop alerts <{list_name}.alerts.{post.domain(mail_from)}>"
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


def send(smtp_url: str, letter: EmailMessage) -> Outcome:
    """Hand `letter` to the mail server. Never raises for what a server or the network does."""
    handed = post.send(smtp_url, letter)
    return Outcome(handed.sent, handed.detail, handed.status)
