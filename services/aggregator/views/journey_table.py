"""The table of touchpoints as CSV: what the page shows of customers, and nothing rounded. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from services.aggregator.periods import Period
from services.aggregator.views.journey import Journey
from services.aggregator.views.measures import Measure

HEADER = (
    "journey", "from", "to", "stage", "stage_name", "touchpoint", "touchpoint_name", "moment_of_truth", "metric",
    "audience", "score", "low", "high", "answers", "change", "beyond_noise", "share_of_stage_change",
)  # fmt: skip
# A spreadsheet runs a cell that begins like this.
_FORMULAS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")  # the last four: wide forms of the first


def csv_of(journey: Journey, period: Period) -> str:
    """One row a touchpoint, metric and audience; empty cells where nothing is shown."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(_rows(journey, period))
    return out.getvalue()


def _rows(journey: Journey, period: Period) -> Iterator[tuple[object, ...]]:
    head = journey.key, period.first.isoformat(), period.last.isoformat()
    for stage in journey.stages:
        for point in stage.touchpoints:
            where = (
                *head,
                stage.key,
                _text(stage.name),
                point.key,
                _text(point.name),
                _flag(point.moment_of_truth),
            )
            for one in point.measures:
                yield (*where, one.metric, one.audience, *_figures(one))


def _figures(one: Measure) -> tuple[object, ...]:
    beyond = "" if one.change is None else _flag(one.beyond_noise)
    cells = (one.score, one.low, one.high, one.n, one.change, beyond, one.share)
    return tuple("" if cell is None else cell for cell in cells)


def _text(name: str) -> str:
    return f"'{name}" if name.startswith(_FORMULAS) else name


def _flag(value: bool) -> str:
    return "true" if value else "false"
