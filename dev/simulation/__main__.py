"""`python -m dev.simulation`: simulates stages, prints the table, and writes docs/false-alarms.md when asked."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from time import monotonic

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from dev.simulation.page import markdown
from dev.simulation.run import Cell, Parcel, cells, parcels, results
from dev.simulation.scenarios import SCENARIOS, Scenario
from dev.simulation.seen import Seen
from dev.simulation.table import broken, terminal

DOCS = Path(__file__).parents[2] / "docs"
PAGE, PICTURE = DOCS / "false-alarms.md", DOCS / "img" / "false-alarms.svg"
console = Console(stderr=True)


@click.command()
@click.option(
    "--scale", default=1.0, show_default=True, help="How many of the stage-years; .02 is a quick look."
)
@click.option(
    "--only",
    multiple=True,
    type=click.Choice([one.key for one in SCENARIOS]),
    help="One world (again for more).",
)
@click.option("--cores", default=os.cpu_count() or 1, show_default=True, help="Processes at a time.")
@click.option("--write", is_flag=True, help="Write docs/false-alarms.md and its picture too.")
def main(scale: float, only: tuple[str, ...], cores: int, write: bool) -> None:
    """Watch synthetic stages with the live detector and with common rules; 1 where a bound is broken."""
    if write and only:
        raise click.UsageError("--write needs every world: leave --only out")
    begun = monotonic()
    chosen = [one for one in SCENARIOS if not only or one.key in only]
    found = simulate(chosen, scale, cores)
    printer = Console(width=None if sys.stdout.isatty() else 200)
    for table in terminal(found):
        printer.print(table)
    if write:
        from dev.simulation.picture import draw

        draw(found, PICTURE)
        PAGE.write_text(markdown(found, _machine(found, monotonic() - begun, cores)))
    wrong = [(cell, column) for cell in found for column in cell.scenario.columns if broken(column, cell)]
    for cell, column in wrong:
        console.print(f"[red]over its bound: {cell.scenario.title}, {cell.volume:.0f} a day: {column.title}")
    sys.exit(1 if wrong else 0)


def simulate(chosen: list[Scenario], scale: float, cores: int) -> list[Cell]:
    """All cells, with a progress bar that counts stage-years."""
    work = parcels(chosen, scale)
    done: list[tuple[Parcel, list[Seen]]] = []
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("stage-years", total=round(sum(parcel.years for parcel in work)))
        for parcel, seen in results(work, cores):
            done.append((parcel, seen))
            progress.update(task, completed=round(sum(one.years for one, _ in done)))
    return cells(chosen, done)


def _machine(found: list[Cell], seconds: float, cores: int) -> str:
    years = sum(cell.years for cell in found)
    return (
        f"{years:,.0f} stage-years, in {seconds / 60:.0f} minutes on {cores} cores"
        f" (Python {platform.python_version()}); 400 a cell, 100 at 5 000 a day."
    )


if __name__ == "__main__":
    main()
