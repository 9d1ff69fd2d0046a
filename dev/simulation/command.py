"""The command line of every simulation: how much of which worlds, on how many cores; tables, and a page if asked."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from typing import NamedTuple, Protocol, TypeVar

import click
from rich.console import Console, RenderableType

console = Console(stderr=True)


class Keyed(Protocol):
    """A scenario, as `--only` names it."""

    @property
    def key(self) -> str: ...


S = TypeVar("S", bound=Keyed)


class Measured(NamedTuple):
    """What came of it. write: writes the page, given how long it took and on what; wrong: what is over its bound."""

    tables: Iterable[RenderableType]
    write: Callable[[str], object]
    wrong: Sequence[str]


def command(
    scenarios: Sequence[S], simulate: Callable[[list[S], float, int], Measured], page: str, explained: str
) -> click.Command:
    """`simulate(scenarios, scale, cores)` as a command that exits with 1 where a bound is broken."""

    @click.command(help=f"{explained}; 1 where a bound is broken.")
    @click.option("--scale", default=1.0, show_default=True, help="How much of it; .02 is a quick look.")
    @click.option(
        "--only",
        multiple=True,
        type=click.Choice([one.key for one in scenarios]),
        help="One (again for more).",
    )
    @click.option("--cores", default=os.cpu_count() or 1, show_default=True, help="Processes at a time.")
    @click.option("--write", is_flag=True, help=f"Write {page} too.")
    def main(scale: float, only: tuple[str, ...], cores: int, write: bool) -> None:
        if write and only:
            raise click.UsageError("--write needs all of them: leave --only out")
        begun = monotonic()
        found = simulate([one for one in scenarios if not only or one.key in only], scale, cores)
        printer = Console(width=None if sys.stdout.isatty() else 200)
        for table in found.tables:
            printer.print(table)
        if write:
            found.write(_taken(monotonic() - begun, cores))
        for text in found.wrong:
            console.print(f"[red]over its bound: {text}")
        sys.exit(1 if found.wrong else 0)

    return main


def _taken(seconds: float, cores: int) -> str:
    on = f"{cores} core{'' if cores == 1 else 's'} (Python {platform.python_version()})"
    return f"in {seconds / 60:.0f} minutes on {on}"
