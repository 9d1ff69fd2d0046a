"""`python -m dev.simulation`: simulates stages, prints the table, and writes docs/false-alarms.md when asked."""

from __future__ import annotations

from pathlib import Path

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from dev.simulation.command import Measured, command, console
from dev.simulation.page import markdown
from dev.simulation.run import Cell, Parcel, cells, parcels, results
from dev.simulation.scenarios import SCENARIOS, Scenario
from dev.simulation.seen import Seen
from dev.simulation.table import over, terminal

DOCS = Path(__file__).parents[2] / "docs"
PAGE, PICTURE = DOCS / "false-alarms.md", DOCS / "img" / "false-alarms.svg"


def measure(chosen: list[Scenario], scale: float, cores: int) -> Measured:
    """Synthetic stages, with the live detector and with common rules."""
    found = simulate(chosen, scale, cores)
    return Measured(terminal(found), lambda taken: write(found, taken), over(found))


def write(found: list[Cell], taken: str) -> None:
    """The page and its picture."""
    from dev.simulation.picture import draw

    draw(found, PICTURE)
    years = sum(cell.years for cell in found)
    PAGE.write_text(markdown(found, f"{years:,.0f} stage-years, {taken}; 400 a cell, 100 at 5 000 a day."))


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


main = command(
    SCENARIOS,
    measure,
    "docs/false-alarms.md and its picture",
    "Watch synthetic stages with the live detector and with common rules",
)

if __name__ == "__main__":
    main()
