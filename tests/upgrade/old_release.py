"""The code of a release, out of the history: its processes run beside today's."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from functools import partial
from io import BytesIO
from pathlib import Path

from dev import children, ports
from tests.processes import Processes, answers

ROOT = Path(__file__).parents[2]
PARTS = ("services", "shared", "deploy", "pyproject.toml")
# Packages that releases had and today does not: only the page /docs needs them, which nobody asks for here.
GONE = {"swagger_ui_bundle.py": 'swagger_ui_path = "/nowhere"\n'}


class OldProcesses(Processes):
    """Like `Processes`, of the code in `code`."""

    def __init__(self, environment: dict[str, str], folder: Path, code: Path) -> None:
        super().__init__(environment, folder)
        self.code = code

    def start(self, service: str, process: str) -> subprocess.Popen[bytes]:
        name = f"{service}-{process}"
        environ = {
            "PATH": os.defpath,
            "HOME": str(self.folder),
            "PYTHONPATH": str(self.code),
        } | self.environment
        command = [sys.executable, "-m", f"services.{service}", process]
        log = self.folder / f"{name}.log"
        self.running[name] = children.start(command, log, cwd=self.code, env=environ)
        return self.running[name]

    def start_all(self) -> None:
        """Everything that a response passes; returns when the three services answer."""
        for service, process in (("survey", "relay"), ("aggregator", "consumer"), ("alerts", "consumer")):
            self.start(service, process)
        for service in ("survey", "aggregator", "alerts"):
            self.start(service, "web")
        for service in ("survey", "aggregator", "alerts"):
            ports.wait_until(partial(answers, f"{self.url(service)}/healthz"), f"{service}'s start", 60)

    def ended(self) -> list[str]:
        """The processes that are gone, with the end of their logs."""
        gone = [name for name, process in self.running.items() if process.poll() is not None]
        return [f"{name}: {self.log(name)[-2000:]}" for name in gone]


def checked_out(release: Path, folder: Path) -> Path | None:
    """The code as that release had it, in `folder`; None where the history does not go back so far."""
    commit = (release / "commit").read_text().strip()
    archive = subprocess.run(["git", "archive", commit, *PARTS], cwd=ROOT, capture_output=True)
    if archive.returncode:
        return None
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as tar:
        tar.extractall(folder, filter="data")
    for name, text in GONE.items():
        (folder / name).write_text(text)
    return folder
