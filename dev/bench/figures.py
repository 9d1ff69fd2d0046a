"""One figure of the table, and the table: on the terminal and as Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import psutil
from rich.table import Table

HEADINGS = ("what", "measured", "beside it", "ratio", "target", "met", "what limits it")


@dataclass(frozen=True)
class Figure:
    """One row. `ratio` is measured / beside it; `met` is None where there is no target."""

    what: str
    measured: str
    beside: str
    ratio: float | None
    target: str
    met: bool | None
    limit: str

    def cells(self) -> tuple[str, ...]:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        met = {True: "yes", False: "no", None: ""}[self.met]
        return self.what, self.measured, self.beside, ratio, self.target, met, self.limit


@dataclass(frozen=True)
class Turn:
    """One measurement: so many of something in so many seconds of wall time."""

    count: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.count / self.seconds


def median_rate(turns: Sequence[Turn]) -> float:
    """The median of the turns' rates, per second."""
    return median(turn.rate for turn in turns)


def median_ratio(measured: Sequence[Turn], beside: Sequence[Turn]) -> float:
    """The median of the ratios of neighbouring turns: a machine busy with something else slows both."""
    return median(one.rate / other.rate for one, other in zip(measured, beside, strict=True))


def table(figures: Sequence[Figure], title: str) -> Table:
    """The table for a terminal."""
    shown = Table(*HEADINGS, title=title, title_justify="left", show_lines=True)
    for figure in figures:
        shown.add_row(*figure.cells())
    return shown


def markdown(figures: Sequence[Figure], title: str, command: str) -> str:
    """The page docs/benchmarks.md."""
    rows = [HEADINGS, ("---",) * len(HEADINGS), *(figure.cells() for figure in figures)]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(
        [
            "# Benchmarks",
            "",
            f"Written by `{command}`. {title}",
            "",
            "Each rate is the median of several turns, taken alternately with what stands beside it in the same run;",
            "the ratio is the median of the ratios of neighbouring turns. PostgreSQL is durable (fsync on).",
            "Live answers fall on few days, in order; days at random in a year are what an import or a rebuild brings.",
            "",
            *lines,
            "",
        ]
    )


def machine(broker: str) -> str:
    """What it ran on: cores and memory, never a name; how busy it was besides says the load before the run."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, Python {platform.python_version()}, "
        f"broker: {broker}; load average before the run {os.getloadavg()[0]:.1f}."
    )
