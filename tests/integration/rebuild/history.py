"""A shop's history for a log: imports, live answers, corrections, drops that end, a new wording, maps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from shared.events import (
    AMENDED,
    JOURNEYS,
    RECORDED,
    RESPONSES,
    VOIDED,
    isoformat,
    journey_type,
    response_type,
)
from shared.outbox import OutboxRow

START = datetime(2025, 1, 1, tzinfo=UTC)
HISTORIC_DAYS, DAYS = 50, 200
DROPS = ((90, 20), (150, 20))  # first day, days
REWORDED = 70
MAPPED = (0, 60, 97, 101)
SCORES = {"nps": (10, 8, 2), "csat": (5, 4, 2), "ces": (7, 6, 2)}
HEALTHY, LOW = (6, 2, 2), (2, 2, 6)
AMENDED_SHARE, VOIDED_SHARE = 0.03, 0.01

Place = tuple[str, str, str, str]


@dataclass
class History:
    """`stages` stages with two or three detectors each, `answers` answers in all, in the order they were given.

    incidents, ways_to_end: at least so many should open, and end in so many ways (recovery, three outcomes).
    """

    random: Random
    stages: int
    answers: int
    incidents: int
    ways_to_end: int
    number: int = 0
    recent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def places(self) -> list[Place]:
        """One detector each: NPS of customers everywhere, and more at some."""
        found: list[Place] = []
        for n in range(self.stages):
            journey, stage = f"shop-{n % 2}", f"stage-{n}"
            found.append((journey, stage, "nps", "customer"))
            found.append((journey, stage, ("csat", "ces")[n % 2], "customer"))
            if n % 3 == 0:
                found.append((journey, stage, "nps", "employee"))
        return found

    def rows(self) -> Iterator[list[OutboxRow]]:
        """The rows of one day after the other."""
        places = self.places()
        a_day = self.answers / DAYS / len(places)
        for day in range(DAYS):
            rows = self._maps(day)
            for _ in range(round(a_day * len(places))):
                at = START + timedelta(days=day, seconds=self.random.randrange(86_000))
                rows.append(self._answer(self.random.choice(places), day, at))
                rows += self._corrections(at)
            rows.sort(key=lambda row: row.received_at)
            yield rows

    def _answer(self, place: Place, day: int, at: datetime) -> OutboxRow:
        journey, stage, metric, audience = place
        self.number += 1
        low = audience == "customer" and any(first <= day < first + length for first, length in DROPS)
        score = self.random.choices(SCORES[metric], LOW if low else HEALTHY)[0]
        late = timedelta(hours=self.random.choice((0, 0, 0, 1, 30)))
        survey = self.random.choice("aab")
        data = {
            "answer_id": f"00000000-0000-4000-8000-{self.number:012}",
            "survey": f"{stage}-{metric}-{audience}-{survey}",
            "survey_revision": 2 if survey == "b" and day >= REWORDED else 1,
            "journey": journey,
            "stage": stage,
            "touchpoint": self.random.choice(("parcel", "courier")),
            "metric": metric,
            "audience": audience,
            "score": score,
            "reasons": self.random.sample(("late", "rude", "broken"), self.random.choice((0, 0, 1, 2))),
            "segments": {"plan": self.random.choice(("free", "pro"))},
            "channel": "link",
            "lang": "en",
            "answered_at": isoformat(at - late),
            "historic": day < HISTORIC_DAYS,
        }
        row = self._row(RECORDED, data, at)
        self.recent = [*self.recent[-40:], (RECORDED, data)]
        return row

    def _corrections(self, at: datetime) -> Iterator[OutboxRow]:
        """Now and then an answer of late is amended or voided."""
        chance = self.random.random()
        if chance > AMENDED_SHARE + VOIDED_SHARE or len(self.recent) < 2:
            return
        _, data = self.recent.pop(self.random.randrange(len(self.recent) - 1))
        previous = {"score": data["score"], "reasons": data["reasons"]}
        if chance < VOIDED_SHARE:
            yield self._row(VOIDED, data | {"score": None, "reasons": [], "previous": previous}, at)
            return
        changed = data | {"score": self.random.choice(SCORES[data["metric"]]), "reasons": ["late"]}
        self.recent.append((AMENDED, changed))
        yield self._row(AMENDED, changed | {"previous": previous}, at)

    def _maps(self, day: int) -> list[OutboxRow]:
        """Maps in which stage-0 asks another survey for its CSAT from the middle of the first drop on."""
        if day not in MAPPED:
            return []
        revision, at = MAPPED.index(day) + 1, START + timedelta(days=day)
        rows = []
        for journey in ("shop-0", "shop-1"):
            place = {"stage": "stage-0", "touchpoint": "parcel", "metric": "csat", "audience": "customer"}
            survey = {"survey": f"stage-0-csat-customer-{'a' if day < DROPS[0][0] else 'new'}", "revision": 1}
            data: dict[str, Any] = {"journey": journey, "revision": revision, "name": journey, "stages": []}
            data["surveys"] = [survey | place] if journey == "shop-0" else []
            rows.append(OutboxRow(JOURNEYS, journey, journey_type("published"), data, False, at))
        return rows

    def _row(self, kind: str, data: dict[str, Any], at: datetime) -> OutboxRow:
        key = f"{data['journey']}/{data['stage']}"
        return OutboxRow(RESPONSES, key, response_type(kind), data, data["historic"], at)
