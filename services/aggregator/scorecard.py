"""The scorecard of a journey: its whole map with scores, targets, changes and blind spots. Pure: sums in, JSON out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from services.aggregator import answers, changes
from services.aggregator.changes import Pair
from services.aggregator.maps import Map
from shared import scoring

Measured = tuple[str, str]
"""What is measured: metric and audience. Different ones are never added together."""

Found = Mapping[tuple[str, str], Mapping[Measured, Pair]]
"""(stage, touchpoint) → metric and audience → histograms of the window before and of the window."""

Days = Mapping[tuple[str | None, Measured], float]
"""Stage (None: all of them together) and what is measured → squared error of a change by its days (noise.of_days)."""

NOTHING = Pair(answers.EMPTY, answers.EMPTY)


def build(
    journey: Map, found: Found, level: float, wanted: Iterable[Measured], days: Days = MappingProxyType({})
) -> dict[str, Any]:
    """The map with scores. `wanted` limits the metrics and audiences shown. days: the error of changes by their days.

    Answers at places which are no longer on the map count in the journey and their stage, and are listed in
    `not_on_map`.
    """
    card = _Card(journey.document or {}, found, level, frozenset(wanted), days)
    places = [
        (stage["key"], point["key"]) for stage in card.document["stages"] for point in stage["touchpoints"]
    ]
    return {
        "journey": card.document["journey"],
        "name": card.document.get("name"),
        "owner": card.document.get("owner"),
        "revision": journey.revision,
        "retired": journey.retired,
        "segments": card.document.get("segments", []),
        "scores": card.scores(found, {}, card.asked()),
        "stages": [card.stage(stage) for stage in card.document["stages"]],
        "blind_spots": [spot for stage in card.document["stages"] for spot in card.blind_spots(stage)]
        if any(audience == "customer" for _, audience in card.wanted)
        else [],
        "not_on_map": [card.elsewhere(place) for place in sorted(set(found) - set(places))],
    }


class _Card:
    """What all parts of one scorecard need."""

    def __init__(
        self, document: dict[str, Any], found: Found, level: float, wanted: frozenset[Measured], days: Days
    ) -> None:
        self.document, self.found, self.level, self.wanted, self.days = document, found, level, wanted, days

    def stage(self, stage: dict[str, Any]) -> dict[str, Any]:
        """One stage: its own facts, pooled scores against its targets, and its touchpoints."""
        targets = {(t["metric"], t["audience"]): t["score"] for t in stage.get("targets", [])}
        here = {place: pairs for place, pairs in self.found.items() if place[0] == stage["key"]}
        return {
            "stage": stage["key"],
            "name": stage.get("name"),
            "owner": stage.get("owner") or self.document.get("owner"),
            "scores": self.scores(here, targets, self.asked(stage["key"]) | set(targets), stage["key"]),
            "touchpoints": [self.touchpoint(stage["key"], point) for point in stage["touchpoints"]],
        }

    def touchpoint(self, stage: str, point: dict[str, Any]) -> dict[str, Any]:
        """One touchpoint: all its facts, its live surveys and its scores."""
        place = (stage, point["key"])
        return {
            "touchpoint": point["key"],
            **{name: value for name, value in point.items() if name != "key"},
            "surveys": self.surveys(*place),
            "scores": self.scores({place: self.found.get(place, {})}, {}, self.asked(*place), stage),
        }

    def blind_spots(self, stage: dict[str, Any]) -> list[dict[str, Any]]:
        """The touchpoints of a stage without a customer's answer in the window, and the live surveys that ask them."""
        return [
            {
                "stage": stage["key"],
                "touchpoint": point["key"],
                "name": point.get("name"),
                "moment_of_truth": point.get("moment_of_truth", False),
                "surveys": self.surveys(stage["key"], point["key"], "customer"),
            }
            for point in stage["touchpoints"]
            if not any(sum(pair.since) for pair in self.found.get((stage["key"], point["key"]), {}).values())
        ]

    def elsewhere(self, place: tuple[str, str]) -> dict[str, Any]:
        """A place that has answers and is not on the map (any more)."""
        return {
            "stage": place[0],
            "touchpoint": place[1],
            "scores": self.scores({place: self.found[place]}, {}, set(), place[0]),
        }

    def surveys(self, stage: str, touchpoint: str, audience: str | None = None) -> list[str]:
        """The live surveys at a touchpoint; of one audience, or all."""
        return [
            s["survey"]
            for s in self.document["surveys"]
            if (s["stage"], s["touchpoint"]) == (stage, touchpoint) and audience in (None, s["audience"])
        ]

    def asked(self, *place: str) -> set[Measured]:
        """What live surveys measure at a place: (), (stage) or (stage, touchpoint)."""
        here = [s for s in self.document["surveys"] if (s["stage"], s["touchpoint"])[: len(place)] == place]
        return {(survey["metric"], survey["audience"]) for survey in here}

    def scores(
        self, here: Found, targets: Mapping[Measured, float], asked: set[Measured], stage: str | None = None
    ) -> list[dict[str, Any]]:
        """The pooled scores of some places (of one stage, or of all), one per metric and audience; also those asked for
        without an answer."""
        pooled: dict[Measured, Pair] = defaultdict(lambda: NOTHING, dict.fromkeys(asked, NOTHING))
        for pairs in here.values():
            for measured, pair in pairs.items():
                known = pooled[measured]
                pooled[measured] = Pair(
                    scoring.pool((known.before, pair.before)), scoring.pool((known.since, pair.since))
                )
        shown = sorted(set(pooled) & self.wanted)
        return [
            self._score(
                measured, pooled[measured], targets.get(measured), self.days.get((stage, measured), 0.0)
            )
            for measured in shown
        ]

    def _score(self, measured: Measured, pair: Pair, target: float | None, days: float) -> dict[str, Any]:
        metric, audience = measured
        change = changes.change(metric, pair, self.level, days)
        score = change.since.score
        return {
            "metric": metric,
            "audience": audience,
            **answers.reading(change.since),
            "before": answers.reading(change.before),
            "change": answers.movement(change),
            "target": target,
            "meets_target": None if target is None or score is None else score >= target,
        }
