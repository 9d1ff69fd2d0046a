"""What the survey service would send of customers' cases, with the beats that prove it complete."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from services.alerts.handler import Handler
from shared.batch import Batch
from shared.db import Connection
from shared.events import isoformat
from tests.integration.alerts.conftest import Notifier


class Cases:
    """Cases and beats, at the notifier's simulated time."""

    def __init__(self, conn: Connection, telling: Notifier) -> None:
        self.conn, self.telling = conn, telling
        self.handler = Handler(telling.settings.report_tz, lambda _: telling.now)
        self.known: dict[str, dict[str, Any]] = {}

    def open(self, owner: str | None = "ben", hours: float = 24, **fields: Any) -> str:
        id, now = str(uuid.uuid4()), self.telling.now
        self.known[id] = {
            "id": id, "revision": 0, "journey": "shop", "stage": "delivery", "touchpoint": "handover",
            "survey": "delivery-nps", "metric": "nps", "audience": "customer", "score": 2, "state": "open",
            "owner": owner, "opened_at": isoformat(now), "due_at": isoformat(now + timedelta(hours=hours)),
            "taken_at": None, "contacted_at": None, "resolved_at": None, "outcome": None, "cause": None,
        }  # fmt: skip
        self.change(id, **fields)
        return id

    def change(self, id: str, **fields: Any) -> None:
        self.known[id] |= {"revision": self.known[id]["revision"] + 1} | fields
        self.take(Batch(follow_ups=[dict(self.known[id])]))

    def resolve(self, id: str) -> None:
        self.change(id, state="resolved", outcome="solved", resolved_at=isoformat(self.telling.now))

    def again(self) -> None:
        """All is sent again, as after a broker that forgot."""
        self.take(Batch(follow_ups=[dict(case) for case in self.known.values()]))

    def take(self, batch: Batch) -> None:
        with self.conn.transaction():
            self.handler.apply(self.conn, batch)

    def beat(self, at: datetime | None = None, *, more: int = 0) -> None:
        """The relay's beat: it numbered `more` events than were taken so far."""
        moment = isoformat(at or self.telling.now)
        sent = sum(case["revision"] for case in self.known.values()) + more
        data = {"beat_at": moment, "complete_to": moment, "last_sequence": {}, "survey_web_ready": True}
        self.take(Batch(heartbeats=[data | {"follow_ups": sent}]))
