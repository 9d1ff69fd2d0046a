"""The picture of docs/false-alarms.md: false alarms and delays by volume, ours and the common rules'."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib

from dev.simulation.run import Cell
from dev.simulation.scenarios import BUDGET, VOLUMES
from dev.simulation.seen import OURS
from dev.simulation.table import WHO

matplotlib.use("svg")
from matplotlib import pyplot as plt

INK, QUIET = "#1b1f24", "#57606a"
# Okabe-Ito; ours is the thick line
COLOURS = {
    OURS: "#0072B2",
    "fixed_floor": "#D55E00",
    "week_on_week": "#E69F00",
    "week_against_month": "#CC79A7",
    "z_score": "#009E73",
}
MARKS = {OURS: "o", "fixed_floor": "s", "week_on_week": "^", "week_against_month": "D", "z_score": "v"}
LEAST = 0.01


def draw(cells: Sequence[Cell], path: Path) -> None:
    """Write the SVG. The background is white, so it can be read on a dark page too."""
    plt.rcParams.update(
        {"svg.hashsalt": "journeyloop", "font.size": 11, "text.color": INK, "axes.edgecolor": QUIET}
    )
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.6), facecolor="white")
    _panel(left, cells, "healthy")
    left.set_title("False alarms a year on a healthy stage", loc="left", fontweight="bold", fontsize=12)
    left.axhspan(LEAST, BUDGET, color="#0072B2", alpha=0.08, lw=0)
    left.text(
        VOLUMES[0], BUDGET * 0.97, " our budget: one in two years", va="top", color="#0072B2", fontsize=9.5
    )
    left.set_ylim(bottom=0.05)
    _panel(right, cells, "drop-10")
    right.set_title("Days until a 10-point NPS drop is noticed", loc="left", fontweight="bold", fontsize=12)
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=len(labels), frameon=False)
    figure.tight_layout(rect=(0, 0.08, 1, 1), w_pad=3)
    figure.savefig(path, format="svg", metadata={"Date": None})
    plt.close(figure)


def _panel(axes: Any, cells: Sequence[Cell], key: str) -> None:
    row = [cell for cell in cells if cell.scenario.key == key]
    for who, name in WHO.items():
        points = [(cell.volume, found) for cell in row if (found := cell.figures[0].get(who)) is not None]
        axes.errorbar(
            [volume for volume, _ in points],
            [max(found.value, LEAST) for _, found in points],
            yerr=[2 * found.error for _, found in points],
            color=COLOURS[who],
            marker=MARKS[who],
            label=name,
            lw=2.8 if who == OURS else 1.3,
            ms=7 if who == OURS else 5,
            zorder=3 if who == OURS else 2,
            capsize=2,
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(VOLUMES, [f"{volume:,.0f}".replace(",", " ") for volume in VOLUMES])
    axes.minorticks_off()
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_xlabel("answers a stage gets a day", color=QUIET)
    axes.grid(axis="y", color="#d0d7de", lw=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
