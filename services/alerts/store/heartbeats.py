"""SQL of the relay's beats, of when live answers arrive, and of stages that are stale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from services.alerts.stale import WINDOW_DAYS, Beat, Heard, Quiet, Waits
from shared.db import Connection

Survey = tuple[str, str]  # key "journey/stage", survey


class Kept(NamedTuple):
    """The last beat of a key as taken, and the sequence it named."""

    key: str
    beat: Beat
    last_sequence: int


def now(conn: Connection) -> datetime:
    """The database's clock, by which the relay stamps its beats: two machines' clocks may differ."""
    row = conn.execute("SELECT clock_timestamp() AS now").fetchone()
    assert row is not None
    return row["now"]


def move(conn: Connection, beat_at: datetime, taken_at: datetime) -> datetime | None:
    """Take the beat of `beat_at` for this process: the moment of the beat before, or None where it was taken already.

    The row stays locked until the transaction ends, so the next beat is taken by whoever comes after.
    """
    row = conn.execute("SELECT beat_at FROM beat FOR UPDATE").fetchone()
    assert row is not None, "the migration writes the one row"
    if row["beat_at"] >= beat_at:
        return None
    conn.execute("UPDATE beat SET beat_at = %s, taken_at = %s", [beat_at, taken_at])
    return row["beat_at"]


def kept(conn: Connection) -> dict[str, Beat]:
    """The last beat of each key."""
    rows = conn.execute("SELECT key, beat_at, sound FROM heartbeat")
    return {row["key"]: Beat(row["beat_at"], row["sound"]) for row in rows}


def keep(conn: Connection, beats: Sequence[Kept]) -> None:
    """Write the last beat of each key."""
    conn.execute(
        """INSERT INTO heartbeat (key, beat_at, last_sequence, sound)
           SELECT * FROM unnest(%s::text[], %s::timestamptz[], %s::bigint[], %s::boolean[])
           ON CONFLICT (key) DO UPDATE
           SET beat_at = EXCLUDED.beat_at, last_sequence = EXCLUDED.last_sequence, sound = EXCLUDED.sound""",
        [
            [row.key for row in beats],
            [row.beat.at for row in beats],
            [row.last_sequence for row in beats],
            [row.beat.sound for row in beats],
        ],
    )


def last_arrivals(conn: Connection, surveys: Iterable[Survey]) -> dict[Survey, datetime]:
    """When the last live answer of each of these surveys was received."""
    keys, names = _columns(list(surveys))
    rows = conn.execute(
        """SELECT key, survey, last_at FROM arrival
           JOIN unnest(%s::text[], %s::text[]) AS wanted(key, survey) USING (key, survey)""",
        [keys, names],
    )
    return {(row["key"], row["survey"]): row["last_at"] for row in rows}


def arrived(conn: Connection, surveys: Mapping[Survey, tuple[datetime, datetime]]) -> None:
    """Answers came: (first, last) of each survey's. Its quiet time starts again, and its stage is not stale."""
    keys, names = _columns(list(surveys))
    conn.execute(
        """INSERT INTO arrival AS a (key, survey, first_at, last_at)
           SELECT * FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[])
           ON CONFLICT (key, survey) DO UPDATE SET last_at = EXCLUDED.last_at, quiet_seconds = 0""",
        [keys, names, [first for first, _ in surveys.values()], [last for _, last in surveys.values()]],
    )
    conn.execute("DELETE FROM stale WHERE key = ANY(%s)", [keys])


def add_days(conn: Connection, rows: Sequence[tuple[Survey, date, Waits]]) -> None:
    """Add to the days of these surveys."""
    keys, names = _columns([survey for survey, _, _ in rows])
    conn.execute(
        """INSERT INTO arrival_day AS d (key, survey, day, n, longest_seconds)
           SELECT * FROM unnest(%s::text[], %s::text[], %s::date[], %s::bigint[], %s::float8[])
           ON CONFLICT (key, survey, day) DO UPDATE
           SET n = d.n + EXCLUDED.n, longest_seconds = greatest(d.longest_seconds, EXCLUDED.longest_seconds)""",
        [
            keys,
            names,
            [day for _, day, _ in rows],
            [waits.n for _, _, waits in rows],
            [waits.longest.total_seconds() for _, _, waits in rows],
        ],
    )


def forget_days(conn: Connection, surveys: Iterable[Survey]) -> None:
    """Drop the days of these surveys that no stage's window reaches any more."""
    keys, names = _columns(list(surveys))
    conn.execute(
        """DELETE FROM arrival_day AS d USING arrival AS a, unnest(%s::text[], %s::text[]) AS new(key, survey)
           WHERE (d.key, d.survey) = (new.key, new.survey) AND (a.key, a.survey) = (new.key, new.survey)
             AND d.day <= a.last_at::date - %s""",
        [keys, names, WINDOW_DAYS],
    )


def lock_arrivals(conn: Connection) -> None:
    """Lock every survey's row in the order in which `arrived` writes them: no deadlocks with other consumers."""
    conn.execute("SELECT 1 FROM arrival ORDER BY key, survey FOR UPDATE")


