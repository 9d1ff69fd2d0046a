"""The pipe to a receiver of a test: a consumer that lives and the relay's beats, or not."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared import beats, events, positions
from shared.db import Connection
from shared.process import Status


def beat(conn: Connection, seconds_ago: float = 0, **sent: int) -> datetime:
    """The consumer lives, and the relay beat so long ago, naming what we have, or more: `sent` at stages of `shop`."""
    Status("consumer").beat(conn, {"ready": True})
    row = conn.execute("SELECT clock_timestamp() AS now").fetchone()
    assert row is not None
    at: datetime = row["now"] - timedelta(seconds=seconds_ago)
    last = positions.read(conn) | {f"shop/{stage}": sequence for stage, sequence in sent.items()}
    with conn.transaction():
        beats.take(conn, [{"beat_at": events.isoformat(at), "last_sequence": last, "survey_web_ready": True}])
    return at


def pass_time(conn: Connection, seconds: float) -> None:
    """Let time pass in which nothing more was heard: what was heard is older."""
    span = timedelta(seconds=seconds)
    conn.execute("UPDATE heard SET complete_to = complete_to - %s", [span])
    conn.execute("UPDATE heard_beat SET beat_at = beat_at - %s, complete_to = complete_to - %s", [span, span])
    conn.execute("UPDATE process_status SET beat_at = beat_at - %s", [span])


def miss(conn: Connection, key: str) -> None:
    """An event of `key` got lost: the next one leaves a gap."""
    with conn.transaction():
        locked = positions.lock(conn, [key])
        locked[key].admit(locked[key].last_sequence + 2)
        positions.save(conn, locked.values())
