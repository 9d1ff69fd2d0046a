"""/healthz (the process answers), /readyz (the service works, background processes too) and /metrics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import orjson
import psycopg
from flask import Flask, Response, current_app
from psycopg_pool import PoolTimeout

from shared import positions, process, telemetry
from shared.broker import SILENT_SECONDS
from shared.db import Connection, SchemaOutdated, require_current
from shared.web import monitoring
from shared.web.auth import public

# A check's name, and what is wrong (None when nothing is).
Check = tuple[str, Callable[[Connection], str | None]]


def running(name: str) -> Check:
    """A background process of this service lives and says it is ready."""

    def check(conn: Connection) -> str | None:
        living = [row for row in process.statuses(conn) if row["process"] == name]
        if any(row["detail"].get("ready") for row in living):
            return None
        return _why(living[0]["detail"]) if living else "no sign of life for 15 s"

    return name, check


def _why(detail: dict[str, Any]) -> str:
    """Why a process that lives is not ready, without the addresses that an error may hold."""
    if "stopped" in detail:
        return f"stopped: {detail['stopped']}"
    away = "error" in detail or detail.get("broker_silent_seconds", 0) >= SILENT_SECONDS
    return "not ready: the broker does not answer" if away else "not ready"


def _gaps(conn: Connection) -> str | None:
    red = positions.gaps(conn)
    if not red:
        return None
    first = red[0]
    return f"{len(red)} keys miss events, first {first['key']} after {first['last_sequence']}: journeyloop republish"


NO_GAPS: Check = ("gaps", _gaps)


def install(
    app: Flask, checks: Sequence[Check], samples: Callable[[Connection], list[telemetry.Sample]]
) -> None:
    """Add the three endpoints to `app`."""

    @app.get("/healthz")
    @public
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    @public
    def readyz() -> Response:
        found = _ask(checks)
        ready = all(text == "ok" for text in found.values())
        body = {"status": "ready" if ready else "not ready", "checks": found}
        return Response(orjson.dumps(body), 200 if ready else 503, content_type="application/json")

    @app.get("/metrics")
    @public
    def metrics() -> Response:
        text = telemetry.exposition(
            lambda: _samples(checks, samples), _state().settings.prometheus_multiproc_dir
        )
        return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _samples(
    checks: Sequence[Check], samples: Callable[[Connection], list[telemetry.Sample]]
) -> list[telemetry.Sample]:
    """What can be told: while the database is away, that it is, and how the pool fares."""
    state, said = _state(), _ask(checks)
    service = state.schema.name
    found = monitoring.checks(service, said) + monitoring.connections(service, state.pool)
    if said["database"] == "ok":
        with state.pool.connection(timeout=2) as conn:
            found += monitoring.processes(service, conn) + monitoring.disk(service, conn) + samples(conn)
    return found


def _ask(checks: Sequence[Check]) -> dict[str, str]:
    state = _state()
    try:
        with state.pool.connection(timeout=2) as conn:
            require_current(conn, state.schema)
            return {"database": "ok"} | {name: check(conn) or "ok" for name, check in checks}
    except (psycopg.OperationalError, PoolTimeout):
        return {"database": "away"}
    except SchemaOutdated as error:
        return {"database": str(error)}


def _state() -> Any:
    return current_app.extensions["journeyloop"]
