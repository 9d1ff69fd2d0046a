"""Our processes, started for real in tests: `processes.start("survey", "relay")`, killed, started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from dev import children, ports

ROOT = Path(__file__).parents[1]


class Processes:
    """The processes of one test, by name (`survey-relay`); their output is in `folder/<name>.log`."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.environment = environment
        self.folder = folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, service: str, process: str) -> subprocess.Popen[bytes]:
        """Start `python -m services.<service> <process>` with this test's settings."""
        name = f"{service}-{process}"
        environ = {"PATH": os.defpath, "HOME": str(self.folder), "PYTHONUNBUFFERED": "1"} | self.environment
        command = [sys.executable, "-m", f"services.{service}", process]
        self.running[name] = children.start(command, self.folder / f"{name}.log", cwd=ROOT, env=environ)
        return self.running[name]

    def start_web(self, service: str) -> str:
        """Start the web process of `service`, wait until it answers, and return its URL."""
        process = self.start(service, "web")
        url = self.url(service)
        ports.wait_until(
            lambda: process.poll() is not None or answers(f"{url}/healthz"), f"{service}-web's start"
        )
        if process.poll() is not None:
            raise RuntimeError(f"{service}-web ended at once:\n{self.log(f'{service}-web')}")
        return url

    def url(self, service: str) -> str:
        return f"http://{ports.LOOPBACK}:{self.environment[f'{service.upper()}_PORT']}"

    def kill(self, name: str) -> None:
        """SIGKILL, as a crash would."""
        children.stop(self.running[name], signal.SIGKILL)

    def stop(self, name: str) -> int:
        """SIGTERM, and wait; the exit code."""
        children.stop(self.running[name])
        return int(self.running[name].returncode)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def stop_all(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            children.stop(process)


def answers(url: str) -> bool:
    """Whether a GET of `url` is answered with 200."""
    try:
        with urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except (URLError, OSError):
        return False
