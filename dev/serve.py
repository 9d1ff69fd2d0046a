"""The infrastructure processes of the embedded stack, each in the foreground for the supervisor."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from dev import children, installation, mail_sink, ports, postgres
from dev.shop.server import Shop

RETRY_SECONDS = 2.0


def serve_postgres() -> None:
    """Become PostgreSQL."""
    server = installation.postgres_server(installation.read())
    postgres.prepare(server)
    postgres.become(server)


def serve_mail_sink() -> None:
    """Accept mails until asked to stop."""
    server = mail_sink.controller(int(installation.read()["SMTP_PORT"]), installation.MAILDIR)
    server.start()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    server.stop()


def serve_shop() -> None:
    """Serve the demo shop, a page of another origin that embeds a survey."""
    environment = installation.read()
    Shop(int(environment["SHOP_PORT"]), environment["SURVEY_URL"]).serve_forever()


def serve_broker() -> None:
    """Become the broker, and leave a child behind that has the log sent again: a broker may start empty.

    The child ends with the broker in whatever way that ends.
    """
    command = installation.broker_command(installation.read())
    subprocess.Popen([sys.executable, "-m", "dev", "republish"], preexec_fn=children.die_with_parent())
    os.execvp(command[0], command)


def republish_when_ready() -> None:
    """Wait for the broker and for a complete installation, then send again what a receiver lacks, until that worked."""
    port = int(installation.read()["BROKER_PORT"])
    ports.wait_until(
        lambda: ports.is_listening(port) and "ADMIN_KEY" in installation.read(), "the broker's start", 300
    )
    while subprocess.run([sys.executable, "-m", "services.cli", "republish"]).returncode:
        time.sleep(RETRY_SECONDS)


SERVERS = {
    "postgres": serve_postgres,
    "broker": serve_broker,
    "mail-sink": serve_mail_sink,
    "shop": serve_shop,
}
