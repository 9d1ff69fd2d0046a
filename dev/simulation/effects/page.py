"""docs/effects.md, written by the full run, and the same tables on the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rich.table import Table

from dev.simulation.effects.run import Cell
from dev.simulation.effects.scenarios import BOUND, NO_EFFECT, OUTSIDE, VOLUMES, WITH_EFFECT, Scenario
from dev.simulation.measures import Estimate
from dev.simulation.table import headings, markdown_table

WORDS = Path(__file__).with_name("page.txt")
Row = list[str]


def markdown(cells: Sequence[Cell], machine: str) -> str:
    """The page. machine: how much was run, and on what."""
    names = ["", *headings(VOLUMES)]
    return WORDS.read_text().format(
        machine=machine,
        no_effect=markdown_table(names, errors(cells, NO_EFFECT)),
        outside=markdown_table(names, errors(cells, OUTSIDE)),
        power=markdown_table(names, power(cells)),
        most=_most(cells),
        wrong=markdown_table(names, _rows(cells, WITH_EFFECT, lambda cell: _share(cell.worse))),
    )


def terminal(cells: Sequence[Cell]) -> list[Table]:
    """The tables for a terminal; of scenarios that were left out there is nothing."""
    titles = {
        "No effect: ever called worked or worse in a year of daily looks": errors(cells, NO_EFFECT),
        "Outside the promise: the same": errors(cells, OUTSIDE),
        "With an effect: called worked by day 56 / within a year; half of all by day": power(cells),
    }
    return [_table(title, list(rows)) for title, rows in titles.items()]


def broken(cell: Cell) -> bool:
    """Whether more were called than promised, by more than chance explains (two standard errors)."""
    return cell.scenario.promised and cell.ever.value - 2 * cell.ever.error > BOUND


def errors(cells: Sequence[Cell], scenarios: Sequence[Scenario]) -> Iterator[Row]:
    """How many were ever called anything though there is no effect."""
    return _rows(cells, scenarios, lambda cell: _share(cell.ever) + (" !" if cell.ever.value > BOUND else ""))


def power(cells: Sequence[Cell]) -> Iterator[Row]:
    """How many were called worked by the review and within a year, and by when half of all were."""
    return _rows(cells, WITH_EFFECT, _found)


def _most(cells: Sequence[Cell]) -> str:
    """By when half, and four in five, of the actions worth 10 points at 50 a day are called worked."""
    [cell] = [one for one in cells if (one.scenario.key, one.volume) == ("control-10", 50.0)]
    days = {words: cell.days_until(part) for words, part in (("half", 0.5), ("four in five", 0.8))}
    said = [f"{words} are called by day {day}" for words, day in days.items() if day]
    return " and ".join(said) or "fewer than half are called within a year"


def _found(cell: Cell) -> str:
    half = cell.days_until(0.5)
    when = f"half by day {half}" if half else "fewer than half"
    return f"{100 * cell.by_review.value:.0f} % / {_share(cell.worked)}, {when}"


def _rows(
    cells: Sequence[Cell], scenarios: Sequence[Scenario], shown: Callable[[Cell], str]
) -> Iterator[Row]:
    for scenario in scenarios:
        mine = [cell for cell in cells if cell.scenario is scenario]
        if mine:
            yield [scenario.title, *(shown(cell) for cell in mine)]


def _share(estimate: Estimate) -> str:
    return f"{100 * estimate.value:.1f} ± {100 * estimate.error:.1f} %"


def _table(title: str, rows: list[Row]) -> Table:
    made = Table("", *headings(VOLUMES), title=title, title_justify="left")
    for row in rows:
        made.add_row(*row)
    return made
