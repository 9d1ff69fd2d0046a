"""The parts of a restore that touch the database: being alone with it, and one transaction for all its tables."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import yoyo

from services.cli.backups import postgres_programs as programs
from services.cli.backups import store
from services.cli.backups.backup import NAMES
from services.cli.backups.manifest import DUMP, Manifest
from shared.db import ACCESS, Connection, Schema, connect
from shared.settings import Settings

SHOWN = 8
# A server ends the session of a process that was stopped a moment after that process is gone.
LEAVING_SECONDS = 2.0


@contextmanager
def alone(settings: Settings) -> Iterator[Connection]:
    """A connection beside which nobody else is connected to the database, and no relay works while it lives.

    Raises ClickException naming who is connected.
    """
    with connect(settings, ACCESS) as conn:
        store.name_connection(conn, _name(conn))
        deadline = time.monotonic() + LEAVING_SECONDS
        while who := _not_alone(conn):
            if time.monotonic() > deadline:
                raise click.ClickException(f"{who}. Stop all processes first")
            time.sleep(0.1)
        yield conn


def _not_alone(conn: Connection) -> str | None:
    """Who is there beside us; None: nobody, and no relay will be while `conn` lives."""
    if not store.hold_back_relay(conn):
        return "the relay runs, or another restore"
    found = store.others(conn, _name(conn))
    return f"{len(found)} others are connected to the database: {', '.join(found[:SHOWN])}" if found else None


def put_back(settings: Settings, conn: Connection, folder: Path, backup: Manifest) -> str:
    """Replace our schemas by those of the dump, in one transaction that commits only what the manifest says.

    Raises ClickException, and then the database is as it was.
    """
    tools = programs.suitable(store.server(conn))
    with (
        programs.address(settings.database_url, application_name=_name(conn)) as address,
        programs.running(_psql(tools, address), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as psql,
    ):
        into = psql.process.stdin
        assert into is not None
        try:
            into.write(store.before_restore(conn, NAMES))
            into.flush()
            script = [tools.path("pg_restore"), "--no-owner", "--no-privileges", "--file=-"]
            with programs.running([*script, str(folder / DUMP)], stdout=into.fileno()) as dumped:
                if dumped.process.wait():
                    psql.succeed()  # where it failed, that is why; else it ends without a commit
                    dumped.succeed()
            into.write(store.after_restore(conn, backup.rows, _name(conn)))
            into.flush()
        except BrokenPipeError:
            pass  # psql ended: it says why
        psql.succeed()
    store.analyze(conn)
    return f"{sum(backup.rows.values()):,} rows"


def known_migrations(schemas: Iterable[Schema]) -> dict[str, set[str]]:
    """By schema, the migrations of this code."""
    return {schema.name: {one.id for one in yoyo.read_migrations(*schema.folders())} for schema in schemas}


def _psql(tools: programs.Programs, address: str) -> list[str]:
    options = ["--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", f"--dbname={address}"]
    return [tools.path("psql"), *options]


def _name(conn: Connection) -> str:
    return f"journeyloop restore {conn.info.backend_pid}"
