"""A whole system of the benchmark's own: servers on free ports in a temporary folder, all thrown away."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from dev import apache_kafka, broker, mail_sink, ports, postgres
from dev.bench.system import System

KINDS = {"embedded": broker, "kafka": apache_kafka}


@contextmanager
def system(broker_kind: str) -> Iterator[System]:
    """A running PostgreSQL (durable), broker and mail sink, and a migrated database; none of our processes yet."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="journeyloop-bench-")))
        server = stack.enter_context(postgres.temporary(durable=True))
        bootstrap = stack.enter_context(KINDS[broker_kind].temporary())
        sink = stack.enter_context(mail_sink.temporary(folder / "mail"))
        environment = _environment(folder, server, bootstrap, sink.url)
        environment |= broker.CLIENT_SETTINGS if broker_kind == "embedded" else {}
        made = System(folder, server, environment)
        stack.callback(made.stop_all)
        made.make()
        yield made


def _environment(folder: Path, server: postgres.Server, bootstrap: str, smtp_url: str) -> dict[str, str]:
    """Settings as an installation has them, but one address sends everything: the limit per address is high."""
    found = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}",
        "HOME": str(folder),
        "DATABASE_URL": server.url("journeyloop"),
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "SMTP_URL": smtp_url,
        "SECRET_KEY": secrets.token_urlsafe(32),
        "RESPONDENT_KEY": f"k1:{secrets.token_urlsafe(32)}",
        "FALLBACK_OWNER": "fallback@example.com",
        "REPORT_TZ": "UTC",
        "PUBLIC_RATE_LIMIT": "100000000 per minute",
        "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
    }
    for service in ("SURVEY", "AGGREGATOR", "ALERTS"):
        port = ports.free_port()
        found |= {f"{service}_PORT": str(port), f"{service}_URL": f"http://{ports.LOOPBACK}:{port}"}
    return found
