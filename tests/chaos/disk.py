"""A full disk, as PostgreSQL tells it: SQLSTATE 53100 from the tables that grow, while a switch is on; and a lazy one.

What a commit does not put on the disk itself stays in the server's memory as long as its settings allow, so that a
server that is killed loses all of it, and not only what the last fifth of a second brought.
"""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from dev.temporary_stack import Stack

TABLES = (
    "survey.response",
    "survey.outbox",
    "survey.outbox_key",
    "aggregator.position",
    "aggregator.bucket",
    "alerts.position",
    "alerts.detector",
    "alerts.notification",
    "alerts.attempt",
)
FUNCTION = """
CREATE SCHEMA chaos;
CREATE TABLE chaos.disk (full_for text PRIMARY KEY);
CREATE FUNCTION chaos.write() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT FROM chaos.disk WHERE full_for = TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME) THEN
    RAISE 'could not extend file: No space left on device' USING ERRCODE = '53100';
  END IF;
  RETURN NULL;
END $$;"""
LAZY = ("wal_writer_delay = '10s'", "wal_writer_flush_after = '64MB'")


def prepare(stack: Stack) -> None:
    """Put the switch in; off. From now on the server flushes nothing that it need not."""
    with stack.connect() as conn:
        for setting in LAZY:
            conn.execute(f"ALTER SYSTEM SET {setting}".encode())
        conn.execute("SELECT pg_reload_conf()")
        conn.execute(FUNCTION.encode())
        for table in TABLES:
            conn.execute(
                f"CREATE TRIGGER disk BEFORE INSERT OR UPDATE ON {table} EXECUTE FUNCTION chaos.write()".encode()
            )


def fill(conn: psycopg.Connection[dict[str, object]], tables: Sequence[str]) -> None:
    """Let these tables find no room, and all others some: a disk is full in the middle of what a process does."""
    with conn.transaction():
        conn.execute("DELETE FROM chaos.disk")
        conn.execute("INSERT INTO chaos.disk SELECT unnest(%s::text[])", [list(tables)])


def remove(stack: Stack) -> None:
    """Take the switch out again: a rebuild compares tables as they were meant."""
    with stack.connect() as conn:
        conn.execute("DROP SCHEMA chaos CASCADE")
