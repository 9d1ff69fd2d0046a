"""SQL of backups and restores: the schemas as a whole, and who else is connected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import sql

from shared.db import Connection
from shared.relay import RELAY_LOCK

# Not in a backup: how processes were, locks, and what signs people in.
LEFT_OUT = (
    "*.process_status", "*.yoyo_lock", "*._yoyo_log", "access.session", "access.sign_in_link",
)  # fmt: skip


def server(conn: Connection) -> int:
    """The server's major version."""
    return conn.info.server_version // 10_000


def export_snapshot(conn: Connection) -> tuple[str, Any]:
    """The name under which pg_dump sees what this transaction sees, and the moment of that."""
    row = conn.execute("SELECT pg_export_snapshot() AS name, now() AS at").fetchone()
    assert row is not None
    return row["name"], row["at"]


def tables(conn: Connection, schemas: Sequence[str]) -> list[tuple[str, str]]:
    """(schema, table) of each table in these schemas."""
    rows = conn.execute(
        """SELECT schemaname AS schema, tablename AS name FROM pg_tables
           WHERE schemaname = ANY(%s) ORDER BY 1, 2""",
        [list(schemas)],
    )
    return [(row["schema"], row["name"]) for row in rows]


def rows(conn: Connection, schemas: Sequence[str]) -> dict[str, int]:
    """The rows of each table that a backup of these schemas holds."""
    found = {}
    for schema, name in tables(conn, schemas):
        if not {f"*.{name}", f"{schema}.{name}"} & set(LEFT_OUT):
            query = sql.SQL("SELECT count(*) AS n FROM {}").format(sql.Identifier(schema, name))
            row = conn.execute(query).fetchone()
            assert row is not None
            found[f"{schema}.{name}"] = int(row["n"])
    return found


def migrations(conn: Connection, schemas: Sequence[str]) -> dict[str, list[str]]:
    """The migrations applied to each of these schemas that exists."""
    found = {}
    there = {schema for schema, name in tables(conn, schemas) if name == "_yoyo_migration"}
    for schema in sorted(there):
        query = sql.SQL("SELECT migration_id AS id FROM {} ORDER BY 1")
        listed = conn.execute(query.format(sql.Identifier(schema, "_yoyo_migration")))
        found[schema] = [row["id"] for row in listed]
    return found


def hold_back_relay(conn: Connection) -> bool:
    """Take the relay's place, so that nothing is stamped or sent while this connection lives; False where one works."""
    row = conn.execute("SELECT pg_try_advisory_lock(%s) AS mine", [RELAY_LOCK]).fetchone()
    return row == {"mine": True}


_OTHERS = """FROM pg_stat_activity
    WHERE datname = current_database() AND usesysid IS NOT NULL AND pid <> pg_backend_pid()
      AND coalesce(backend_type, 'client backend') = 'client backend' AND application_name IS DISTINCT FROM {ours}"""


def name_connection(conn: Connection, name: str) -> None:
    conn.execute("SELECT set_config('application_name', %s, false)", [name])


def others(conn: Connection, ours: str) -> list[str]:
    """Who is connected to this database but for the connections that are named `ours`."""
    query = """SELECT coalesce(nullif(application_name, ''), usename, '') || ' (' || pid || ')' AS name """
    found = conn.execute(sql.SQL(query + _OTHERS + " ORDER BY pid").format(ours=sql.Literal(ours)))
    return [row["name"] for row in found]


def revoked(conn: Connection) -> dict[str, list[str]]:
    """The API keys that do not work any more, and the accounts that are disabled."""
    there = {name for _, name in tables(conn, ["access"])}
    queries = {
        "api_key": "SELECT id FROM access.api_key WHERE revoked_at IS NOT NULL",
        "account": "SELECT email AS id FROM access.account WHERE disabled_at IS NOT NULL",
    }
    return {
        table: [row["id"] for row in conn.execute(query)] if table in there else []
        for table, query in queries.items()
    }


def revoke_again(conn: Connection, found: dict[str, list[str]]) -> int:
    """End these keys and accounts where a restore brought them back; how many it did."""
    keys = conn.execute(
        "UPDATE access.api_key SET revoked_at = now() WHERE id = ANY(%s) AND revoked_at IS NULL",
        [found["api_key"]],
    )
    accounts = conn.execute(
        "UPDATE access.account SET disabled_at = now() WHERE email = ANY(%s) AND disabled_at IS NULL",
        [found["account"]],
    )
    return keys.rowcount + accounts.rowcount


def before_restore(conn: Connection, schemas: Iterable[str]) -> bytes:
    """What a restoring transaction begins with."""
    names = sql.SQL(", ").join(map(sql.Identifier, schemas))
    return sql.SQL("BEGIN;\nDROP SCHEMA IF EXISTS {} CASCADE;\n").format(names).as_bytes(conn)


def after_restore(conn: Connection, rows: dict[str, int], ours: str) -> bytes:
    """What it ends with: it commits only where each table has its rows and nobody else has come."""
    checks = [
        sql.SQL("IF (SELECT count(*) FROM {table}) <> {n} THEN RAISE EXCEPTION {text}; END IF;\n").format(
            table=sql.Identifier(*table.split(".")),
            n=sql.Literal(n),
            text=sql.Literal(f"{table} has not {n} rows"),
        )
        for table, n in rows.items()
    ]
    alone = sql.SQL("IF EXISTS (SELECT " + _OTHERS + ") THEN RAISE EXCEPTION {text}; END IF;\n").format(
        ours=sql.Literal(ours), text=sql.Literal("somebody has connected to the database meanwhile")
    )
    body = sql.SQL("BEGIN\n{}END").format(sql.SQL("").join([*checks, alone]))
    return sql.SQL("DO {};\nCOMMIT;\n").format(sql.Literal(body.as_string(conn))).as_bytes(conn)


def analyze(conn: Connection) -> None:
    """Have the planner know the restored tables."""
    conn.execute("ANALYZE")
