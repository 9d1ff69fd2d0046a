"""The picture of docs/false-alarms.md: false alarms and delays by volume, ours and the common rules'."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib

from dev.simulation.measures import Estimate
from dev.simulation.run import Cell
from dev.simulation.scenarios import BUDGET, VOLUMES
from dev.simulation.seen import OURS
from dev.simulation.table import WHO

matplotlib.use("svg")
from matplotlib import pyplot as plt

INK, QUIET, GRID = "#1b1f24", "#57606a", "#d0d7de"
COLOURS = {  # Okabe-Ito; ours is the thick line
    OURS: "#0072B2",
    "fixed_floor": "#D55E00",
    "week_on_week": "#E69F00",
    "week_against_month": "#CC79A7",
    "z_score": "#009E73",
}
MARKS = {OURS: "o", "fixed_floor": "s", "week_on_week": "^", "week_against_month": "D", "z_score": "v"}
NONE = 0.04  # where a figure of 0 stands on the logarithmic scale
MOST_MISSED = 0.2
HOLLOW = """hollow: says little, because it raises more false alarms
than the budget, or misses over a fifth of such drops"""
HEALTHY, DROP = "healthy", "drop-10"


def draw(cells: Sequence[Cell], path: Path) -> None:
    """Write the SVG. Its background is white, so that it can be read on a dark page too."""
    plt.rcParams.update(
        {"svg.hashsalt": "journeyloop", "font.size": 11, "text.color": INK, "axes.edgecolor": QUIET}
    )
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 5), facecolor="white")
    _false_alarms(left, _figures(cells, HEALTHY))
    _delays(right, _figures(cells, DROP), _figures(cells, HEALTHY))
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=len(labels), frameon=False)
    figure.tight_layout(rect=(0, 0.07, 1, 1), w_pad=3)
    figure.savefig(path, format="svg", metadata={"Date": None})
    plt.close(figure)


Figures = dict[tuple[str, float], Estimate]  # by who, volume


def _figures(cells: Sequence[Cell], key: str) -> Figures:
    return {
        (who, cell.volume): found
        for cell in cells
        if cell.scenario.key == key
        for who, found in cell.figures[0].items()
        if found is not None
    }


def _false_alarms(axes: Any, figures: Figures) -> None:
    _axes(axes, "False alarms a year, on a healthy stage")
    axes.axhspan(NONE / 1.4, BUDGET, color=COLOURS[OURS], alpha=0.08, lw=0)
    axes.text(VOLUMES[0] * 0.8, 0.055, "our budget: one in two years", color=COLOURS[OURS], fontsize=10)
    for who in WHO:
        _line(axes, figures, who, hollow=set())
    axes.set_ylim(NONE / 1.4, 60)
    axes.set_yticks([NONE, 0.1, BUDGET, 1, 10], ["none", "0.1", f"{BUDGET:g}", "1", "10"])


def _delays(axes: Any, figures: Figures, healthy: Figures) -> None:
    """Hollow: whoever raises false alarms over the budget, or misses drops: its alarms say little."""
    _axes(axes, "Days until a drop of 10 NPS points is noticed")
    for who in WHO:
        noisy = {v for (w, v), one in healthy.items() if w == who and one.value - 2 * one.error > BUDGET}
        blind = {v for (w, v), one in figures.items() if w == who and one.share < 1 - MOST_MISSED}
        _line(axes, figures, who, hollow=noisy | blind)
    axes.text(
        0.02,
        0.02,
        HOLLOW,
        transform=axes.transAxes,
        va="bottom",
        color=QUIET,
        fontsize=9.5,
    )
    axes.set_ylim(bottom=0.2)
    axes.set_yticks([1, 7, 30, 100], ["1", "7", "30", "100"])


def _line(axes: Any, figures: Figures, who: str, hollow: set[float]) -> None:
    points = [(volume, figures[who, volume]) for volume in VOLUMES if (who, volume) in figures]
    values = [max(found.value, NONE) for _, found in points]
    ours = who == OURS
    axes.errorbar(
        [volume for volume, _ in points],
        values,
        yerr=[2 * found.error if found.value > NONE else 0 for _, found in points],
        color=COLOURS[who],
        label=WHO[who],
        marker=MARKS[who],
        lw=2.8 if ours else 1.3,
        ms=7 if ours else 6,
        zorder=4 if ours else 2,
        capsize=2,
        elinewidth=1.2,
    )
    for (volume, _), value in zip(points, values, strict=True):
        if volume in hollow:
            axes.plot(volume, value, marker=MARKS[who], ms=6, color=COLOURS[who], mfc="white", zorder=3)


def _axes(axes: Any, title: str) -> None:
    axes.set_title(title, loc="left", fontweight="bold", fontsize=12)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(VOLUMES, [f"{volume:,.0f}".replace(",", " ") for volume in VOLUMES])
    axes.minorticks_off()
    axes.set_xlabel("answers the stage gets a day", color=QUIET)
    axes.grid(axis="y", color=GRID, lw=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
