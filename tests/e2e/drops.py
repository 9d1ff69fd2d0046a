"""Many stages for the end-to-end tests, some of which are scripted to drop: their map, history and live answers."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from tests.e2e.collector import Api, Item

STAGES_A_JOURNEY = 30
HISTORY_DAYS = range(4, 64)
# A healthy day of a stage, and every eight of its live answers: each the same, in an order of chance. So a healthy
# stage is healthy whatever the seed; how often chance alone raises an alarm is the simulation's question.
HEALTHY = (5, 5, 5, 5, 4, 4, 2, 1)
FLOOR = 1
# Answers at the floor: about 20 open an incident in a quiet stage, 60 after 42 eights in one day, because what
# outnumbers the known answers counts for less (ADR 0009).
FALLEN, FALLEN_AN_EIGHT = 40, 2
EIGHTS = 2  # of healthy live answers a stage, unless told otherwise, before it falls if it does


@dataclass(frozen=True)
class Drops:
    """`count` stages in journeys of 30, the `dropping` of them chosen by chance; each has one CSAT survey.

    Every other stage has an owner of its own, the rest are their journey's: what is due to one owner together is
    merged into one message.
    """

    api: Api
    count: int
    dropping: int
    rng: random.Random
    eights: int = EIGHTS

    @cached_property
    def places(self) -> list[tuple[str, str]]:
        """(journey, stage) of every stage."""
        return [
            (f"drops-{number // STAGES_A_JOURNEY}", f"stage-{number % STAGES_A_JOURNEY}")
            for number in range(self.count)
        ]

    @cached_property
    def falling(self) -> list[tuple[str, str]]:
        """Those that drop, in the order in which they do."""
        return self.rng.sample(self.places, self.dropping)

    @cached_property
    def journeys(self) -> list[str]:
        return list(dict.fromkeys(journey for journey, _ in self.places))

    @property
    def fallen(self) -> int:
        """How many answers at the floor a stage that drops is given."""
        return FALLEN + FALLEN_AN_EIGHT * self.eights

    def open(self, told: Item) -> None:
        """Map everything; `told` is by which channels, or at which address, every owner is."""
        for journey in self.journeys:
            stages = [stage for of, stage in self.places if of == journey]
            owned = {stage: f"{journey}-{stage}" for stage in stages[::2]}
            for owner in (journey, *owned.values()):
                self.api.put("alerts", f"/v1/owners/{owner}", {"name": owner} | told)
            document: Item = {"name": journey, "owner": journey, "segments": []}
            document["stages"] = [_stage(stage, owned.get(stage)) for stage in stages]
            self.api.put("survey", f"/v1/journeys/{journey}", document)
        for journey, stage in self.places:
            place = {"journey": journey, "stage": stage, "touchpoint": stage, "metric": "csat"}
            words = {"audience": "customer", "status": "live", "question": {"en": "How was it?"}}
            self.api.put("survey", f"/v1/surveys/{journey}-{stage}", place | words)

    @cached_property
    def past(self) -> list[Item]:
        """Two healthy months up to four days ago, 480 answers a stage: historic, so they train and never bet."""
        now = datetime.now(UTC)
        return [
            self._item(place, score)
            | {"answered_at": (now - timedelta(days=day, minutes=minute)).isoformat()}
            for day in reversed(HISTORY_DAYS)
            for place in self.places
            for minute, score in enumerate(HEALTHY)
        ]

    def live(self) -> list[Item]:
        """Healthy answers of every stage, mixed; one stage after the other falls within them, and stays down."""
        timed: list[tuple[float, Item]] = []
        for place in self.places:
            scores = [score for _ in range(self.eights) for score in self.rng.sample(HEALTHY, len(HEALTHY))]
            fall = (self.falling.index(place) + 1) / (self.dropping + 1) if place in self.falling else 1.0
            moments = sorted(self.rng.uniform(0, fall) for _ in scores)
            timed += [(at, self._item(place, score)) for at, score in zip(moments, scores, strict=True)]
            if place in self.falling:
                moments = sorted(self.rng.uniform(fall, fall + 0.1) for _ in range(self.fallen))
                timed += [(at, self._item(place, FLOOR)) for at in moments]
        return [item for _, item in sorted(timed, key=lambda entry: entry[0])]

    def _item(self, place: tuple[str, str], score: int) -> Item:
        id_ = uuid.UUID(int=self.rng.getrandbits(128), version=4)
        return {"survey": f"{place[0]}-{place[1]}", "id": str(id_), "score": score}


def _stage(stage: str, owner: str | None) -> Item:
    document: Item = {"key": stage, "name": stage, "touchpoints": [{"key": stage, "name": stage}]}
    return document | ({"owner": owner} if owner else {})
