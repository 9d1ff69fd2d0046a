"""docs/false-alarms.md, written by the full run: the tables in the words of page.txt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dev.simulation.run import Cell
from dev.simulation.scenarios import VOLUMES
from dev.simulation.table import compared, headings, markdown_table, ours

WORDS = Path(__file__).with_name("page.txt")


def markdown(cells: Sequence[Cell], machine: str) -> str:
    """The page. machine: how much was run, and on what."""
    usual = [cell for cell in cells if cell.scenario.volumes == VOLUMES]
    floods = [cell for cell in cells if cell.scenario.volumes != VOLUMES]
    beside = [
        f"**{title}**\n\n{markdown_table(['who', *headings(VOLUMES)], rows)}\n"
        for title, rows in compared(usual)
    ]
    return WORDS.read_text().format(
        machine=machine,
        detector=markdown_table(["world", "figure", *headings(VOLUMES), "bound"], ours(usual)),
        floods=markdown_table(["world", "figure", "in the flood's year", "bound"], ours(floods)),
        compared="\n".join(beside),
    )
