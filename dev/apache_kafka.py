"""Apache Kafka without Docker: one KRaft node from the jars of dev/kafka/pom.xml. Needs Java 17 and Maven."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dev import children, ports

POM = Path(__file__).parent / "kafka" / "pom.xml"
CACHE = Path(__file__).parents[1] / "build"
CLUSTER_ID = "am91cm5leWxvb3AtZGV2MQ"
# It lives for minutes beside everything else: compiling it well costs more than it brings (8 s of CPU instead of 15).
JVM = ["-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller_port}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
log.dirs={home}/data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
log.retention.hours=168
"""


def jars() -> Path:
    """The folder with the broker's jars, fetched by Maven when the pom has changed."""
    folder = CACHE / f"kafka-{hashlib.sha256(POM.read_bytes()).hexdigest()[:12]}"
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "kafka.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            _fetch(folder)
    return folder


def prepare(home: Path, port: int) -> None:
    """Write the configuration of a broker on `port` and format its storage unless that is done."""
    home.mkdir(parents=True, exist_ok=True)
    properties = home / "server.properties"
    controller_port = _controller_port(properties) or ports.free_port()
    properties.write_text(PROPERTIES.format(port=port, controller_port=controller_port, home=home))
    if (home / "data" / "meta.properties").exists():
        return
    formatting = ["format", "--standalone", "--cluster-id", CLUSTER_ID, "--config", str(properties)]
    _check(_java("kafka.tools.StorageTool", *formatting))


def command(home: Path) -> list[str]:
    """The command line that runs the broker prepared in `home` in the foreground."""
    return _java("kafka.Kafka", str(home / "server.properties"))


@contextmanager
def temporary() -> Iterator[str]:
    """A running broker with nothing in it, as its `host:port` (for tests)."""
    home = Path(tempfile.mkdtemp(prefix="kafka-"))
    port = ports.free_port()
    try:
        prepare(home, port)
        process = children.start(command(home), home / "log", cwd=home)
        try:
            ports.wait_until(lambda: ports.is_listening(port), "Apache Kafka's start", 60)
            yield f"{ports.LOOPBACK}:{port}"
        finally:
            children.stop(process)
    finally:
        shutil.rmtree(home)


def _controller_port(properties: Path) -> int | None:
    """The port written down before; it is part of the formatted quorum, so it stays."""
    if not properties.exists():
        return None
    lines = dict(line.split("=", 1) for line in properties.read_text().splitlines())
    return int(lines["controller.quorum.bootstrap.servers"].rsplit(":", 1)[1])


def _java(main: str, *arguments: str) -> list[str]:
    return ["java", *JVM, "-cp", f"{jars()}/*", main, *arguments]


def _fetch(folder: Path) -> None:
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            raise RuntimeError(f"BROKER=kafka needs {program}: install Java 17 and Maven")
    half = folder.with_suffix(".half")
    shutil.rmtree(half, ignore_errors=True)
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={half}"]
    _check(["mvn", "--quiet", "--batch-mode", "--file", str(POM), *goal])
    half.rename(folder)


def _check(arguments: list[str]) -> None:
    result = subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError(f"{arguments[0]} failed: {result.stdout}{result.stderr}")
