"""docs/wins.md, written by the full run, and the same table on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from dev.simulation.run import Cell
from dev.simulation.scenarios import Scenario
from dev.simulation.table import headings, markdown_table, ours
from dev.simulation.wins.scenarios import NO_RISE, NO_WIN, RISES, VOLUMES

WORDS = Path(__file__).with_name("page.txt")
NAMES = ["world", "figure", *headings(VOLUMES), "bound"]


def markdown(cells: Sequence[Cell], machine: str) -> str:
    """The page. machine: how much was run, and on what."""
    return WORDS.read_text().format(
        machine=machine,
        no_rise=markdown_table(NAMES, ours(_of(cells, NO_RISE))),
        no_win=markdown_table(NAMES, ours(_of(cells, NO_WIN))),
        rises=markdown_table(NAMES, ours(_of(cells, RISES))),
        most=f"{_most(cells):.2f}",
    )


def terminal(cells: Sequence[Cell]) -> Table:
    """All of it in one table."""
    made = Table(*NAMES, title="Wins", title_justify="left")
    for row in ours(cells):
        made.add_row(*row)
    return made


def _of(cells: Sequence[Cell], scenarios: Sequence[Scenario]) -> list[Cell]:
    return [cell for cell in cells if cell.scenario in scenarios]


def _most(cells: Sequence[Cell]) -> float:
    """The highest rate of false wins of the worlds without a rise."""
    found = [cell.ours(0) for cell in _of(cells, NO_RISE)]
    return max(one.value for one in found if one is not None)
