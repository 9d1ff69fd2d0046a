"""From Kafka to committed rows, beside the same client that only polls and decodes; and the detector by itself."""

from __future__ import annotations

import json
import time
from collections import defaultdict

from dev.bench import answers
from dev.bench.figures import Figure, Turn, median_rate, median_ratio
from dev.bench.scale import Scale
from dev.bench.system import System
from services.alerts.detection import FALSE_ALARMS_PER_YEAR, FALSE_WINS_PER_YEAR, Answer, Detector, State
from services.alerts.watch import microseconds
from shared import broker, events
from shared.scoring import half_units
from shared.settings import load

KEYS = 20
TARGET = 0.55
LIVE, SPREAD = "bench-live.", "bench-spread."
LIMITS = {
    LIVE: "one core: half of it is the client and JSON, a third checks, order and adding up, the rest PostgreSQL",
    SPREAD: "PostgreSQL: a batch of 20 000 events changes some 10 000 buckets; one of live answers a few hundred",
}


class Consuming:
    """The turns of this part, and the peak memory of the consumers in MB."""

    def __init__(self, system: System, scale: Scale) -> None:
        self.system = system
        self.scale = scale
        self.peaks: dict[str, float] = defaultdict(float)
        self._turns = 0

    def aggregate(self) -> list[Figure]:
        """Events a second into day buckets: days in order as live answers have them, and days at random.

        Live answers come in order; random days are what an import or a rebuild brings, at worst.
        """
        found = []
        for prefix, what in ((LIVE, "days in order"), (SPREAD, "days at random in a year")):
            self._produce(prefix)
            ours, polled = self._by_turns("aggregator", prefix)
            ratio = median_ratio(ours, polled)
            name = f"aggregate: events a second into committed buckets, two segments, {what}"
            found.append(_figure(name, ours, polled, ratio, f"≥ {TARGET}", ratio >= TARGET, LIMITS[prefix]))
        return found

    def detect(self) -> list[Figure]:
        """Answers a second through the detectors alone and through the alerts consumer. Needs `aggregate` before."""
        ours, polled = self._by_turns("alerts", LIVE)
        limit = "one core: as above, and two times to parse for each answer; the bets take a quarter"
        name = "detect: answers a second through the alerts consumer"
        through = _figure(name, ours, polled, median_ratio(ours, polled), "", None, limit)
        alone = detectors_alone(self.scale)
        return [
            Figure(
                "detect: answers a second through the detectors alone",
                f"{alone.rate:,.0f}/s",
                f"{median_rate(ours):,.0f}/s through the alerts consumer",
                alone.rate / median_rate(ours),
                "",
                None,
                "plain Python arithmetic on one core",
            ),
            through,
        ]

    def _by_turns(self, kind: str, prefix: str) -> tuple[list[Turn], list[Turn]]:
        ours, polled = [], []
        for _ in range(self.scale.rounds):
            polled.append(self._turn("poll", prefix))
            ours.append(self._turn(kind, prefix))
        return ours, polled

    def _turn(self, kind: str, prefix: str) -> Turn:
        self._turns += 1
        name = f"turn_{self._turns}"
        url = self.system.fresh_database(name)
        total = str(self.scale.events // KEYS * KEYS)
        printed = self.system.measure(
            "dev.bench.consume", kind, name, total, DATABASE_URL=url, TOPIC_PREFIX=prefix, LOG_LEVEL="WARNING"
        )
        found = json.loads(printed)
        if kind != "poll":
            self.peaks[f"{kind}-consumer"] = max(self.peaks[f"{kind}-consumer"], found["peak_mb"])
        return Turn(found["count"], found["seconds"])

    def _produce(self, prefix: str) -> None:
        settings = load(self.system.environment | {"TOPIC_PREFIX": prefix})
        broker.ensure_topics(settings)
        producer, topic = broker.producer(settings), broker.topic(settings, events.RESPONSES)
        type_ = events.response_type(events.RECORDED)
        for key, data in answers.events(self.scale.events, KEYS, spread=prefix == SPREAD):
            value = events.encode(type_, key, data["sequence"], data["recorded_at"], data)
            headers = [("sequence", str(data["sequence"]).encode())]
            producer.send(topic, key=key.encode(), value=value, headers=headers)
        producer.flush()
        producer.close()


def detectors_alone(scale: Scale) -> Turn:
    """The same answers, already taken apart, through `Detector.take`."""
    detectors = {
        f"bench-{key}/delivery": Detector(
            State(FALSE_ALARMS_PER_YEAR, false_wins_per_year=FALSE_WINS_PER_YEAR)
        )
        for key in range(KEYS)
    }
    taken_apart = [
        (detectors[key], _answer(data)) for key, data in answers.events(scale.events, KEYS, spread=False)
    ]
    began = time.perf_counter()
    for detector, answer in taken_apart:
        detector.take(answer)
    return Turn(len(taken_apart), time.perf_counter() - began)


def _answer(data: dict[str, object]) -> Answer:
    recorded, given = events.parse_time(str(data["recorded_at"])), events.parse_time(str(data["answered_at"]))
    half = half_units("nps", int(str(data["score"])))
    revision = (str(data["survey"]), 1)
    sequence, historic = int(str(data["sequence"])), bool(data["historic"])
    return Answer(
        sequence, microseconds(recorded), recorded.toordinal(), given.toordinal(), revision, half, historic
    )


def _figure(
    name: str, ours: list[Turn], beside: list[Turn], ratio: float, target: str, met: bool | None, limit: str
) -> Figure:
    by = f"{median_rate(beside):,.0f}/s by the same client that polls and decodes"
    return Figure(name, f"{median_rate(ours):,.0f}/s", by, ratio, target, met, limit)
