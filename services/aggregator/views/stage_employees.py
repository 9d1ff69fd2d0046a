"""What the page of a stage shows of its employees: the periods that are told, beside the customers'. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.aggregator import changes
from services.aggregator.changes import Pair
from services.aggregator.views.measures import Measure
from services.aggregator.views.words import floor
from shared import scoring
from shared.employees import NOTHING, Cell
from shared.scoring import Histogram

MOST = 24

Customers = Mapping[tuple[date, date], Histogram]
"""What customers answered in each period (first and last day)."""


@dataclass(frozen=True, slots=True)
class Period:
    """One period with both scores; change: employees' points against the period told before it (None: too few)."""

    name: str
    employees: Measure
    customers: Measure
    change: float | None
    beyond_noise: bool


def periods(metric: str, cells: Sequence[Cell], customers: Customers, target: float | None) -> list[Period]:
    """The newest first, two dozen at most."""
    found = [
        _period(metric, cell, before, customers.get((cell.first, cell.last), NOTHING), target)
        for before, cell in zip([None, *cells], cells, strict=False)
    ]
    return found[::-1][:MOST]


def _period(metric: str, cell: Cell, before: Cell | None, theirs: Histogram, target: float | None) -> Period:
    change = changes.change(metric, Pair(before.counts if before else NOTHING, cell.counts))
    enough = min(change.before.n, change.since.n) >= scoring.SMALL_SAMPLE
    return Period(
        cell.name,
        _measure(metric, "employee", cell.counts, target, cell.name),
        _measure(metric, "customer", theirs, None, cell.name),
        change.change if enough else None,
        enough and change.beyond_noise,
    )


def _measure(metric: str, audience: str, counts: Histogram, target: float | None, period: str) -> Measure:
    found = scoring.score(metric, counts)
    low = None if found.low is None else max(float(floor(metric)), found.low)
    high = None if found.high is None else min(100.0, found.high)
    return Measure(metric, audience, found.n, found.score, low, high, target, period=period)
