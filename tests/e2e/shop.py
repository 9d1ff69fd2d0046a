"""A small shop for the end-to-end tests: three stages with surveys, their history, and a scripted drop."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.e2e.collector import Api, Item

PLANS = ("free", "pro")
HISTORY_DAYS = 60
# survey: stage, touchpoint, metric
SURVEYS = {
    "order": ("order", "checkout", "nps"),
    "parcel": ("delivery", "parcel", "csat"),
    "tracking": ("delivery", "tracking", "csat"),
    "manual": ("use", "manual", "ces"),
}
SCALES = {"nps": range(11), "csat": range(1, 6), "ces": range(1, 8)}
# How a healthy touchpoint is answered: weights of the scale's scores, the lowest first. Five points better than it
# was, so that no luck of the few answers of its history makes the many of today look like a degradation.
HEALTHY = {
    "nps": (1, 0, 0, 1, 1, 2, 3, 10, 14, 20, 24),
    "csat": (3, 4, 8, 35, 50),
    "ces": (1, 2, 4, 8, 20, 35, 30),
}
WAS = {
    "nps": (2, 1, 1, 2, 2, 3, 3, 11, 13, 17, 21),
    "csat": (4, 6, 10, 34, 46),
    "ces": (2, 3, 5, 10, 20, 33, 27),
}


@dataclass(frozen=True)
class Shop:
    """One journey `key`, with surveys `<key>-order`, `<key>-parcel` …, each stage with an owner of its own."""

    key: str
    api: Api

    def open(self) -> None:
        """Map the journey, its surveys and its owners."""
        for owner in ("order", "delivery", "use"):
            team = {"name": f"Team {owner}", "email": self.address(owner)}
            self.api.put("alerts", f"/v1/owners/{self.key}-{owner}", team)
        self.api.put("survey", f"/v1/journeys/{self.key}", self._map())
        for survey, (stage, touchpoint, metric) in SURVEYS.items():
            document: Item = {"journey": self.key, "stage": stage, "touchpoint": touchpoint, "metric": metric}
            document |= {
                "audience": "customer",
                "status": "live",
                "question": {"en": f"How was the {touchpoint}?"},
            }
            self.api.put("survey", f"/v1/surveys/{self.survey(survey)}", document)

    def address(self, stage: str) -> str:
        return f"{stage}@{self.key}.example"

    def survey(self, name: str) -> str:
        return f"{self.key}-{name}"

    def item(self, rng: random.Random, name: str, plan: str, score: int, at: datetime) -> Item:
        """One answer as a batch takes it."""
        return {
            "survey": self.survey(name),
            "id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            "score": score,
            "attributes": {"plan": plan},
            "answered_at": at.isoformat(),
        }

    def healthy(
        self, rng: random.Random, name: str, at: datetime, weights: dict[str, tuple[int, ...]] = HEALTHY
    ) -> Item:
        metric = SURVEYS[name][2]
        score = rng.choices(SCALES[metric], weights[metric])[0]
        return self.item(rng, name, rng.choice(PLANS), score, at)

    def history(self, rng: random.Random, a_day: int = 20) -> list[Item]:
        """Two months of healthy answers up to three days ago: historic, so they train and never bet."""
        today = datetime.now(UTC)
        return [
            self.healthy(rng, name, today - timedelta(days=day, seconds=rng.randrange(80_000)), WAS)
            for day in range(HISTORY_DAYS + 3, 3, -1)
            for name in SURVEYS
            for _ in range(a_day // 2 if SURVEYS[name][0] == "delivery" else a_day)
        ]

    def drop(self, rng: random.Random, count: int, unhappy: Collection[str] = PLANS) -> list[Item]:
        """Answers of today in which customers on the `unhappy` plans are it with the parcel, and only with that.

        On all plans 300 are plenty whatever the seed; on one plan only, 1,500 (tests/unit/alerts/test_flood.py): a day
        that outnumbers what is known counts for less (ADR 0009).
        """
        found = [
            self.healthy(rng, ("parcel", "tracking")[number % 2], datetime.now(UTC))
            for number in range(count)
        ]
        for item in found:
            if item["survey"] == self.survey("parcel") and item["attributes"]["plan"] in unhappy:
                item["score"] = 1
        return found

    def expected(self, items: Iterable[Item], by: str) -> dict[tuple[str, str], list[int]]:
        """Histograms of `items`, counted once an id, by (survey or segment value, metric)."""
        counts: Counter[tuple[str, str, int]] = Counter()
        for item in {item["id"]: item for item in items}.values():
            metric = SURVEYS[item["survey"].removeprefix(f"{self.key}-")][2]
            name = item["survey"] if by == "survey" else item["attributes"]["plan"]
            counts[name, metric, item["score"]] += 1
        places = {(name, metric) for name, metric, _ in counts}
        return {place: [counts[*place, score] for score in range(11)] for place in places}

    def _map(self) -> dict[str, Any]:
        stages: dict[str, list[Item]] = {}
        for stage, touchpoint, _ in SURVEYS.values():
            stages.setdefault(stage, []).append({"key": touchpoint, "name": touchpoint.capitalize()})
        return {
            "name": f"Shop {self.key}",
            "segments": ["plan"],
            "stages": [
                {
                    "key": key,
                    "name": key.capitalize(),
                    "owner": f"{self.key}-{key}",
                    "touchpoints": touchpoints,
                }
                for key, touchpoints in stages.items()
            ],
        }


def sliced(items: list[Item], size: int) -> Iterator[list[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
