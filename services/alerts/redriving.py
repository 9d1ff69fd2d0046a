"""Bringing answers back that died on their way (ADR 0026): each is a decision, so that a rebuild finds its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.alerts.store import decisions
from services.alerts.watch import REDRIVEN
from shared.db import Connection


def bring_back(conn: Connection, responses: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Have the consumer take these events (kind, data) where it stands; they train detectors and never bet."""
    for kind, data in responses:
        key = f"{data['journey']}/{data['stage']}"
        payload = {"kind": kind, "data": data}
        decisions.ask(conn, key, data["metric"], data["audience"], REDRIVEN, payload, "redrive")
