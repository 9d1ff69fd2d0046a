"""`python -m dev.simulation.reviews`: reviews synthetic journeys every week, and writes docs/reviews.md when asked."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from time import monotonic

import click
from rich.console import Console
from rich.progress import track

from dev.simulation.reviews.page import broken, markdown, terminal
from dev.simulation.reviews.run import results, works
from dev.simulation.reviews.scenarios import DROPS, JOURNEYS, SCENARIOS

PAGE = Path(__file__).parents[3] / "docs" / "reviews.md"
console = Console(stderr=True)


@click.command()
@click.option(
    "--scale", default=1.0, show_default=True, help="How many of the journeys; .05 is a quick look."
)
@click.option(
    "--only",
    multiple=True,
    type=click.Choice([one.key for one in SCENARIOS]),
    help="One kind of journey (again for more).",
)
@click.option("--cores", default=os.cpu_count() or 1, show_default=True, help="Processes at a time.")
@click.option("--write", is_flag=True, help="Write docs/reviews.md too.")
def main(scale: float, only: tuple[str, ...], cores: int, write: bool) -> None:
    """Measure in how many weeks a review lists a change though nothing happened, and how many drops it lists; 1 where a
    bound is broken."""
    if write and only:
        raise click.UsageError("--write needs all kinds: leave --only out")
    begun = monotonic()
    made = works([one for one in SCENARIOS if not only or one.key in only], scale)
    done = list(track(results(made, cores), "journeys", len(made), console=console))
    printer = Console(width=None if sys.stdout.isatty() else 160)
    for table in terminal(done):
        printer.print(table)
    if write:
        PAGE.write_text(markdown(PAGE.read_text(), done, _machine(scale, monotonic() - begun, cores)))
    for title in broken(done):
        console.print(f"[red]over its bound: {title}")
    sys.exit(1 if broken(done) else 0)


def _machine(scale: float, seconds: float, cores: int) -> str:
    cores_used = f"{cores} core{'' if cores == 1 else 's'} (Python {platform.python_version()})"
    return (
        f"{JOURNEYS * scale:.0f} journeys of 60 series and 52 weeks a row, ± one standard error;"
        f" {DROPS * scale:.0f} drops of NPS a cell; {seconds / 60:.0f} minutes on {cores_used}."
    )


if __name__ == "__main__":
    main()
