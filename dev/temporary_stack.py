"""A whole embedded stack of its own, thrown away at the end: what `make up` starts, in a temporary folder.

The folder holds links to the checkout's files, so the stack there is the real one: its supervisor, its pid files, its
broker that has the log sent again when it starts.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
from dotenv import dotenv_values
from psycopg.rows import dict_row

from dev import apache_kafka, children, ports

ROOT = Path(__file__).parents[1]
PORTS = (
    "SURVEY_PORT",
    "AGGREGATOR_PORT",
    "ALERTS_PORT",
    "POSTGRES_PORT",
    "BROKER_PORT",
    "SMTP_PORT",
    "SHOP_PORT",
)
# `dev down` when asked to end, and when the process that made the stack is gone.
GUARD = 'trap "exec .venv/bin/python -m dev down" TERM; while :; do sleep 0.2; done'


class Stack:
    """A running stack: its folder, its settings, and what one does to it from outside."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.environment = {name: value or "" for name, value in dotenv_values(root / ".run/env").items()}

    @property
    def maildir(self) -> Path:
        return Path(self.environment["MAIL_DIR"])

    def url(self, service: str) -> str:
        return self.environment[f"{service.upper()}_URL"]

    def connect(self) -> psycopg.Connection[dict[str, object]]:
        """A connection to the stack's database, each statement a transaction."""
        return psycopg.connect(self.environment["DATABASE_URL"], autocommit=True, row_factory=dict_row)

    def pid(self, name: str) -> int:
        """The process id of `survey-web`, `broker` …, as its pid file has it."""
        return int((self.root / f".run/pids/{name}.pid").read_text())

    def family(self, name: str) -> list[int]:
        """The process ids of `name` and of what it has started (a web process's workers); empty where it is gone."""
        try:
            process = psutil.Process(self.pid(name))
            return [process.pid, *(child.pid for child in process.children(recursive=True))]
        except psutil.NoSuchProcess:
            return []

    def kill(self, name: str) -> float:
        """SIGKILL, and wait until the supervisor has started it again; the seconds that took."""
        killed, began = self.pid(name), time.monotonic()
        os.kill(killed, signal.SIGKILL)
        ports.wait_until(
            lambda: self.pid(name) != killed and psutil.pid_exists(self.pid(name)), f"{name}'s restart"
        )
        return time.monotonic() - began

    def stop(self, name: str) -> None:
        """Have the supervisor stop a process, and wait until it is gone."""
        self._supervisor("stop", name)

    def start(self, name: str) -> None:
        """Have the supervisor start a stopped process."""
        self._supervisor("start", name)

    def cli(self, *arguments: str, seconds: float = 180) -> subprocess.CompletedProcess[str]:
        """Run `journeyloop …` with the stack's settings."""
        command = [sys.executable, "-m", "services.cli", *arguments]
        environ = {"PATH": os.defpath, "HOME": str(self.root)} | self.environment
        return subprocess.run(
            command, cwd=self.root, env=environ, capture_output=True, text=True, timeout=seconds
        )

    def log(self, name: str, characters: int = 4000) -> str:
        """The end of a process's log."""
        file = self.root / f".run/logs/{name}.log"
        return file.read_text(errors="replace")[-characters:] if file.exists() else "(no log)"

    def _supervisor(self, action: str, name: str) -> None:
        control = [
            sys.executable,
            "-m",
            "supervisor.supervisorctl",
            "-c",
            ".run/supervisord.conf",
            action,
            name,
        ]
        result = subprocess.run(control, cwd=self.root, capture_output=True, text=True, timeout=60)
        if result.returncode:
            raise RuntimeError(f"{action} {name}: {result.stdout}{result.stderr}")


@contextmanager
def temporary(
    broker: str, settings: Mapping[str, str] | None = None, prepare: Callable[[Path], None] | None = None
) -> Iterator[Stack]:
    """A ready stack with nothing in it, on `broker` (embedded or kafka); `settings` as in .run/env.

    `prepare` may change the folder's files before anything starts. Raises RuntimeError with what `up` said where it
    does not come up.
    """
    root = Path(tempfile.mkdtemp(prefix="stack-"))
    try:
        _link_checkout(root, broker)
        _write_settings(root, settings or {})
        if prepare is not None:
            prepare(root)
        guard = children.start(["sh", "-c", GUARD], root / "guard.log", death_signal=signal.SIGTERM, cwd=root)
        try:
            _up(root, broker)
            yield Stack(root)
        finally:
            children.stop(guard, seconds=120)
    finally:
        _remove(root)


def _link_checkout(root: Path, broker: str) -> None:
    if broker == "kafka":
        apache_kafka.jars()  # in the checkout, where they are kept
    for entry in ROOT.iterdir():
        if entry.name not in (".run", ".git", ".venv"):
            (root / entry.name).symlink_to(entry)
    (root / ".venv").symlink_to(sys.prefix)


def _write_settings(root: Path, settings: Mapping[str, str]) -> None:
    """Ports of the kernel's choosing: several stacks may start at once."""
    (root / ".run").mkdir(mode=0o711)
    root.chmod(0o711)
    chosen = {name: str(ports.free_port()) for name in PORTS} | dict(settings)
    (root / ".run/env").write_text("".join(f"{name}='{value}'\n" for name, value in chosen.items()))


def _up(root: Path, broker: str) -> None:
    environ = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(root)}
    command = [sys.executable, "-m", "dev", "up", "--broker", broker]
    result = subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True, timeout=300)
    if result.returncode:
        raise RuntimeError(f"the stack did not come up:\n{result.stdout}{result.stderr}")


def _remove(root: Path) -> None:
    """The stack's data may lie elsewhere: PostgreSQL's, where its user could not reach the folder."""
    elsewhere = root / ".run/postgres.home"
    if elsewhere.exists():
        shutil.rmtree(elsewhere.read_text(), ignore_errors=True)
    shutil.rmtree(root, ignore_errors=True)
