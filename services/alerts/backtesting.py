"""Back-tests over the survey log: what HTTP and the command line share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from services.alerts.backtest import Correction, backtests
from services.alerts.backtest_document import document
from services.alerts.detection import FALSE_ALARMS_PER_YEAR, Answer
from services.alerts.watch import microseconds
from shared import log
from shared.db import Connection
from shared.events import RECORDED, RESPONSE_TYPES, parse_time
from shared.scoring import half_units

# The progress a caller is told of comes in steps of this many entries of the log.
STEP = 1000

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Question:
    """What to test. Answers before `live_from` only train (None: all are live); those from `before` on are left out."""

    place: log.Place
    live_from: datetime | None = None
    before: datetime | None = None
    false_alarms_per_year: float = FALSE_ALARMS_PER_YEAR


def question(asked: dict[str, Any], zone: ZoneInfo) -> Question:
    """The question that a loaded `BacktestQuestion` asks: a day means the whole day in `zone`, `to` included.

    Raises ValueError where `to` lies before `from`.
    """
    place = log.Place(f"{asked['journey']}/{asked['stage']}", asked["metric"], asked["audience"])
    first, last = asked["first"], asked["last"]
    if last is not None and not isinstance(last, datetime):
        last += timedelta(days=1)
    live_from, before = _moment(first, zone), _moment(last, zone)
    if live_from is not None and before is not None and before <= live_from:
        raise ValueError("Must be later than from.")
    return Question(place, live_from, before, asked["false_alarms_per_year"])


def size(conn: Connection, asked: Question, zone: ZoneInfo) -> tuple[int, int]:
    """How many entries of the log it takes to answer, and how many days they are of."""
    return log.size(conn, asked.place, zone, asked.before)


def run(
    conn: Connection, asked: Question, zone: tzinfo, progress: Progress = lambda done: None
) -> dict[str, Any]:
    """The back-test's document, over everything accepted by now; needs a transaction.

    `progress` is called with the number of entries done since it was last called.
    """
    entries = log.answers(conn, asked.place, asked.before)
    live_from = None if asked.live_from is None else microseconds(asked.live_from)
    taken = _read(_counted(entries, progress), asked.place.metric, zone)
    rates = [asked.false_alarms_per_year]
    if rates != [FALSE_ALARMS_PER_YEAR]:
        rates.append(FALSE_ALARMS_PER_YEAR)
    found, *default = backtests(taken, live_from, rates)
    return document(found, asked.place.metric, *default)


def _counted(entries: Iterable[log.Entry], progress: Progress) -> Iterator[log.Entry]:
    count = 0
    for count, entry in enumerate(entries, 1):
        yield entry
        if count % STEP == 0:
            progress(STEP)
    progress(count % STEP)


def _read(entries: Iterable[log.Entry], metric: str, zone: tzinfo) -> Iterator[Answer | Correction]:
    for entry in entries:
        answered_at = parse_time(entry.answered_at)
        day = answered_at.astimezone(zone).toordinal()
        revision = (entry.survey, entry.survey_revision)
        half = None if entry.score is None else half_units(metric, entry.score)
        if RESPONSE_TYPES[entry.type] != RECORDED:
            assert entry.previous is not None, "amended and voided events carry what was before"
            yield Correction(day, revision, half_units(metric, entry.previous), half)
        else:
            assert half is not None, "a recorded event has a score"
            yield Answer(entry.sequence or 0, microseconds(answered_at), day, day, revision, half, False)


def _moment(given: date | datetime | None, zone: ZoneInfo) -> datetime | None:
    """The moment in UTC; a day stands for its beginning in `zone`."""
    if given is None or isinstance(given, datetime):
        return given
    return datetime.combine(given, time.min, zone).astimezone(UTC)
