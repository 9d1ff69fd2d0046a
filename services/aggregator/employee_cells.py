"""Reading what may be told of employees: the one way from `employee_sum` to an answer, a page or a file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.aggregator import employee_card
from services.aggregator.store import employees as store
from services.aggregator.store import scores
from services.aggregator.store.employees import Place
from services.aggregator.store.scores import Where
from shared import beats
from shared.db import Connection
from shared.employees import Cell, told
from shared.freshness import Pipe
from shared.scoring import AUDIENCES

Cells = Mapping[Place, Sequence[Cell]]


def read(
    conn: Connection,
    zone: ZoneInfo,
    journeys: Sequence[str] | None,
    stage: str | None = None,
    metric: str | None = None,
    pipe: Pipe | None = None,
) -> Cells:
    """The cells of each stage and metric of some journeys (None: all), oldest first; without those that have none.

    pipe: where the caller has read it already, before the sums.
    """
    until = _until(pipe or beats.pipe(conn))
    found = {
        place: told(entries, until.get(f"{place[0]}/{place[1]}"), zone)
        for place, entries in store.entries(conn, journeys, stage, metric).items()
    }
    return {place: cells for place, cells in found.items() if cells}


def of_journey(
    conn: Connection,
    zone: ZoneInfo,
    journey: str,
    audiences: Collection[str] = AUDIENCES,
    stage: str | None = None,
    pipe: Pipe | None = None,
) -> dict[tuple[str, str], Sequence[Cell]]:
    """The cells of a journey by stage and metric; none where employees are not asked for."""
    if "employee" not in audiences:
        return {}
    found = read(conn, zone, [journey], stage, pipe=pipe)
    return {(place[1], place[2]): cells for place, cells in found.items()}


def by_journey(
    conn: Connection, zone: ZoneInfo, journeys: Sequence[str], pipe: Pipe
) -> dict[str, dict[tuple[str, str], Sequence[Cell]]]:
    """The cells of some journeys, each by stage and metric."""
    found: dict[str, dict[tuple[str, str], Sequence[Cell]]] = {}
    for (journey, stage, metric), cells in read(conn, zone, journeys, pipe=pipe).items():
        found.setdefault(journey, {})[stage, metric] = cells
    return found


def customers(
    conn: Connection, journey: str, cells: employee_card.Cells, last: date
) -> employee_card.Customers:
    """What customers answered at the stages of a journey in the periods of the latest cells."""
    return {
        (one.group["stage"], one.metric, period.first, period.last): one.counts
        for period in sorted(employee_card.periods(cells, last), key=lambda one: (one.first, one.last))
        for one in scores.sums(conn, Where(journey, audience="customer"), period, ("journey", "stage"))
    }


def _until(pipe: Pipe) -> dict[str, datetime | None]:
    """Up to when each journey/stage is complete. One that misses events tells nothing: what is missing comes later,
    and would move what is told by less than it may."""
    return {one.key: None if one.gap_at else one.complete_to for one in pipe.keys}
