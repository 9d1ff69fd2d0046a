"""How this service runs: its processes, and what waits in it; for `/v1/status/survey`, /readyz and `/status`."""

from __future__ import annotations

from typing import Any

from services.survey.store import imports
from shared import outbox
from shared.db import Connection
from shared.events import FOLLOW_UPS, RESPONSES
from shared.web import status
from shared.web.health import running

PROCESSES = ("relay", "worker")
CHECKS = [running(name) for name in PROCESSES]


def waiting(conn: Connection) -> dict[str, Any]:
    """outbox {unstamped, unacknowledged (numbers for admins), oldest_at}; stamped {key: last sequence given} (admins);
    follow_ups: revisions of cases that were sent; imports_waiting."""
    waits = {name: status.count_of_events(number) for name, number in outbox.waiting(conn).items()}
    return {
        "outbox": waits | {"oldest_at": outbox.oldest_waiting(conn)},
        "stamped": status.sequences(outbox.last_sequences(conn, RESPONSES)),
        "follow_ups": sum(outbox.last_sequences(conn, FOLLOW_UPS).values()),
        "imports_waiting": imports.waiting(conn),
    }


def document(conn: Connection) -> dict[str, Any]:
    """What `GET /v1/status/survey` answers."""
    return status.document("survey", PROCESSES, CHECKS, conn) | waiting(conn)
