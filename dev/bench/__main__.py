"""`python -m dev.bench`: measures, prints one table, and writes docs/benchmarks.md when asked."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable

import click
from rich.console import Console

from dev.bench import disk, importing, ingest, journey, latency, memory, widget
from dev.bench.consuming import Consuming
from dev.bench.figures import Figure, machine, markdown, table
from dev.bench.scale import FULL, QUICK, Scale
from dev.bench.servers import KINDS, system
from dev.bench.system import ROOT

PARTS = ("ingest", "aggregate", "detect", "import", "latency", "memory", "disk", "pages", "widget")
PAGE = ROOT / "docs" / "benchmarks.md"
console = Console(stderr=True)


@click.command()
@click.option(
    "--only", type=click.Choice(PARTS), multiple=True, help="One part (again for more); default: all."
)
@click.option("--quick", is_flag=True, help="Small and in a minute: that it works, not how fast.")
@click.option(
    "--broker", type=click.Choice(list(KINDS)), help="Default: kafka where Java and Maven are there."
)
@click.option("--write", is_flag=True, help="Write the table to docs/benchmarks.md too.")
def main(only: tuple[str, ...], quick: bool, broker: str | None, write: bool) -> None:
    """Measure throughput, latency and memory on servers of its own; nothing of it stays."""
    kind = broker or ("kafka" if shutil.which("java") and shutil.which("mvn") else "embedded")
    title = machine("Apache Kafka" if kind == "kafka" else "the embedded one")
    figures = measure(kind, QUICK if quick else FULL, set(only or PARTS))
    Console(width=None if sys.stdout.isatty() else 180).print(table(figures, title))
    if write:
        PAGE.write_text(markdown(figures, title, "make bench WRITE=1"))
    sys.exit(1 if any(figure.met is False for figure in figures) and not quick else 0)


def measure(broker: str, scale: Scale, parts: set[str]) -> list[Figure]:
    """The figures of `parts`, measured one after the other in one system."""
    with console.status("Starting servers…") as status, system(broker) as made:
        consuming = Consuming(made, scale)
        steps: list[tuple[str, set[str], Callable[[], list[Figure]]]] = [
            ("aggregate", {"aggregate", "detect", "memory"}, consuming.aggregate),
            ("detect", {"detect", "memory"}, consuming.detect),
            ("ingest", {"ingest", "memory"}, lambda: ingest.measure(made, scale)),
            ("import", {"import", "latency", "memory", "disk"}, lambda: importing.measure(made, scale)),
            ("catching up", {"latency", "memory", "disk"}, lambda: importing.drain(made)),
            ("disk", {"disk"}, lambda: disk.measure(made)),
            ("latency", {"latency", "memory"}, lambda: latency.measure(made, scale)),
            ("memory", {"memory"}, lambda: memory.measure(made, consuming.peaks)),
            ("pages", {"pages"}, lambda: journey.measure(made, scale)),
            ("the widget", {"widget"}, lambda: widget.measure(scale)),
        ]
        figures: list[Figure] = []
        for name, needed_for, step in steps:
            if parts & needed_for:
                status.update(f"Measuring {name}…")
                for figure in step():
                    console.print(figure.what, figure.measured, f"({figure.beside})", highlight=False)
                    figures.append(figure)
        return figures


if __name__ == "__main__":
    main()
