"""What is to be told: announcements of incidents, and the notifications the notifier makes of them."""

from __future__ import annotations

from shared.db import Connection


def enqueue(conn: Connection, incident_id: str, kind: str) -> None:
    """Have `kind` (opened, resolved) of an incident told to its owner once the caller's transaction commits.

    Told once however often it is called: an incident opens and resolves once.
    """
    conn.execute(
        "INSERT INTO announcement (incident_id, kind) VALUES (%s, %s) ON CONFLICT (incident_id, kind) DO NOTHING",
        [incident_id, kind],
    )
