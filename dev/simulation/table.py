"""The table: on the terminal, and docs/false-alarms.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.table import Table

from dev.simulation.measures import Estimate
from dev.simulation.run import Cell
from dev.simulation.scenarios import VOLUMES, Column, Scenario
from dev.simulation.seen import OURS

WHO = {
    OURS: "Journeyloop",
    "fixed_floor": "fixed floor",
    "week_on_week": "week on week",
    "week_against_month": "7 days against 28",
    "z_score": "z-score",
}
COMPARED = (
    "healthy",
    "drop-10",
    "drop-20",
    "touchpoint-added",
    "touchpoint-removed",
    "weekend",
    "bursts",
    "csat",
    "ces",
)
Row = list[str]


def shown(estimate: Estimate | None, unit: str) -> str:
    """As value ± standard error; where not every stage gave one, how many did."""
    if estimate is None:
        return "–"
    value, error, _, share = estimate
    if unit == "%":
        return f"{100 * value:.0f} ± {100 * error:.1f} %"
    seldom = f" ({100 * share:.0f} %)" if share < 0.995 else ""
    digits = 2 if unit != "days" or value < 3 else 1
    return f"{value:.{digits}f} ± {error:.{digits}f}{seldom}"


def broken(column: Column, cell: Cell) -> bool:
    """Whether our figure of this cell is over its bound by more than chance explains (two standard errors)."""
    return _over(column, cell, 2.0)


def over(cells: Sequence[Cell]) -> list[str]:
    """What is over its bound, in words."""
    wrong = [(cell, column) for cell in cells for column in cell.scenario.columns if broken(column, cell)]
    return [f"{cell.scenario.title}, {cell.volume:.0f} a day: {column.title}" for cell, column in wrong]


def _over(column: Column, cell: Cell, errors: float) -> bool:
    bound, found = (column.bounds or {}).get(cell.volume), cell.ours(cell.scenario.columns.index(column))
    return bound is not None and found is not None and found.value - errors * found.error > bound


def by_scenario(cells: Sequence[Cell]) -> Iterator[tuple[Scenario, list[Cell]]]:
    """Scenarios in order, each with its cells by volume."""
    for scenario in dict.fromkeys(cell.scenario for cell in cells):
        yield scenario, [cell for cell in cells if cell.scenario is scenario]


def ours(cells: Sequence[Cell]) -> Iterator[Row]:
    """What the detector did: scenario, figure, one cell a volume (! where over its bound), the bounds."""
    for scenario, row in by_scenario(cells):
        for index, column in enumerate(scenario.columns):
            found = [
                shown(cell.ours(index), column.unit) + (" !" if _over(column, cell, 0.0) else "")
                for cell in row
            ]
            yield [scenario.title, f"{column.title}, {column.unit}", *found, _bounds(column, row)]


def _bounds(column: Column, row: Sequence[Cell]) -> str:
    if column.bounds is None:
        return ""
    scale = 100 if column.unit == "%" else 1
    texts = [f"{scale * column.bounds[cell.volume]:.3g}" for cell in row]
    return "≤ " + (texts[0] if len(set(texts)) == 1 else " / ".join(texts))


def compared(cells: Sequence[Cell]) -> Iterator[tuple[str, list[Row]]]:
    """For the scenarios in which the common rules are shown: a title, and who found what."""
    for scenario, row in by_scenario(cells):
        if scenario.key not in COMPARED:
            continue
        column = scenario.columns[0]
        rows = [
            [name, *(shown(cell.figures[0].get(who), column.unit) for cell in row)]
            for who, name in WHO.items()
        ]
        yield f"{scenario.title}: {column.title}, {column.unit}", rows


def terminal(cells: Sequence[Cell]) -> list[Table]:
    """The tables for a terminal: ours where all volumes are the same, floods apart, then the rules beside."""
    usual = [cell for cell in cells if cell.scenario.volumes == VOLUMES]
    rest = [cell for cell in cells if cell.scenario.volumes != VOLUMES]
    tables = []
    if usual:
        tables.append(_table("The detector", ["world", "figure", *headings(VOLUMES), "bound"], ours(usual)))
    if rest:
        tables.append(_table("Floods", ["world", "figure", "12 000 a day", "bound"], ours(rest)))
    for title, rows in compared(usual):
        tables.append(_table(title, ["who", *headings(VOLUMES)], rows))
    return tables


def headings(volumes: Sequence[float]) -> list[str]:
    """Of the columns by volume."""
    return [f"{volume:,.0f} a day".replace(",", "\N{NO-BREAK SPACE}") for volume in volumes]


def _table(title: str, names: Sequence[str], rows: Iterator[Row] | list[Row]) -> Table:
    made = Table(*names, title=title, title_justify="left")
    for row in rows:
        made.add_row(*row)
    return made


def markdown_table(names: Sequence[str], rows: Iterator[Row] | list[Row]) -> str:
    """A table of a Markdown page."""
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
