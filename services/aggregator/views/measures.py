"""One score as the strip, the table and the cards show it: veiled where it would name somebody. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.aggregator.views.states import State
from services.aggregator.views.words import AUDIENCES, METRICS, floor
from shared import scoring

Row = Mapping[str, Any]
UNWATCHED = State(None)
ORDER = {name: place for place, name in enumerate(METRICS)}


@dataclass(frozen=True, slots=True)
class Measure:
    """A score of one metric and audience at one place.

    change: points against the window before; None where too few answered to tell. share: points of the stage's change
    that this touchpoint makes (None: nothing to share); of: that change. veiled: nothing may be told of employees.
    period: the month, quarter or year of employees' scores.
    """

    metric: str
    audience: str
    n: int
    score: float | None
    low: float | None
    high: float | None
    target: float | None = None
    change: float | None = None
    beyond_noise: bool = False
    veiled: bool = False
    state: State = UNWATCHED
    weeks: tuple[float | None, ...] = ()
    share: float | None = None
    of: float | None = None
    share_beyond_noise: bool = False
    period: str = ""

    @property
    def name(self) -> str:
        return METRICS[self.metric]

    @property
    def whose(self) -> str:
        return AUDIENCES[self.audience]

    @property
    def small(self) -> bool:
        return self.n < scoring.SMALL_SAMPLE

    @property
    def has_course(self) -> bool:
        """Whether there is a line to draw: two weeks with enough answers."""
        return not self.veiled and sum(week is not None for week in self.weeks) > 1

    @property
    def misses_target(self) -> bool:
        """Whether the score, told from enough answers, is below its target."""
        return (
            not self.small
            and None not in (self.score, self.target)
            and (self.score or 0) < (self.target or 0)
        )


def measure(found: Row, state: State = UNWATCHED, weeks: tuple[float | None, ...] = ()) -> Measure:
    """A score of a scorecard as it may be shown."""
    metric, audience, n = found["metric"], found["audience"], found["n"]
    if audience == "employee" and not n:
        return Measure(metric, audience, 0, None, None, None, found["target"], veiled=True)
    enough = min(n, found["before"]["n"]) >= scoring.SMALL_SAMPLE
    return Measure(
        metric,
        audience,
        n,
        found["score"],
        None if found["low"] is None else max(float(floor(metric)), found["low"]),
        None if found["high"] is None else min(100.0, found["high"]),
        found["target"],
        found["change"]["points"] if enough else None,
        found["change"]["beyond_noise"] if enough else False,
        state=state if audience == "customer" else UNWATCHED,
        weeks=weeks,
        period=found.get("period") or "",
    )


def in_order(found: list[Row]) -> list[Row]:
    """Customers and employees of one metric in adjacent rows, the metrics always in the same order."""
    return sorted(found, key=lambda one: (ORDER[one["metric"]], one["audience"]))
