"""The system that is measured: its database, and our processes in it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
import requests
from psycopg import sql

from dev import children, ports, postgres
from services import aggregator, alerts, survey
from shared import access, db, settings
from shared.settings import Settings

ROOT = Path(__file__).parents[2]
SCHEMAS = (db.ACCESS, survey.SCHEMA, aggregator.SCHEMA, alerts.SCHEMA)
PROCESSES = (
    "survey-web", "survey-relay", "survey-worker", "aggregator-web", "aggregator-consumer", "alerts-web",
    "alerts-consumer", "alerts-notifier",
)  # fmt: skip
TEMPLATE = "pristine"


class System:
    """Settings, an admin key and the processes started so far; their output is in `folder/<name>.log`."""

    def __init__(self, folder: Path, server: postgres.Server, environment: dict[str, str]) -> None:
        self.folder = folder
        self.server = server
        self.environment = environment
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._session = requests.Session()

    @property
    def settings(self) -> Settings:
        return settings.load(self.environment)

    def connect(self, schema: db.Schema) -> db.Connection:
        """A connection of the benchmark's own, to look at what has come so far."""
        return db.connect(self.settings, schema)

    def make(self) -> None:
        """Make and migrate the database, and an admin key."""
        self.fresh_database("journeyloop")
        with self.connect(db.ACCESS) as conn:
            self._session.headers["Authorization"] = f"Bearer {access.create_key(conn, 'admin', 'bench')}"

    def fresh_database(self, name: str) -> str:
        """The URL of a new database with every schema and no rows."""
        with psycopg.connect(self.server.url("postgres"), autocommit=True) as conn:
            there = conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone()
            if there is None:
                conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
                template = settings.load(self.environment | {"DATABASE_URL": self.server.url(TEMPLATE)})
                for schema in SCHEMAS:
                    db.migrate(template, schema)
            names = sql.Identifier(name), sql.Identifier(TEMPLATE)
            conn.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        return self.server.url(name)

    def start(self, name: str, command: Sequence[str] = (), **changes: str) -> subprocess.Popen[bytes]:
        """Start a process of ours (`survey-relay`), or `command`, with the system's settings and `changes`."""
        service, _, process = name.partition("-")
        arguments = [sys.executable, "-m", *(command or (f"services.{service}", process))]
        self.running[name] = children.start(
            arguments, self.folder / f"{name}.log", cwd=ROOT, env=self.environment | changes
        )
        return self.running[name]

    def ensure(self, *names: str) -> None:
        """Start those of our processes that do not run yet; webs listen when this returns."""
        for name in set(names) - self.running.keys():
            self.start(name)
        for name in names:
            if name.endswith("-web"):
                self.wait_for(name, int(self.environment[f"{name.removesuffix('-web').upper()}_PORT"]))

    def measure(self, *command: str, stdin: bytes | None = None, **changes: str) -> str:
        """What a short-lived process of the benchmark printed."""
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=self.environment | changes,
            input=stdin,
            capture_output=True,
            preexec_fn=children.die_with_parent(),
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr.decode()}")
        return done.stdout.decode()

    def wait_for(self, name: str, port: int) -> None:
        """Wait until the process listens on `port`. Raises RuntimeError with its log where it ended."""
        process = self.running[name]
        ports.wait_until(
            lambda: process.poll() is not None or ports.is_listening(port), f"{name}'s start", 60
        )
        if process.poll() is not None:
            raise RuntimeError(f"{name} ended:\n{(self.folder / f'{name}.log').read_text()[-3000:]}")

    def request(self, method: str, service: str, path: str, **options: Any) -> Any:
        """JSON of one of our services, as admin. Raises where it is not a success."""
        url = self.environment[f"{service.upper()}_URL"] + path
        answer = self._session.request(method, url, timeout=60, **options)
        if not answer.ok:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:1000]}")
        return answer.json()

    def stop(self, name: str) -> None:
        children.stop(self.running.pop(name))

    def stop_all(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            children.stop(process)
