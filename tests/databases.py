"""A database for each test without making one for each: it is emptied between tests, as if cloned anew."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import psycopg
from psycopg import sql

# Tables by their object number, so that one dropped and made again is another; yoyo's own stay as they are.
_TABLES = """
    SELECT c.oid, n.nspname, c.relname, c.relkind = 'r' AND pg_relation_size(c.oid) > 0 AS written
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'S', 'v') AND n.nspname !~ '^(pg_|information_schema)' AND c.relname !~ '^_?yoyo'"""
_SEQUENCES = """
    SELECT schemaname, sequencename FROM pg_sequences WHERE last_value IS NOT NULL AND sequencename !~ 'yoyo'"""
_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""


class Databases:
    """One database of a server, given to one test after the other."""

    def __init__(self, url: Callable[[str], str], template: str) -> None:
        self.url, self.template = url, template
        self.name = ""
        self.fresh: set[tuple[int, str]] = set()
        self.kept: dict[tuple[str, str], list[tuple[object, ...]]] = {}  # what migrations wrote

    def take(self) -> str:
        """The URL of a database with every schema migrated and no rows."""
        if not self.name:
            self._clone()
        return self.url(self.name)

    def give_back(self) -> None:
        """End every connection to it, and empty it; where a test changed its tables, the next one gets another."""
        with psycopg.connect(self.url(self.name), autocommit=True) as conn:
            conn.execute(_OTHERS)
            tables = conn.execute(_TABLES).fetchall()
            if {(oid, name) for oid, _, name, _ in tables} == self.fresh:
                self._empty(conn, [(schema, name) for _, schema, name, written in tables if written])
                return
        self._drop()

    def _clone(self) -> None:
        self.name = f"test_{uuid.uuid4().hex}"
        self._administer("CREATE DATABASE {} TEMPLATE {}", self.name, self.template)
        with psycopg.connect(self.url(self.name), autocommit=True) as conn:
            tables = conn.execute(_TABLES).fetchall()
            self.fresh = {(oid, name) for oid, _, name, _ in tables}
            self.kept = {
                (schema, name): conn.execute(_all(schema, name)).fetchall()
                for _, schema, name, written in tables
                if written
            }

    def _empty(self, conn: psycopg.Connection, written: list[tuple[str, str]]) -> None:
        tables = sql.SQL(", ").join(sql.Identifier(*name) for name in written)
        conn.execute(sql.SQL("TRUNCATE {} CASCADE").format(tables))  # at least what migrations wrote to
        for name in conn.execute(_SEQUENCES).fetchall():
            conn.execute(sql.SQL("ALTER SEQUENCE {} RESTART").format(sql.Identifier(*name)))
        for table, rows in self.kept.items():
            for row in rows:
                values = sql.SQL(", ").join(sql.Placeholder() for _ in row)
                insert = sql.SQL("INSERT INTO {} VALUES ({})")
                conn.execute(insert.format(sql.Identifier(*table), values), row)

    def _drop(self) -> None:
        name, self.name = self.name, ""
        self._administer("DROP DATABASE {} WITH (FORCE)", name)

    def _administer(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as conn:
            conn.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _all(schema: str, name: str) -> sql.Composed:
    return sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema, name))
