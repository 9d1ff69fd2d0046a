"""The tables of docs/reviews.md, written between their marks by the full run, and the same on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from dev.simulation.measures import Estimate
from dev.simulation.reviews.run import Work, share
from dev.simulation.reviews.scenarios import BOUND, SCENARIOS, SIZES
from dev.simulation.reviews.worlds import VOLUMES
from dev.simulation.table import headings, markdown_table

BEGIN, END = "<!-- simulated: begin -->", "<!-- simulated: end -->"
Done = Sequence[tuple[Work, float]]
NULL = ("Nothing happens, 60 series", "Weeks with anything on the list")
DROP = "In one of 60 series the week is worse by"


def nothing(done: Done) -> list[list[str]]:
    """Of each scenario the share of weeks with anything on the list."""
    rows = []
    for scenario in SCENARIOS:
        if estimate := of(done, scenario.key):
            rows.append([scenario.title, shown(estimate)])
    return rows


def drops(done: Done) -> list[list[str]]:
    """How many drops are listed in their first week, by size and volume."""
    return [[f"{size:.0f} points", *(_found(done, (size, volume)) for volume in VOLUMES)] for size in SIZES]


def of(done: Done, key: str) -> Estimate | None:
    """The share of a scenario's weeks; None where it was left out."""
    values = [value for one, value in done if one.key == key]
    return share(values) if values else None


def broken(done: Done) -> list[str]:
    """The scenarios over the bound by more than chance explains (two standard errors)."""
    found = {one.title: of(done, one.key) for one in SCENARIOS if one.promised}
    return [title for title, one in found.items() if one and one.value - 2 * one.error > BOUND]


def markdown(page: str, done: Done, machine: str) -> str:
    """The page with its tables replaced."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    tables = [
        markdown_table(list(NULL), nothing(done)),
        markdown_table([DROP, *headings(VOLUMES)], drops(done)),
        machine,
    ]
    return before + BEGIN + "\n" + "\n\n".join(tables) + "\n" + END + after


def terminal(done: Done) -> list[Table]:
    """The tables for a terminal."""
    made = []
    for names, rows in ((list(NULL), nothing(done)), ([DROP, *headings(VOLUMES)], drops(done))):
        table = Table(*names)
        for row in rows:
            table.add_row(*row)
        made.append(table)
    return made


def shown(estimate: Estimate) -> str:
    return f"{100 * estimate.value:.1f} ± {100 * estimate.error:.1f} %"


def _found(done: Done, drop: tuple[float, float]) -> str:
    values = [value for one, value in done if one.drop == drop]
    return f"{100 * sum(values) / len(values):.0f} %" if values else "–"
