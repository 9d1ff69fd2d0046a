"""SQL of a rebuild: what is rebuilt, and what it held."""

from __future__ import annotations

from shared.db import Connection

TABLES = ("series", "bucket", "reason_bucket", "newest", "journey", "employee_sum")
HELD = {table: f"SELECT * FROM {table}" for table in TABLES} | {
    "position": "SELECT key, last_sequence, skipped FROM position"
}


def empty(conn: Connection) -> None:
    """Forget every sum and every map. A consumer that writes a map waits, as one that adds answers already does."""
    conn.execute("LOCK TABLE journey IN EXCLUSIVE MODE")
    for table in TABLES:
        conn.execute(f"DELETE FROM {table}")
