"""Who listens whether anything can be heard at all: answers and beats of one batch, and with each new beat the minute's
work: quiet time passes, stages go stale or are heard again, cases become overdue. No part of a detector, so a rebuild
leaves it alone.

With several consumers every beat is taken by one of them, under the lock of the one row `beat`. That row is locked
before any other of these tables, these after everything else of the batch, and arrivals in order of their keys: nobody
waits in a circle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.alerts import follow_ups, stale
from services.alerts.messages.story import STALE
from services.alerts.stale import Beat, Quiet
from services.alerts.store import heartbeats, notifications
from services.alerts.store.heartbeats import Kept, Survey
from shared import positions
from shared.batch import Batch
from shared.db import Connection
from shared.events import RECORDED, isoformat, parse_time

Clock = Callable[[Connection], datetime]
Told = tuple[datetime, dict[str, Any]]  # a beat's moment and data


def listen(conn: Connection, batch: Batch, clock: Clock = heartbeats.now) -> None:
    """Take in one batch, in the transaction that saves its positions and before it does."""
    taken_at = clock(conn) if batch.heartbeats else None
    beats = _new(conn, batch.heartbeats, taken_at) if taken_at else []
    _arrivals(conn, batch.responses)
    if beats and taken_at:
        _minute(conn, beats, taken_at)


def _new(conn: Connection, told: Iterable[dict[str, Any]], now: datetime) -> list[Told]:
    """The beats nobody took yet, in order; of those too old to prove anything only the last."""
    beats = sorted(((parse_time(data["beat_at"]), data) for data in told), key=lambda beat: beat[0])
    beats = [beat for beat in beats if beat[0] <= now + stale.REACH]
    before = heartbeats.move(conn, beats[-1][0], now) if beats else None
    if before is None:
        return []
    new = [beat for beat in beats if beat[0] > before]
    old = [beat for beat in new if beat[0] < now - stale.REACH]
    return old[-1:] + new[len(old) :]


def _arrivals(conn: Connection, responses: Iterable[tuple[str, dict[str, Any]]]) -> None:
    times: dict[Survey, list[datetime]] = {}
    for kind, data in responses:
        if kind == RECORDED and not data["historic"] and data["audience"] == "customer":
            survey = (f"{data['journey']}/{data['stage']}", data["survey"])
            times.setdefault(survey, []).append(parse_time(data["recorded_at"]))
    if not times:
        return
    last = heartbeats.last_arrivals(conn, times)
    added = {survey: stale.arrivals(last.get(survey), of) for survey, of in sorted(times.items())}
    new = {survey: (times[survey][0], times[survey][-1]) for survey, days in added.items() if days}
    if new:
        heartbeats.arrived(conn, new)
        heartbeats.add_days(
            conn, [(survey, day, waits) for survey, days in added.items() for day, waits in days.items()]
        )
        begun = [one for one in new if one not in last or last[one].date() < new[one][1].date()]
        heartbeats.forget_days(conn, begun)


def _minute(conn: Connection, beats: Sequence[Told], taken_at: datetime) -> None:
    last, counted = _beats(conn, beats, taken_at)
    heartbeats.keep(conn, list(last.values()))
    heartbeats.lock_arrivals(conn)
    heartbeats.forget_ended(conn)
    heartbeats.add_quiet(conn, {key: span for key, span in counted.items() if span})
    _judge(conn, {key for key, kept in last.items() if kept.beat.sound}, taken_at)
    follow_ups.notice_overdue(conn, beats[-1][1], taken_at)


def _beats(
    conn: Connection, beats: Sequence[Told], taken_at: datetime
) -> tuple[dict[str, Kept], dict[str, timedelta]]:
    """The last beat of each key, and how much time its beats count for.

    Positions are those before this batch: a key with an answer in it is not sound by a beat that came with it.
    """
    before, received = heartbeats.kept(conn), positions.read(conn)
    last: dict[str, Kept] = {}
    counted: dict[str, timedelta] = {}
    for at, data in beats:
        ready = data.get("survey_web_ready") is True
        for key, sent in sorted(data["last_sequence"].items()):
            beat = Beat(at, stale.sound(at, taken_at, ready, sent, received.get(key, 0)))
            counted[key] = counted.get(key, timedelta()) + stale.counted(before.get(key), beat)
            before[key], last[key] = beat, Kept(key, beat, sent)
    return last, counted


def _judge(conn: Connection, sound: set[str], now: datetime) -> None:
    """Say which stages are stale now, of those of which we know that nothing is on its way."""
    until_now = heartbeats.stale(conn).keys()
    heard = heartbeats.heard(conn, sound | until_now)
    judged = {key: stale.quiet(surveys) for key, surveys in heard.items() if key in sound}
    gone = {key: one for key, one in judged.items() if one is not None and one.stale}
    over = [key for key in until_now if key not in heard or (key in sound and key not in gone)]
    if over:
        heartbeats.end_stale(conn, over)
    if gone:
        _tell(conn, gone, heartbeats.begin_stale(conn, gone, now))


def _tell(conn: Connection, gone: Mapping[str, Quiet], new: Iterable[str]) -> None:
    """Once a silence: the name says which."""
    for key in new:
        one, since = gone[key], isoformat(gone[key].since)
        journey, stage = key.split("/")
        facts = {
            "since": since,
            "quiet_seconds": one.counted.total_seconds(),
            "answers_a_day": one.answers_a_day,
            "expected": one.expected,
        }
        notifications.announce(conn, f"{STALE}/{key}/{since}", STALE, (journey, stage, None, None), facts)
