"""What employees wrote, as far as it may be told: of told periods only, in random order, without anything beside it."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any
from zoneinfo import ZoneInfo

from services.survey.store import employee_comments as store
from shared import employees
from shared.db import Connection
from shared.employees import NOTHING, SLOTS, Cell, Entry

# Until then an answer that was on its way at the door is in the database.
ON_ITS_WAY = timedelta(minutes=2)
MOST_PERIODS = 12
MOST_COMMENTS = 200


def told(
    conn: Connection, journey: str, stage: str, metric: str | None, zone: ZoneInfo, now: datetime
) -> list[dict[str, Any]]:
    """[{metric, period, window {from, to}, comments[text]}], the newest period first; those without comments are left
    out. Each time in another order: the same texts, so that nothing is learned from looking twice."""
    cells = _cells(store.answers(conn, journey, stage, metric, zone), now - ON_ITS_WAY, zone)
    written: dict[tuple[str, Cell], list[str]] = defaultdict(list)
    for row in store.comments(conn, journey, stage, metric, zone):
        for cell in cells.get(row["metric"], []):
            counted = employees.edition(row["month"], row["came"], zone) <= cell.edition
            if cell.holds(row["month"]) and counted:
                written[row["metric"], cell].append(row["comment"])
    newest = sorted(written, key=lambda one: (one[1].last, one[0]), reverse=True)[:MOST_PERIODS]
    return [_document(kind, cell, written[kind, cell]) for kind, cell in newest]


def _document(metric: str, cell: Cell, texts: list[str]) -> dict[str, Any]:
    texts = sorted(texts)[:MOST_COMMENTS]  # always the same ones, whatever the order they came in
    SystemRandom().shuffle(texts)
    window = {"from": cell.first.isoformat(), "to": cell.last.isoformat()}
    return {"metric": metric, "period": cell.name, "window": window, "comments": texts}


def _cells(rows: list[dict[str, Any]], until: datetime, zone: ZoneInfo) -> dict[str, list[Cell]]:
    """The told periods of each metric, by the rule that scores follow; here only how many answered counts."""
    entries: dict[str, list[Entry]] = defaultdict(list)
    for row in rows:
        many = (row["answers"], *NOTHING[1:])
        came = employees.edition(row["month"], row["came"], zone)
        entries[row["metric"]].append(Entry(row["month"], came, row["answers"], many))
        if row["gone"]:
            gone = employees.edition(row["month"], row["gone"], zone)
            entries[row["metric"]].append(Entry(row["month"], gone, 0, (0,) * SLOTS, row["answers"], many))
    return {metric: employees.told(found, until, zone) for metric, found in entries.items()}
