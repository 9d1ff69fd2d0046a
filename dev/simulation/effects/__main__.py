"""`python -m dev.simulation.effects`: looks at synthetic actions every day, and writes docs/effects.md when asked."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from time import monotonic

import click
from rich.console import Console
from rich.progress import track

from dev.simulation.effects.page import broken, markdown, terminal
from dev.simulation.effects.run import Cell, cells, parcels, results
from dev.simulation.effects.scenarios import SCENARIOS

PAGE = Path(__file__).parents[3] / "docs" / "effects.md"
console = Console(stderr=True)


@click.command()
@click.option("--scale", default=1.0, show_default=True, help="How many of the actions; .02 is a quick look.")
@click.option(
    "--only",
    multiple=True,
    type=click.Choice([one.key for one in SCENARIOS]),
    help="One kind of action (again for more).",
)
@click.option("--cores", default=os.cpu_count() or 1, show_default=True, help="Processes at a time.")
@click.option("--write", is_flag=True, help="Write docs/effects.md too.")
def main(scale: float, only: tuple[str, ...], cores: int, write: bool) -> None:
    """Measure how often actions without an effect are called anything, and how soon those with one; 1 where a bound is
    broken."""
    if write and only:
        raise click.UsageError("--write needs all kinds: leave --only out")
    begun = monotonic()
    chosen = [one for one in SCENARIOS if not only or one.key in only]
    made = parcels(chosen, scale)
    done = list(track(results(made, cores), "actions, by the hundred", len(made), console=console))
    found = cells(chosen, done)
    printer = Console(width=None if sys.stdout.isatty() else 200)
    for table in terminal(found):
        printer.print(table)
    if write:
        PAGE.write_text(markdown(found, _machine(found, monotonic() - begun, cores)))
    wrong = [cell for cell in found if broken(cell)]
    for cell in wrong:
        console.print(f"[red]over its bound: {cell.scenario.title}, {cell.volume:.0f} a day")
    sys.exit(1 if wrong else 0)


def _machine(found: list[Cell], seconds: float, cores: int) -> str:
    actions = sum(len(cell.called) for cell in found)
    return (
        f"{actions:,} actions, each looked at on 359 days, in {seconds / 60:.0f} minutes on {cores} core"
        f"{'' if cores == 1 else 's'} (Python {platform.python_version()}); {len(found[0].called):,} a cell."
    )


if __name__ == "__main__":
    main()
