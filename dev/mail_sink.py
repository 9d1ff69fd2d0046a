"""A mail server that accepts everything and keeps it in a Maildir."""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox

from dev import ports


@dataclass(frozen=True)
class MailSink:
    """A running sink: where to send to and where the mails are."""

    port: int
    maildir: Path

    @property
    def url(self) -> str:
        return f"smtp://{ports.LOOPBACK}:{self.port}"

    def messages(self) -> list[EmailMessage]:
        """All mails so far, the oldest first."""
        return read(self.maildir)


def read(maildir: Path) -> list[EmailMessage]:
    """All mails in a Maildir, the oldest first; a Maildir that is not there yet has none."""
    return [parse(file) for file in files(maildir)]


def files(maildir: Path) -> list[Path]:
    """The files of a Maildir's mails, the oldest first."""
    if not maildir.is_dir():
        return []
    return sorted((maildir / "new").iterdir(), key=lambda file: (file.stat().st_mtime_ns, file.name))


def parse(file: Path) -> EmailMessage:
    """The mail in a file."""
    return message_from_bytes(file.read_bytes(), policy=default)


def make_maildir(maildir: Path) -> None:
    """Make an empty Maildir unless it is there."""
    mailbox.Maildir(maildir, create=True)


def controller(port: int, maildir: Path) -> Controller:
    """The server, not started yet; it runs in a thread of its own."""
    make_maildir(maildir)
    return Controller(Mailbox(maildir), hostname=ports.LOOPBACK, port=port)


@contextmanager
def temporary(maildir: Path) -> Iterator[MailSink]:
    """A running sink that writes to `maildir` (for tests)."""
    sink = MailSink(ports.free_port(), maildir)
    server = controller(sink.port, maildir)
    server.start()
    try:
        yield sink
    finally:
        server.stop()
