"""What /metrics tells beside request times: what /readyz says, processes, connections, and what a receiver lacks.

Numbers of all keys together, never of one: those of one key would count what employees answered there (ADR 0024). Which
key it is, `GET /v1/status/<service>` says to admins.
"""

from __future__ import annotations

from collections.abc import Mapping

from psycopg_pool import ConnectionPool

from shared import beats, db, dead_letters, positions, process
from shared.db import Connection
from shared.events import RESPONSES
from shared.freshness import judge
from shared.telemetry import Sample
from shared.version import VERSION

_CHECK = "Whether a check of /readyz is fine (1) or not (0)"
_PROCESS = "As the process says in its status line"
_DEAD = "Events that could never be processed: all kept; not yet with the dead topic; missing in scores"
_STATES = ("kept", "unsent", "missing")


def checks(service: str, said: Mapping[str, str]) -> list[Sample]:
    """One sample a check of /readyz, and which version this is."""
    found: list[Sample] = [
        ("journeyloop_check_ok", _CHECK, {"service": service, "check": name}, float(text == "ok"))
        for name, text in said.items()
    ]
    about = {"service": service, "version": VERSION}
    return [*found, ("journeyloop_info", "Which version runs; always 1", about, 1.0)]


def connections(service: str, pool: ConnectionPool[Connection]) -> list[Sample]:
    """The pool of the web worker that was asked: what it has, what is free of it, who waits, and who waited in vain."""
    said, about = pool.get_stats(), {"service": service}
    return [
        ("journeyloop_pool_most", "Connections a web worker may have", about, said["pool_max"]),
        ("journeyloop_pool_connections", "Connections it has", about, said["pool_size"]),
        ("journeyloop_pool_free", "Connections nobody uses", about, said["pool_available"]),
        ("journeyloop_pool_waiting", "Requests that wait for one", about, said["requests_waiting"]),
        (
            "journeyloop_pool_refused_total",
            "Requests that waited for one in vain",
            about,
            said.get("requests_errors", 0),
        ),
    ]


def processes(service: str, conn: Connection) -> list[Sample]:
    """Each instance that lives, and of a process that nobody runs the last one; what the living say of themselves."""
    found: list[Sample] = []
    for row in process.lines(conn):
        labels = {"service": service, "process": row["process"], "instance": row["instance"]}
        began = row["started_at"].timestamp()
        found += [
            ("journeyloop_process_beat_age_seconds", "Seconds since the last beat", labels, row["age"]),
            ("journeyloop_process_start_time_seconds", "When it began (Unix time)", labels, began),
        ]
        for name, value in row["detail"].items() if row["alive"] else ():
            if isinstance(value, int | float):
                found.append((f"journeyloop_process_{name}", _PROCESS, labels, float(value)))
    return found


def disk(service: str, conn: Connection) -> list[Sample]:
    """How much disk the tables of the service take, and the whole database."""
    schema, whole = db.sizes(conn)
    text = "Disk that the tables of a service take, with their indexes"
    return [
        ("journeyloop_schema_bytes", text, {"service": service}, float(schema)),
        ("journeyloop_database_bytes", "Disk that the whole database takes", {}, float(whole)),
    ]


def received(service: str, conn: Connection) -> list[Sample]:
    """What a receiver of answers has not got, all keys together, and what it could not read."""
    pipe, behind, dead = beats.pipe(conn), beats.behind(conn), dead_letters.summary(conn, RESPONSES)
    fresh, about = judge(pipe), {"service": service}
    ages = {
        (
            "journeyloop_receiver_beat_age_seconds",
            "Seconds since the last beat of the relay it heard",
        ): pipe.beat_at,
        (
            "journeyloop_receiver_counted_age_seconds",
            "How old the newest moment is to which all counts",
        ): fresh.as_of,
    }
    return [
        ("journeyloop_receiver_gaps", "Keys that miss events", about, len(positions.gaps(conn))),
        ("journeyloop_receiver_behind_keys", "Keys behind the last beat", about, behind.keys),
        ("journeyloop_receiver_behind_events", "Events behind the last beat", about, behind.events),
        (
            "journeyloop_receiver_late",
            "Whether it counts late (1), as pages say then",
            about,
            float(fresh.late),
        ),
        *(("journeyloop_dead_letters", _DEAD, about | {"state": state}, dead[state]) for state in _STATES),
        *((*name, about, (fresh.now - at).total_seconds()) for name, at in ages.items() if at is not None),
    ]
