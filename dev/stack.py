"""Bringing the embedded stack up and down."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psutil
import psycopg
from psycopg import sql

from dev import installation, ports, postgres, supervisor
from dev.installation import Environment
from shared import access, db, settings

READY_SECONDS = 180
START_TOLERANCE_SECONDS = 5.0


class NotReady(Exception):
    """The stack did not come up; the message says what is missing and ends with the log of the culprit."""


def up(broker_kind: str | None) -> Environment:
    """Start what is not running, and return when everything is ready. The settings of the running stack."""
    if supervisor.is_running() and _wants(broker_kind):
        environment = installation.read()
    else:
        down()
        environment = installation.make(broker_kind)
        supervisor.start()
    _make_database(environment)
    environment = _make_admin_key(environment)
    supervisor.start_services()
    _wait_until_ready(environment)
    return environment


def down() -> None:
    """Stop everything. Data stays."""
    if supervisor.is_running():
        supervisor.shut_down()
    _end_orphans()


def readiness(url: str) -> str | None:
    """What a service's /readyz says is wrong; None when it is ready."""
    try:
        with urlopen(f"{url}/readyz", timeout=5):
            return None
    except HTTPError as error:
        return f"{error.code} {error.read(2000).decode(errors='replace')}"
    except (URLError, OSError) as error:
        return str(error)


def service_urls(environment: Environment) -> dict[str, str]:
    return {service: environment[f"{service.upper()}_URL"] for service in supervisor.SERVICES}


def _wants(broker_kind: str | None) -> bool:
    """Whether the running stack has the broker that is asked for."""
    return broker_kind in (None, installation.read().get("JOURNEYLOOP_BROKER"))


def _make_database(environment: Environment) -> None:
    """Wait for PostgreSQL, make the database unless it is there, and migrate every schema."""
    server = installation.postgres_server(environment)
    try:
        ports.wait_until(lambda: postgres.is_ready(server), "PostgreSQL's start", 60)
    except TimeoutError as error:
        raise NotReady(f"{error}\n{tail('postgres')}") from error
    with psycopg.connect(server.url("postgres"), autocommit=True) as conn:
        name = installation.DATABASE
        if conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    result = subprocess.run(
        [sys.executable, "-m", "services.cli", "migrate"], env=environment, capture_output=True, text=True
    )
    if result.returncode:
        raise NotReady(f"journeyloop migrate failed:\n{result.stdout}{result.stderr}")


def _make_admin_key(environment: Environment) -> Environment:
    """Make the stack's admin key the first time; it is kept in .run/env."""
    if "ADMIN_KEY" not in environment:
        with db.connect(settings.load(environment), db.ACCESS) as conn:
            environment = environment | {"ADMIN_KEY": access.create_key(conn, "admin", "admin")}
        installation.write(environment)
    return environment


def _wait_until_ready(environment: Environment) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while missing := _missing(environment):
        if time.monotonic() > deadline:
            service, why = next(iter(missing.items()))
            logs = "\n".join(tail(f"{service}-{process}") for process in supervisor.SERVICES.get(service, ()))
            raise NotReady(f"{service} is not ready after {READY_SECONDS} s: {why}\n{logs or tail(service)}")
        time.sleep(0.2)


def _missing(environment: Environment) -> dict[str, str]:
    """What is not ready yet, and why."""
    found = {service: readiness(url) for service, url in service_urls(environment).items()}
    if not ports.is_listening(int(environment["SMTP_PORT"])) or not (installation.MAILDIR / "new").is_dir():
        found["mail-sink"] = "no Maildir"
    for name in supervisor.process_names():
        if not (installation.PIDS / f"{name}.pid").exists():
            found[name] = "not started"
    return {name: why for name, why in found.items() if why is not None}


def tail(name: str, lines: int = 30) -> str:
    """The last lines of a process's log, with a headline."""
    log = installation.LOGS / f"{name}.log"
    if not log.exists():
        return f"--- {name}: no log"
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 20_000))
        text = file.read().decode(errors="replace").splitlines()[-lines:]
    return "\n".join([f"--- {log.relative_to(installation.ROOT)}", *text])


def _end_orphans() -> None:
    """End what a killed supervisor left behind, found by pid files as old as their process."""
    orphans = [process for process in map(_owner, installation.PIDS.glob("*.pid")) if process is not None]
    for process in orphans:
        process.terminate()
    _, alive = psutil.wait_procs(orphans, timeout=15)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=5)
    for file in installation.PIDS.glob("*.pid"):
        file.unlink()


def _owner(file: Path) -> psutil.Process | None:
    """The living process that wrote a pid file; None where it is gone, even if its number is used again."""
    try:
        process = psutil.Process(int(file.read_text()))
        written_at_start = abs(process.create_time() - file.stat().st_mtime) < START_TOLERANCE_SECONDS
    except (psutil.NoSuchProcess, ValueError):
        return None
    return process if written_at_start else None
