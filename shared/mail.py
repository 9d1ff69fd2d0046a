"""Mails over SMTP: how a letter begins, and handing it to the mail server."""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import parse_qs, unquote, urlsplit

from shared.wording import clean

TIMEOUT_SECONDS = 5.0


_ADDRESS = re.compile(r"[^\s<>(),;:\"']*@[^\s<>(),;:\"']*")


class NoAddress(ValueError):
    """One of a letter's two addresses is none."""


@dataclass(frozen=True)
class Handed:
    """Whether the mail server took a letter; `detail` is a sentence, `status` what the server answered."""

    sent: bool
    detail: str
    status: int | None = None


def letter(*, to: str, mail_from: str, subject: str, id: object, now: datetime) -> EmailMessage:
    """A mail from us without its text. Raises NoAddress."""
    found = EmailMessage(policy=SMTP)
    try:
        found["From"] = Address("Journeyloop", addr_spec=mail_from)
        found["To"] = Address(addr_spec=to)
    except (ValueError, MessageError) as error:
        raise NoAddress(f"Not an e-mail address: {clean(str(error))}") from error
    # Folding by the policy drops blanks between words beyond ASCII (python/cpython#92081); Header keeps them.
    found.set_raw("Subject", Header(clean_subject(subject), header_name="Subject").encode())
    found["Date"] = now
    found["Message-ID"] = message_id(id, mail_from)
    found["Auto-Submitted"] = "auto-generated"
    found["X-Auto-Response-Suppress"] = "All"
    return found


def message_id(id: object, mail_from: str) -> str:
    """The Message-ID of what has this id: the same for every attempt, so that a repeat is seen as one."""
    return f"<{id}@{domain(mail_from)}>"


def domain(mail_from: str) -> str:
    return mail_from.rpartition("@")[2] or "localhost"


def clean_subject(subject: str) -> str:
    """A subject on one line, however it was put together."""
    return " ".join(subject.split())


def discreet(detail: str, address: str) -> str:
    """What a mail server said, fit for a log: without any address, for servers quote them, cut or in capitals too."""
    name, _, domain = address.partition("@")
    told = _ADDRESS.sub("…", detail)
    for part in (address, name, domain):
        told = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", "…", told, flags=re.IGNORECASE) if part else told
    return told


def send(smtp_url: str, ready: EmailMessage) -> Handed:
    """Hand a letter to the mail server. Never raises for what a server or the network does."""
    try:
        with _connection(smtp_url) as server:
            server.send_message(ready)
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        return Handed(False, f"The mail server answered {code}: {_words(words)}", code)
    except smtplib.SMTPResponseException as error:
        reply = _words(error.smtp_error)
        return Handed(False, f"The mail server answered {error.smtp_code}: {reply}", error.smtp_code)
    except (smtplib.SMTPException, OSError) as error:
        return Handed(
            False, f"The mail server could not be reached: {_words(str(error) or type(error).__name__)}"
        )
    return Handed(True, "The mail server took it.", 250)


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


def _words(answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return clean(text)
