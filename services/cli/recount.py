"""`journeyloop recount`: what was accepted against what is counted."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import click
import orjson

from services import aggregator, survey
from services.aggregator.store.buckets import sums_by_survey_and_day
from services.aggregator.store.employees import sums_by_survey_and_month
from services.survey.store import counts
from shared import dead_letters, positions
from shared.db import snapshot
from shared.events import RESPONSES
from shared.settings import Settings, load

POLL_SECONDS = 0.25
SHOWN_CELLS = 50
COLUMNS = ("accepted", "counted", "skipped", "waiting", "difference")


@dataclass(frozen=True)
class Cell:
    """One survey on one day (of `answered_at`, in REPORT_TZ); of employees, the first day of a month stands for it."""

    survey: str
    day: date
    accepted: int
    counted: int
    skipped: int
    waiting: int

    @property
    def difference(self) -> int:
        """Answers that are neither in the scores nor in the dead letters; below 0 where too many are counted."""
        return self.accepted - self.counted - self.skipped

    def document(self) -> dict[str, Any]:
        return asdict(self) | {"difference": self.difference}


@click.command()
@click.option("--wait", default=0.0, help="Seconds to wait at most until nothing is on its way any more.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON: the totals, and `cells` with every survey and day."
)
@click.pass_context
def recount(context: click.Context, wait: float, as_json: bool) -> None:
    """Compare the accepted answers with the sums behind the scores, survey by survey and day by day.

    Accepted = stored and not voided. Counted = in the scores. Skipped = in the dead letters, not redriven. Waiting =
    accepted and still on its way: part of the difference until it arrives, see --wait.

    Exits with 0 when the difference is 0, else with 1.
    """
    settings = load()
    if wait:
        _drain(settings, wait)
    cells = _cells(settings)
    totals = _totals(cells)
    if as_json:
        click.echo(orjson.dumps(totals | {"cells": [cell.document() for cell in cells]}))
    else:
        _show(totals, [cell for cell in cells if cell.difference])
    context.exit(1 if totals["difference"] else 0)


def count(settings: Settings) -> dict[str, int]:
    """The totals: accepted, counted, skipped, waiting, and the difference, cell by cell added up."""
    return _totals(_cells(settings))


def _totals(cells: Sequence[Cell]) -> dict[str, int]:
    totals = {name: sum(getattr(cell, name) for cell in cells) for name in COLUMNS[:-1]}
    return totals | {"difference": sum(abs(cell.difference) for cell in cells)}


def _cells(settings: Settings) -> list[Cell]:
    with snapshot(settings, survey.SCHEMA, aggregator.SCHEMA) as (ours, theirs):
        zone, received = settings.report_tz, positions.read(theirs)
        accepted = counts.accepted(ours, zone)
        counted = sums_by_survey_and_day(theirs) | sums_by_survey_and_month(theirs)
        skipped = counts.of_events(ours, zone, dead_letters.missing(theirs, RESPONSES))
        waiting = counts.outstanding(ours, zone, received)
    places = sorted({*accepted, *counted, *skipped, *waiting})
    return [
        Cell(*place, *(part.get(place, 0) for part in (accepted, counted, skipped, waiting)))
        for place in places
    ]


def _drain(settings: Settings, seconds: float) -> None:
    """Return when nothing is on its way, or after `seconds`."""
    deadline = time.monotonic() + seconds
    most = left = _waiting(settings)
    with click.progressbar(length=most, label="Waiting", file=sys.stderr) as bar:
        while left and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            now = _waiting(settings)
            bar.update(max(left - now, 0))
            left = now


def _waiting(settings: Settings) -> int:
    with snapshot(settings, survey.SCHEMA, aggregator.SCHEMA) as (ours, theirs):
        return sum(counts.outstanding(ours, settings.report_tz, positions.read(theirs)).values())


def _show(totals: dict[str, int], differing: list[Cell]) -> None:
    for line in _table(differing[:SHOWN_CELLS]):
        click.echo(line)
    if len(differing) > SHOWN_CELLS:
        click.echo(f"… and {len(differing) - SHOWN_CELLS:,} more: --json has all")
    click.echo(", ".join(f"{name} {totals[name]:,}" for name in COLUMNS))
    if totals["difference"] and totals["waiting"]:
        click.echo(f"{totals['waiting']:,} are still on their way: --wait 60 waits for them")


def _table(cells: list[Cell]) -> Iterator[str]:
    if not cells:
        return
    width = max(len(cell.survey) for cell in cells)
    yield f"{'survey':<{width}}  {'day':<10}" + "".join(f"{name:>12}" for name in COLUMNS)
    for cell in cells:
        yield f"{cell.survey:<{width}}  {cell.day}" + "".join(
            f"{getattr(cell, name):>12,}" for name in COLUMNS
        )
