"""The way from the door to the alerts consumer in simulated minutes: real handler, real database, parts of it away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from services.alerts.handler import Handler
from services.alerts.stale import Waits
from services.alerts.store import heartbeats
from shared.batch import Batch
from shared.db import Connection
from shared.events import isoformat, parse_time
from tests.integration.alerts.feed import ZONE, feed
from tests.unit.aggregator.maps import SHOP
from tests.unit.alerts.events import SCORES, Event, recorded

STAGES = ("delivery", "returns")
MAP: dict[str, Any] = SHOP | {
    "surveys": [
        {
            "survey": f"{stage}-nps",
            "stage": stage,
            "touchpoint": "handover",
            "metric": "nps",
            "audience": "customer",
        }
        for stage in STAGES
    ]
}
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Line:
    """`away` names what stands still: door, relay, broker, consumer, database. `rates`: answers a minute of a stage."""

    def __init__(self, conn: Connection, **rates: float) -> None:
        self.conn, self.rates, self.now = conn, rates, START
        self.away: set[str] = set()
        self.handler = self.consumer()
        self.random = Random(11)
        self.made: dict[str, list[Event]] = {stage: [] for stage in STAGES}
        self.received = dict.fromkeys(STAGES, 0)
        self.beats: list[dict[str, Any]] = []
        self._owed = dict.fromkeys(STAGES, 0.0)
        self.publish(MAP)

    def consumer(self) -> Handler:
        """One more consumer process."""
        return Handler(ZONE, lambda conn: self.now)

    def publish(self, journey: dict[str, Any]) -> None:
        revision = {"revision": int(self.now.timestamp())}
        with self.conn.transaction():
            self.handler.apply(self.conn, Batch(journeys=[("published", journey | revision)]))

    def known(self, days: int) -> None:
        """So many days at the stages' rates, as they would be kept."""
        for stage, rate in self.rates.items():
            survey = (f"shop/{stage}", f"{stage}-nps")
            wait = timedelta(minutes=1 / rate)
            first, dates = (
                START - timedelta(days=days),
                [START.date() - timedelta(days=n) for n in range(days)],
            )
            heartbeats.arrived(self.conn, {survey: (first, START)})
            heartbeats.add_days(self.conn, [(survey, day, Waits(round(rate * 1440), wait)) for day in dates])

    def history(self, days: int) -> None:
        """So many days at the stages' rates, read in one go by a consumer that was not there before: no beats."""
        self.history_minutes(days * 1440)
        for stage in STAGES:
            feed(self.conn, self.handler, self._new(stage))

    def history_minutes(self, minutes: int) -> None:
        """Minutes of answers that nobody reads yet."""
        for _ in range(minutes):
            self.now += MINUTE
            self._customers()

    def pass_(self, minutes: int, *away: str) -> None:
        """Let minutes pass, with parts of the line away."""
        self.away = set(away)
        for _ in range(minutes):
            self.now += MINUTE
            if not self.away & {"door", "database"}:
                self._customers()
            if not self.away & {"relay", "broker", "database"}:
                self._beat()
            if not self.away & {"consumer", "broker", "database", "relay"}:
                self.read()
        self.away = set()

    def read(self) -> None:
        """What the broker has, read by one consumer: the beats in one transaction, each stage's answers in another."""
        beats, self.beats = self.beats, []
        self.take(self.handler, beats)
        for stage in STAGES:
            feed(self.conn, self.handler, self._new(stage))

    def take(self, handler: Handler, beats: Iterable[dict[str, Any]]) -> None:
        with self.conn.transaction():
            handler.apply(self.conn, Batch(heartbeats=list(beats)))

    def beat(self) -> dict[str, Any]:
        """The beat the relay would send now."""
        sequences = {f"shop/{stage}": len(made) for stage, made in self.made.items()}
        return {
            "beat_at": isoformat(self.now),
            "last_sequence": sequences,
            "survey_web_ready": "door" not in self.away,
        }

    def _beat(self) -> None:
        self.beats.append(self.beat())

    def _customers(self) -> None:
        for stage, rate in self.rates.items():
            self._owed[stage] += rate
            while self._owed[stage] >= 1:
                self._owed[stage] -= 1
                score = SCORES[self.random.choices(list(SCORES), (6, 2, 2))[0]]
                at = self.now - timedelta(seconds=20 + self._owed[stage])
                self.made[stage].append(recorded(len(self.made[stage]) + 1, score, at, False, stage))

    def last_answer(self, stage: str) -> datetime:
        """When the stage's last answer was received."""
        return parse_time(self.made[stage][-1][1]["recorded_at"])

    def _new(self, stage: str) -> list[Event]:
        new = self.made[stage][self.received[stage] :]
        self.received[stage] = len(self.made[stage])
        return new


def told(conn: Connection) -> list[dict[str, Any]]:
    """Everything that was to be told, of whatever kind."""
    return conn.execute("SELECT kind, journey, stage, facts, name FROM announcement ORDER BY id").fetchall()


def stale(conn: Connection) -> list[str]:
    return [row["key"] for row in conn.execute("SELECT key FROM stale ORDER BY key")]
