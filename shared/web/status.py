"""`GET /v1/status/{service}` of every service: its processes and how they are, and what waits where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint
from marshmallow import INCLUDE, Schema, fields

from shared import beats, dead_letters, positions, process
from shared.db import Connection
from shared.events import RESPONSES
from shared.freshness import judge
from shared.version import VERSION
from shared.web.auth import principal, require
from shared.web.health import Check
from shared.web.state import database

Part = Callable[[Connection], dict[str, Any]]
_TIME = {"format": "date-time"}
# What a process says of how many events it saw. Whoever knows customers' part of it would know employees' (ADR 0024).
_EVENTS = ("applied", "duplicates", "lag", "rows", "unstamped", "unacknowledged")


class ProcessStatus(Schema):
    """One instance of a process, as it last said; `age` in seconds. Alive: it said so within 15 s."""

    process = fields.String()
    instance = fields.String()
    started_at = fields.String(metadata=_TIME)
    beat_at = fields.String(metadata=_TIME)
    age = fields.Float()
    alive = fields.Boolean()
    detail = fields.Dict(
        metadata={
            "description": "`ready`, `version`, and what the process has to say; numbers of events for admins only"
        }
    )


class ServiceStatus(Schema):
    """How a service is; more fields by service. `processes` names those it consists of beside web, running or not."""

    class Meta:
        unknown = INCLUDE

    service = fields.String()
    version = fields.String()
    now = fields.String(metadata=_TIME)
    ready = fields.Boolean()
    checks = fields.Dict(keys=fields.String(), values=fields.String())
    processes = fields.List(fields.String())
    instances = fields.List(fields.Nested(ProcessStatus))


def blueprint(service: str, processes: Sequence[str], checks: Sequence[Check], part: Part) -> Blueprint:
    """The route of one service; `part` gives the fields that only it has."""
    found = Blueprint("status", __name__, description="How it runs")

    @found.route(f"/v1/status/{service}", methods=["GET"])
    @require("viewer")
    @found.response(200, ServiceStatus)
    def get_status() -> Response:
        """Its processes with their last beat, what is not ready, what waits, and the version."""
        with database() as conn:
            return jsonify(document(service, processes, checks, conn) | part(conn))

    return found


def received(conn: Connection) -> dict[str, Any]:
    """What a receiver of answers says: how far it is, what it misses, what it could not read, how fresh it is."""
    fresh = judge(beats.pipe(conn))
    return {
        "received": sequences(positions.read(conn)),
        "gaps": _gaps(conn),
        "dead_letters": dead_letters.summary(conn, RESPONSES),
        "as_of": fresh.as_of,
        "late": fresh.late,
        "why": fresh.why,
    }


def sequences(by_key: dict[str, int]) -> dict[str, int] | None:
    """Last sequences by key, for admins only: they count every event, also those of employees (ADR 0024)."""
    return by_key if principal().may("admin") else None


def count_of_events(number: int) -> int | None:
    """The same for a number of events, of whatever kind."""
    return number if principal().may("admin") else None


def _gaps(conn: Connection) -> list[dict[str, Any]]:
    found = positions.gaps(conn)
    if principal().may("admin"):
        return found
    return [gap | {"last_sequence": None, "gap_sequence": None} for gap in found]


def _instances(conn: Connection) -> list[dict[str, Any]]:
    found = process.lines(conn)
    if principal().may("admin"):
        return found
    return [
        line | {"detail": {name: said for name, said in line["detail"].items() if name not in _EVENTS}}
        for line in found
    ]


def document(
    service: str, processes: Sequence[str], checks: Sequence[Check], conn: Connection
) -> dict[str, Any]:
    """What every service says of itself."""
    said = {name: check(conn) or "ok" for name, check in checks}
    return {
        "service": service,
        "version": VERSION,
        "now": datetime.now(UTC),
        "ready": all(text == "ok" for text in said.values()),
        "checks": said,
        "processes": list(processes),
        "instances": _instances(conn),
    }
