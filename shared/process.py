"""What every background process does: stop on SIGTERM, and say every second that it lives and how it is."""

from __future__ import annotations

import os
import signal
import socket
import time
from dataclasses import dataclass, field
from typing import Any

from psycopg.types.json import Jsonb

from shared.db import Connection
from shared.version import VERSION

FRESH_SECONDS = 15
BEAT_SECONDS = 1.0


class StopSignal:
    """True once the process was asked to stop (SIGTERM or SIGINT); loops ask it between two pieces of work."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked = True

    def __bool__(self) -> bool:
        return self.asked


@dataclass
class Status:
    """One process's line in `process_status`; `detail` is free, `ready` in it is read by /readyz."""

    process: str
    instance: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}")
    _last: float = -1e9

    def beat(self, conn: Connection, detail: dict[str, Any], *, now: bool = False) -> None:
        """Write the line, at most once a second unless `now`."""
        if not now and time.monotonic() - self._last < BEAT_SECONDS:
            return
        self._last = time.monotonic()
        conn.execute(
            """INSERT INTO process_status (process, instance, detail) VALUES (%s, %s, %s)
               ON CONFLICT (process, instance) DO UPDATE SET beat_at = now(), detail = EXCLUDED.detail""",
            [self.process, self.instance, Jsonb({"version": VERSION} | detail)],
        )

    def begin(self, conn: Connection) -> None:
        """Drop the lines of instances gone for an hour, and write the first own one."""
        conn.execute(
            "DELETE FROM process_status WHERE process = %s AND beat_at < now() - interval '1 hour'",
            [self.process],
        )
        self.beat(conn, {"ready": False}, now=True)


def statuses(conn: Connection) -> list[dict[str, Any]]:
    """Every living instance: process, instance, age in seconds, detail; those silent for 15 s are left out."""
    return conn.execute(
        """SELECT process, instance, extract(epoch FROM now() - beat_at)::float8 AS age, detail
           FROM process_status WHERE beat_at > now() - make_interval(secs => %s) ORDER BY process, instance""",
        [FRESH_SECONDS],
    ).fetchall()


def lines(conn: Connection) -> list[dict[str, Any]]:
    """The living instances of each process, and where none lives the last one that did, newest beat first.

    process, instance, started_at, beat_at, age in seconds, alive, detail.
    """
    return conn.execute(
        """WITH told AS (
               SELECT *, extract(epoch FROM now() - beat_at)::float8 AS age,
                      beat_at > now() - make_interval(secs => %s) AS alive FROM process_status
           ), placed AS (
               SELECT *, rank() OVER (
                   PARTITION BY process ORDER BY alive DESC, CASE WHEN NOT alive THEN age END) AS place FROM told
           )
           SELECT process, instance, started_at, beat_at, age, alive, detail FROM placed
           WHERE place = 1 ORDER BY process, age, instance""",
        [FRESH_SECONDS],
    ).fetchall()
