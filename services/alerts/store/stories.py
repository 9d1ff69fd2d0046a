"""The SQL of what messages and the incident page are made of, beside the incident itself."""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb

from shared.db import Connection


def journey_map(conn: Connection, journey: str) -> dict[str, Any] | None:
    """The latest map known, also of a retired journey; None before the first came."""
    row = conn.execute("SELECT document FROM journey WHERE journey = %s", [journey]).fetchone()
    return row["document"] if row else None


def keep_cause(conn: Connection, incident: str, changes: dict[str, Any]) -> None:
    """Keep the aggregator's /v1/changes with the incident, so that mail and page say the same."""
    conn.execute("UPDATE incident SET cause = %s WHERE id = %s", [Jsonb(changes), incident])


def keep_measurement(conn: Connection, incident: str, measurement: dict[str, Any]) -> None:
    """Keep what moved about the asking with the incident, so that mail and page say the same."""
    conn.execute("UPDATE incident SET measurement = %s WHERE id = %s", [Jsonb(measurement), incident])


def closing_note(conn: Connection, incident: str) -> str | None:
    """What a person wrote when they resolved the incident."""
    row = conn.execute(
        "SELECT text FROM incident_event WHERE incident = %s AND kind = 'resolved' ORDER BY id DESC LIMIT 1",
        [incident],
    ).fetchone()
    return row["text"] if row else None


def resolution(conn: Connection, incident: str) -> dict[str, Any] | None:
    """The facts told when the incident was resolved; None where nothing was told yet."""
    row = conn.execute(
        "SELECT facts FROM announcement WHERE incident_id = %s AND kind = 'resolved' AND routed_at IS NOT NULL",
        [incident],
    ).fetchone()
    return row["facts"] if row else None


def told(conn: Connection, incident: str) -> list[dict[str, Any]]:
    """Who was told and how it goes, in order: kind, owner, channel_kind, state, attempts, created_at, due_at,
    settled_at, detail, and sent_at: [each time it left], again where somebody asked for it."""
    return conn.execute(
        """SELECT n.kind, n.owner, n.channel_kind, message.state, message.attempts, n.created_at, message.due_at,
                  message.settled_at, last.detail, sent.at AS sent_at
           FROM notification n JOIN notification message ON message.id = coalesce(n.merged_into, n.id)
           LEFT JOIN LATERAL (SELECT detail FROM attempt WHERE notification_id = message.id
                              ORDER BY id DESC LIMIT 1) AS last ON true
           CROSS JOIN LATERAL (SELECT coalesce(array_agg(finished_at ORDER BY id), '{}') AS at FROM attempt
                               WHERE notification_id = message.id AND outcome = 'sent') AS sent
           WHERE n.incident_id = %s ORDER BY n.number""",
        [incident],
    ).fetchall()
