"""The process supervisor of the embedded stack (supervisord): its configuration, and asking it to act."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from dev import ports
from dev.installation import LOGS, PIDS, ROOT, RUN

CONFIG = RUN / "supervisord.conf"
INFRASTRUCTURE = ("postgres", "broker", "mail-sink", "shop")
SERVICES = {
    "survey": ("web", "relay", "worker"),
    "aggregator": ("web", "consumer"),
    "alerts": ("web", "consumer", "notifier"),
}
_AF_UNIX_LIMIT = 100

# startsecs=0: an exit never counts as a failed start, so a process is started again for ever, within a second.
_PROGRAM = """\
[program:{name}]
command=/bin/sh dev/run.sh {name} {command}
autostart={autostart}
autorestart=true
startsecs=0
startretries=1000000
stopsignal={stopsignal}
stopwaitsecs=15
priority={priority}
stdout_logfile=NONE
stderr_logfile=NONE
"""

_SUPERVISOR = """\
[supervisord]
logfile={logs}/supervisor.log
pidfile={pids}/supervisor.pid
directory={root}
childlogdir={logs}
{user}
[unix_http_server]
file={socket}
chmod=0600
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://{socket}
"""


def process_names() -> list[str]:
    """Our own processes, as `survey-web`."""
    return [f"{service}-{process}" for service, processes in SERVICES.items() for process in processes]


def configuration() -> str:
    """The text of supervisord.conf. Services start when told (the database must be migrated first), and stop first."""
    user = "user=root" if os.geteuid() == 0 else ""
    paths = {"logs": LOGS, "pids": PIDS, "root": ROOT}
    head = _SUPERVISOR.format(socket=socket_path(), user=user, **_escaped(paths))
    infrastructure = [
        _infrastructure(name, priority) for priority, name in enumerate(INFRASTRUCTURE, start=1)
    ]
    services = [_service(service, process) for service, all_ in SERVICES.items() for process in all_]
    group = f"[group:services]\nprograms={','.join(process_names())}\npriority=100\n"
    return "\n".join([head, *infrastructure, *services, group])


def socket_path() -> Path:
    """Where supervisord listens: in .run/, or in the temporary folder where that path is too long for a socket."""
    path = RUN / "supervisor.sock"
    if len(str(path)) < _AF_UNIX_LIMIT:
        return path
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"journeyloop-{os.geteuid()}-{digest}.sock"


def is_running() -> bool:
    """Whether the supervisor answers."""
    try:
        return bool(_remote().getState()["statename"] == "RUNNING")
    except (OSError, Fault):
        return False


def start() -> None:
    """Start the supervisor in the background, and with it the infrastructure."""
    CONFIG.write_text(configuration())
    command = [sys.executable, "-m", "dev.supervisord", "--configuration", str(CONFIG)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=ROOT)
    ports.wait_until(is_running, "the supervisor's start")


def start_services() -> None:
    """Start those of our processes that do not run."""
    _remote().startProcessGroup("services", False)


def processes() -> Sequence[dict[str, Any]]:
    """What the supervisor knows of each process: name, statename, pid, start (seconds since 1970)."""
    found: Any = _remote().getAllProcessInfo()
    return list(found)


def shut_down() -> None:
    """Stop everything, our processes first, and wait until it is gone."""
    _remote().shutdown()
    ports.wait_until(lambda: not (PIDS / "supervisor.pid").exists(), "the supervisor's end", 90)


def _remote() -> Any:
    transport = SupervisorTransport(None, None, f"unix://{socket_path()}")
    return ServerProxy("http://127.0.0.1", transport=transport).supervisor


def _infrastructure(name: str, priority: int) -> str:
    signal = "INT" if name == "postgres" else "TERM"  # INT: PostgreSQL's fast shutdown
    command = f"{_python()} -m dev serve {name}"
    return _PROGRAM.format(name=name, command=command, autostart="true", stopsignal=signal, priority=priority)


def _service(service: str, process: str) -> str:
    name, command = f"{service}-{process}", f"{_python()} -m services.{service} {process}"
    return _PROGRAM.format(name=name, command=command, autostart="false", stopsignal="TERM", priority=100)


def _python() -> str:
    """The interpreter, relative to the root: the checkout's path may hold anything."""
    return ".venv/bin/python"


def _escaped(paths: dict[str, Path]) -> dict[str, str]:
    return {name: str(path).replace("%", "%%") for name, path in paths.items()}
