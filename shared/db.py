"""Connections, pools and migrations. One PostgreSQL schema a service; every connection's search_path is its schema."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import psycopg
import yoyo
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import ConnectionPool
from yoyo.migrations import MigrationList

from shared.settings import Settings

Connection = psycopg.Connection[dict[str, Any]]

SHARED_MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 7_402_001
RESTED_SECONDS = 1.0
MIGRATION_PATIENCE = 120.0
MIGRATION_LOCK_TIMEOUT = "2s"

set_json_loads(orjson.loads)
set_json_dumps(orjson.dumps)


class SchemaOutdated(Exception):
    """The database lacks migrations this code needs: run `journeyloop migrate`."""


@dataclass(frozen=True)
class Schema:
    """A service's PostgreSQL schema: its own migrations, and the shared ones it holds (in shared/migrations)."""

    name: str
    folder: Path
    shares: tuple[str, ...] = ()

    def folders(self) -> list[str]:
        return [str(SHARED_MIGRATIONS / share) for share in self.shares] + [str(self.folder)]


ACCESS = Schema("access", SHARED_MIGRATIONS / "access")


def connect(settings: Settings, schema: Schema, *, autocommit: bool = True) -> Connection:
    """One connection with rows as dicts, UTC, and `schema` as its search_path."""
    return psycopg.connect(settings.database_url, autocommit=autocommit, **_arguments(schema))


@contextmanager
def snapshot(settings: Settings, *schemas: Schema) -> Iterator[list[Connection]]:
    """A connection for each schema, all of which see the database as it is at one and the same moment."""
    with ExitStack() as stack:
        conns = [stack.enter_context(connect(settings, schema)) for schema in schemas]
        for conn in conns:
            conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            stack.enter_context(conn.transaction())
        row = conns[0].execute("SELECT pg_export_snapshot() AS name").fetchone()
        assert row is not None
        for conn in conns[1:]:
            conn.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(row["name"])))
        yield conns


def pool(settings: Settings, schema: Schema) -> ConnectionPool[Connection]:
    """A pool for a web process. Open it after the fork; a connection comes within 5 s or PoolTimeout is raised."""
    return ConnectionPool(
        settings.database_url,
        kwargs=_arguments(schema),
        min_size=1,
        max_size=settings.db_pool_size,
        timeout=5,
        check=_check_rested,
        open=True,
    )


def _check_rested(conn: Connection) -> None:
    """Ask a connection whether it lives, at most once a second: a busy one would pay a round trip each time."""
    now = time.monotonic()
    if now - getattr(conn, "checked_at", -RESTED_SECONDS) >= RESTED_SECONDS:
        ConnectionPool.check_connection(conn)
        conn.checked_at = now  # type: ignore[attr-defined]


def _arguments(schema: Schema) -> dict[str, Any]:
    options = f"-c search_path={schema.name} -c timezone=UTC"
    return {"row_factory": dict_row, "options": options, "connect_timeout": 5}


def migrate(settings: Settings, schema: Schema, patience: float = MIGRATION_PATIENCE) -> int:
    """Bring `schema` up to date, one process at a time; the number of migrations applied.

    Processes may run meanwhile. Whoever waits for a table makes everyone wait who comes after, so a migration gives up
    after 2 s and tries again, for `patience` seconds. Then LockNotAvailable is raised.
    """
    deadline = time.monotonic() + patience
    with connect(settings, ACCESS) as conn, _lock(conn):
        conn.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema.name)))
        done = 0
        while True:
            backend = yoyo.get_backend(_yoyo_url(settings, schema))
            try:
                while pending := backend.to_apply(_migrations(schema)):
                    backend.apply_migrations(pending[:1])
                    done += 1
                return done
            except psycopg.errors.LockNotAvailable:
                if time.monotonic() > deadline:
                    raise
                time.sleep(RESTED_SECONDS)  # those who waited behind it go first
            finally:
                backend.connection.close()


def require_current(conn: Connection, schema: Schema) -> None:
    """Raise SchemaOutdated where the database is older than this code."""
    if conn.execute("SELECT to_regclass(%s) AS found", [f"{schema.name}._yoyo_migration"]).fetchone() == {
        "found": None
    }:
        raise SchemaOutdated(f"schema {schema.name} does not exist: run `journeyloop migrate`")
    table = sql.Identifier(schema.name, "_yoyo_migration")
    applied = {
        row["migration_id"] for row in conn.execute(sql.SQL("SELECT migration_id FROM {}").format(table))
    }
    missing = sorted(_needed(schema) - applied)
    if missing:
        raise SchemaOutdated(f"schema {schema.name} lacks {', '.join(missing)}: run `journeyloop migrate`")


@contextmanager
def _lock(conn: Connection) -> Iterator[None]:
    conn.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
    try:
        yield
    finally:
        conn.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def _migrations(schema: Schema) -> MigrationList:
    return yoyo.read_migrations(*schema.folders())


def fingerprints(conn: Connection, tables: Mapping[str, str]) -> dict[str, tuple[int, str]]:
    """Rows and a hash of each table, whatever order its rows are in; `tables`: name → what it holds, as a SELECT."""
    found = {}
    for name, query in tables.items():
        row = conn.execute(
            f"""SELECT count(*) AS n, coalesce(sum(hashtextextended(held::text, 0)::numeric), 0)::text AS hash
                FROM ({query}) AS held"""
        ).fetchone()
        assert row is not None
        found[name] = (row["n"], row["hash"])
    return found


def sizes(conn: Connection) -> tuple[int, int]:
    """Bytes on disk: of the tables of this connection's schema with their indexes, and of the whole database."""
    row = conn.execute(
        """SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint AS schema,
                  pg_database_size(current_database()) AS whole
           FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"""
    ).fetchone()
    assert row is not None
    return row["schema"], row["whole"]


@lru_cache
def _needed(schema: Schema) -> frozenset[str]:
    return frozenset(migration.id for migration in _migrations(schema))


def _yoyo_url(settings: Settings, schema: Schema) -> str:
    _, rest = settings.database_url.split("://", 1)
    joiner = "&" if "?" in rest else "?"
    options = quote(f"-c lock_timeout={MIGRATION_LOCK_TIMEOUT}")
    return f"postgresql+psycopg://{rest}{joiner}schema={quote(schema.name)}&options={options}"
