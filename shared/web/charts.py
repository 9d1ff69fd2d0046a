"""What a chart shows, as data: `ui.chart` draws it with its summary, table and exports. Pure.

Across run steps (days, or weeks by their first day). The table has what the lines and bars show, exactly; the CSV is
made from it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from shared.wording import amount, amounts, whole

Values = Sequence[float | None]
Cell = str | int | float | date | None

_EPOCH = date(1970, 1, 1).toordinal()
# A spreadsheet takes a text that begins so for a formula (OWASP, CSV injection).
_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")  # the last four: wide forms of the first
_MINUS = "\N{MINUS SIGN}"


class Exact(float):
    """A number shown with the digits that tell, where others are shown whole."""


@dataclass(frozen=True, slots=True)
class Line:
    """One value a step; None is a gap. `low` and `high` are drawn as a band around it. kind: line|beside (what it is
    compared with, grey and dashed)."""

    name: str
    values: Values
    low: Values = ()
    high: Values = ()
    kind: str = "line"


@dataclass(frozen=True, slots=True)
class Bars:
    """One bar a step, stacked on those before it. kind: plain|worse|middle|better."""

    name: str
    values: Values
    kind: str = "plain"


@dataclass(frozen=True, slots=True)
class Level:
    """A height across the whole chart. kind: baseline (dashed)|target."""

    name: str
    value: float
    kind: str


@dataclass(frozen=True, slots=True)
class Span:
    """Days shaded together: an incident from its onset to its end."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Mark:
    """A day something happened on. kind: flag (new wording)|onset|opened."""

    name: str
    day: date
    kind: str = "flag"


@dataclass(frozen=True, slots=True)
class Panel:
    """A plot under a chart's own: other values on the same steps, with a scale of their own. Its levels are named in
    full, and no interval belongs to its line."""

    title: str
    line: Line
    lowest: float
    highest: float
    levels: Sequence[Level] = ()

    @property
    def data(self) -> dict[str, Any]:
        """What charts.js draws."""
        return {
            "heading": self.title,
            "y": [self.lowest, self.highest],
            "lines": [{"kind": self.line.kind, "values": _exact(self.line.values), "low": [], "high": []}],
            "levels": [{"kind": level.kind, "value": level.value} for level in self.levels],
        }


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart. `steps`: the first day of each step; `lowest`…`highest`: the scale; `unit`: "" or "%".

    unfinished: the last step is not over yet and is drawn hollow. empty: the sentence shown where nothing is drawn.
    columns and rows are its table; `file` names its exports. below: what is drawn under it, on the same time axis;
    heading: what it is called itself, then.
    """

    title: str
    summary: str
    file: str
    steps: Sequence[date]
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    lowest: float
    highest: float
    lines: Sequence[Line] = ()
    bars: Sequence[Bars] = ()
    levels: Sequence[Level] = ()
    spans: Sequence[Span] = ()
    marks: Sequence[Mark] = ()
    step_days: int = 1
    unit: str = ""
    unfinished: bool = False
    empty: str = ""
    heading: str = ""
    below: Sequence[Panel] = ()

    @property
    def data(self) -> dict[str, Any]:
        """What charts.js draws. Days are numbers, from 1970-01-01 on; values have two decimals."""
        return {
            "title": self.title,
            "file": self.file,
            "x": [_number(step) for step in self.steps],
            "step": self.step_days,
            "y": [self.lowest, self.highest],
            "unit": self.unit,
            "unfinished": self.unfinished,
            "lines": [
                {
                    "kind": line.kind,
                    "values": _short(line.values),
                    "low": _short(line.low),
                    "high": _short(line.high),
                }
                for line in self.lines
            ],
            "bars": [{"kind": bars.kind, "values": _short(bars.values)} for bars in self.bars],
            "levels": [{"kind": level.kind, "value": level.value} for level in self.levels],
            "spans": [[_number(span.first), _number(span.last)] for span in self.spans],
            "marks": [{"kind": mark.kind, "day": _number(mark.day)} for mark in self.marks],
            "heading": self.heading,
            "below": [panel.data for panel in self.below],
        }

    @property
    def keys(self) -> list[tuple[str, str]]:
        """The legend: (kind of mark, its name), in the order drawn, each once."""
        found = [(line.kind, line.name) for line in self.lines]
        found += [("band", "95 % interval") for line in self.lines if line.low]
        found += [(f"bar-{bars.kind}", bars.name) for bars in self.bars]
        found += [(level.kind, f"{level.name} {shown(level.value)}{self._unit}") for level in self.levels]
        found += [(level.kind, level.name) for panel in self.below for level in panel.levels]
        found += [("span", span.name) for span in self.spans] + [
            (mark.kind, mark.name) for mark in self.marks
        ]
        found += [("hollow", "not over yet")] if self.unfinished and not self.empty else []
        return list(dict.fromkeys(found))

    @property
    def table(self) -> list[list[str]]:
        """The rows as a person reads them, the newest first."""
        return [list(row) for row in zip(*map(_column, zip(*self.rows[::-1], strict=True)), strict=True)]

    @property
    def _unit(self) -> str:
        return f" {self.unit}" if self.unit else ""

    @property
    def csv(self) -> str:
        """The table as CSV (RFC 4180), safe to open in a spreadsheet."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow([_cell(name) for name in self.columns])
        writer.writerows([_cell(cell) for cell in row] for row in self.rows)
        return out.getvalue()

    @property
    def csv_address(self) -> str:
        """The CSV as a data: address, so that a page needs no further request to hand it out."""
        return "data:text/csv;charset=utf-8," + quote(self.csv, safe=",:'()")


def shown(cell: Cell) -> str:
    """A cell as a person reads it: whole numbers with a true minus, – where there is nothing."""
    if cell is None:
        return "–"
    if isinstance(cell, date):
        return f"{cell:%a} {cell.day} {cell:%b %Y}"
    if isinstance(cell, Exact):
        return amount(cell, None)
    return cell if isinstance(cell, str) else f"{whole(cell):,}".replace("-", _MINUS)


def room(values: Iterable[float | None], least: float, floor: float, ceiling: float) -> tuple[float, float]:
    """A scale that holds the values with air around them, spans at least `least` and stays within floor…ceiling.

    Without values: the whole scale.
    """
    known = [value for value in values if value is not None]
    if not known:
        return floor, ceiling
    middle, half = (max(known) + min(known)) / 2, max(least, 1.1 * (max(known) - min(known))) / 2
    middle = min(max(middle, floor + half), ceiling - half) if 2 * half < ceiling - floor else middle
    return max(floor, middle - half), min(ceiling, middle + half)


def _column(cells: Sequence[Cell]) -> list[str]:
    exact = amounts([cell if isinstance(cell, Exact) else None for cell in cells], None)
    return [text or shown(cell) for cell, text in zip(cells, exact, strict=True)]


def _cell(cell: Cell) -> str | int | float:
    """Numbers stay numbers (two decimals), dates are ISO; a text that a spreadsheet would run gets an apostrophe."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str):
        return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell
    return float(f"{cell:.12g}") if isinstance(cell, Exact) else round(cell, 2)


def _short(values: Values) -> list[float | None]:
    return [None if value is None else round(value, 2) for value in values]


def _exact(values: Values) -> list[float | None]:
    return [None if value is None else float(f"{value:.6g}") for value in values]


def _number(day: date) -> int:
    return day.toordinal() - _EPOCH