def add_quiet(conn: Connection, counted: Mapping[str, timedelta]) -> None:
    """Let quiet time pass for every survey of these keys."""
    conn.execute(
        """UPDATE arrival AS a SET quiet_seconds = a.quiet_seconds + new.seconds
           FROM unnest(%s::text[], %s::float8[]) AS new(key, seconds) WHERE a.key = new.key""",
        [list(counted), [span.total_seconds() for span in counted.values()]],
    )


def forget_ended(conn: Connection) -> None:
    """Drop what is known of surveys that are not live (one that goes live again is a new one), or ask employees.

    The first answers of a stage may come before its map does; nothing is lost with them but a minute's rhythm.
    """
    conn.execute(
        """DELETE FROM arrival AS a WHERE NOT EXISTS (
               SELECT 1 FROM journey AS j, jsonb_array_elements(j.document -> 'surveys') AS s
               WHERE NOT j.retired AND s ->> 'survey' = a.survey
                 AND coalesce(s ->> 'audience', 'customer') = 'customer'
                 AND j.journey || '/' || (s ->> 'stage') = a.key)"""
    )


def heard(conn: Connection, keys: Iterable[str]) -> dict[str, list[Heard]]:
    """Every live survey of these keys that was ever answered."""
    rows = conn.execute(
        """SELECT a.key, a.first_at, a.last_at, a.quiet_seconds, coalesce(d.n, 0)::bigint AS n,
                  coalesce(d.longest_seconds, 0) AS longest_seconds
           FROM (SELECT *, max(last_at) OVER (PARTITION BY key) AS stage_last_at FROM arrival
                 WHERE key = ANY(%s)) AS a
           LEFT JOIN LATERAL (
               SELECT sum(n) AS n, max(longest_seconds) AS longest_seconds FROM arrival_day AS d
               WHERE (d.key, d.survey) = (a.key, a.survey) AND d.day > a.stage_last_at::date - %s) AS d ON true""",
        [list(keys), WINDOW_DAYS],
    )
    found: dict[str, list[Heard]] = {}
    for row in rows:
        quiet, longest = (timedelta(seconds=row[name]) for name in ("quiet_seconds", "longest_seconds"))
        one = Heard(row["first_at"], row["last_at"], quiet, row["n"], longest)
        found.setdefault(row["key"], []).append(one)
    return found


def stale(conn: Connection, keys: Iterable[str] | None = None) -> dict[str, dict[str, Any]]:
    """The stages that are stale now, of `keys` or all: {since, noticed_at, counted, answers_a_day}."""
    rows = conn.execute(
        """SELECT s.key, s.since, s.noticed_at, s.answers_a_day,
                  coalesce(min(a.quiet_seconds), s.quiet_seconds) AS quiet_seconds
           FROM stale AS s LEFT JOIN arrival AS a USING (key)
           WHERE %(keys)s::text[] IS NULL OR s.key = ANY(%(keys)s) GROUP BY s.key""",
        {"keys": None if keys is None else list(keys)},
    )
    return {row["key"]: row | {"counted": timedelta(seconds=row.pop("quiet_seconds"))} for row in rows}


def begin_stale(conn: Connection, found: Mapping[str, Quiet], at: datetime) -> list[str]:
    """Stages have gone stale: the keys that were not stale before."""
    rows = conn.execute(
        """INSERT INTO stale (key, since, noticed_at, quiet_seconds, answers_a_day)
           SELECT key, since, %s, seconds, a_day
           FROM unnest(%s::text[], %s::timestamptz[], %s::float8[], %s::float8[]) AS new(key, since, seconds, a_day)
           ON CONFLICT (key) DO NOTHING RETURNING key""",
        [
            at,
            list(found),
            [one.since for one in found.values()],
            [one.counted.total_seconds() for one in found.values()],
            [one.answers_a_day for one in found.values()],
        ],
    )
    return sorted(row["key"] for row in rows)


def end_stale(conn: Connection, keys: Iterable[str]) -> None:
    """These stages are not stale any more, or nobody asks there any more."""
    conn.execute("DELETE FROM stale WHERE key = ANY(%s)", [list(keys)])


def record(conn: Connection) -> dict[str, Any]:
    """{stale, sound, seconds}: detectors whose stages are stale, stages whose last beat was sound, and how old the last
    beat taken is (None: none yet)."""
    row = conn.execute(
        """SELECT (SELECT count(*) FROM detector JOIN stale USING (key)) AS stale,
                  (SELECT count(*) FROM heartbeat JOIN beat USING (beat_at) WHERE sound) AS sound,
                  (SELECT extract(epoch FROM clock_timestamp() - beat_at)::float8 FROM beat
                   WHERE taken_at IS NOT NULL) AS seconds"""
    ).fetchone()
    assert row is not None
    return row


def _columns(surveys: Sequence[Survey]) -> tuple[list[str], list[str]]:
    return [key for key, _ in surveys], [survey for _, survey in surveys]
