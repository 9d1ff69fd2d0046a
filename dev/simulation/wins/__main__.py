"""`python -m dev.simulation.wins`: watches synthetic stages for wins, and writes docs/wins.md when asked."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from time import monotonic

import click
from rich.console import Console
from rich.progress import track

from dev.simulation.run import Cell, Parcel, cells, parcels, results, seed
from dev.simulation.scenarios import YEARS, Scenario
from dev.simulation.seen import Seen, see
from dev.simulation.table import broken
from dev.simulation.wins.page import markdown, terminal
from dev.simulation.wins.scenarios import NO_RISE, OTHERS, SCENARIOS, STAGE_YEARS

PAGE = Path(__file__).parents[3] / "docs" / "wins.md"
console = Console(stderr=True)


def work(parcel: Parcel) -> tuple[Parcel, list[Seen]]:
    """Watch a parcel's stages, without the common rules."""
    [scenario] = [one for one in SCENARIOS if one.key == parcel.key]
    numbers = range(parcel.first, parcel.end)
    return parcel, [
        see(scenario.make, parcel.volume, seed(parcel, number), with_rules=False) for number in numbers
    ]


def stage_years(scenario: Scenario) -> int:
    """Of each cell of a scenario."""
    return STAGE_YEARS if scenario in NO_RISE else OTHERS


@click.command()
@click.option(
    "--scale", default=1.0, show_default=True, help="How many of the stage-years; .05 is a quick look."
)
@click.option(
    "--only",
    multiple=True,
    type=click.Choice([one.key for one in SCENARIOS]),
    help="One world (again for more).",
)
@click.option("--cores", default=os.cpu_count() or 1, show_default=True, help="Processes at a time.")
@click.option("--write", is_flag=True, help="Write docs/wins.md too.")
def main(scale: float, only: tuple[str, ...], cores: int, write: bool) -> None:
    """Measure how often a stage that got no better is told to have won, and how soon a real rise is found; 1 where a
    bound is broken."""
    if write and only:
        raise click.UsageError("--write needs every world: leave --only out")
    begun = monotonic()
    chosen = [one for one in SCENARIOS if not only or one.key in only]
    made = [parcel for one in chosen for parcel in parcels([one], scale * stage_years(one) / YEARS)]
    done = list(track(results(made, cores, work), "parcels of stages", len(made), console=console))
    found = cells(chosen, done)
    printer = Console(width=None if sys.stdout.isatty() else 200)
    printer.print(terminal(found))
    if write:
        PAGE.write_text(markdown(found, _machine(found, monotonic() - begun, cores)))
    wrong = [(cell, column) for cell in found for column in cell.scenario.columns if broken(column, cell)]
    for cell, column in wrong:
        console.print(f"[red]over its bound: {cell.scenario.title}, {cell.volume:.0f} a day: {column.title}")
    sys.exit(1 if wrong else 0)


def _machine(found: list[Cell], seconds: float, cores: int) -> str:
    years = sum(cell.years for cell in found)
    return (
        f"{years:,.0f} stage-years, in {seconds / 60:.0f} minutes on {cores} core{'' if cores == 1 else 's'}"
        f" (Python {platform.python_version()}); {STAGE_YEARS} a cell without a rise, {OTHERS} of the others."
    )


if __name__ == "__main__":
    main()
