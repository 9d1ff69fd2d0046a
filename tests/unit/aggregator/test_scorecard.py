"""The scorecard: pooled scores at their places, targets, changes, blind spots."""

from __future__ import annotations

from itertools import product
from typing import Any

from services.aggregator import scorecard
from services.aggregator.changes import Pair
from services.aggregator.maps import Map
from shared.scoring import AUDIENCES, METRICS, SLOTS
from tests.unit.aggregator.maps import SHOP

EVERYTHING = list(product(METRICS, AUDIENCES))
NPS = ("nps", "customer")


def nps(promoters: int, detractors: int) -> tuple[int, ...]:
    return (detractors, *[0] * 9, promoters)


def card(found: dict[Any, Any], wanted: list[tuple[str, str]] = EVERYTHING) -> dict[str, Any]:
    return scorecard.build(Map(3, False, SHOP), found, 0.95, wanted)


FOUND = {
    ("delivery", "handover"): {
        NPS: Pair(nps(80, 20), nps(50, 50)),
        ("nps", "employee"): Pair(nps(0, 0), nps(3, 0)),
    },
    ("delivery", "tracking"): {NPS: Pair(nps(80, 20), nps(80, 20))},
    ("delivery", "gone"): {NPS: Pair(nps(10, 0), nps(10, 0))},
}


def test_rolls_up_by_pooling_counts() -> None:
    delivery, returns = card(FOUND)["stages"]
    handover, tracking = delivery["touchpoints"]
    assert [score["score"] for score in handover["scores"]] == [0.0, 100.0]
    assert [score["audience"] for score in handover["scores"]] == ["customer", "employee"]
    assert tracking["scores"][0]["score"] == 60.0
    # 140 of 210 answers are promoters: those of the place that left the map count too.
    assert delivery["scores"][0]["n"] == 210
    assert delivery["scores"][0]["score"] == 100 * (140 - 70) / 210
    assert card(FOUND)["scores"][1]["n"] == 210
    assert returns["touchpoints"][0]["name"] == "Drop-off"


def test_shows_targets_and_changes() -> None:
    score = card(FOUND)["stages"][0]["scores"][0]
    assert (score["target"], score["meets_target"]) == (40, False)
    assert score["before"]["score"] == 100 * (170 - 40) / 210
    assert score["change"]["points"] == score["score"] - score["before"]["score"]
    assert score["change"]["low"] < score["change"]["points"] < score["change"]["high"] < 0
    assert score["change"]["beyond_noise"]


def test_what_is_asked_without_an_answer_has_no_score() -> None:
    empty = card({})
    score = empty["stages"][0]["scores"][0]
    assert (score["n"], score["score"], score["meets_target"]) == (0, None, None)
    assert score["histogram"] == [0] * SLOTS
    assert score["change"] == {"points": None, "low": None, "high": None, "beyond_noise": False}
    assert [one["metric"] for one in empty["stages"][1]["scores"]] == ["ces"]


def test_blind_spots_are_touchpoints_without_answers() -> None:
    spots = card({**FOUND, ("delivery", "tracking"): {NPS: Pair(nps(5, 0), nps(0, 0))}})["blind_spots"]
    assert [(spot["stage"], spot["touchpoint"], spot["surveys"]) for spot in spots] == [
        ("delivery", "tracking", []),
        ("returns", "handover", ["returns-ces"]),
    ]


def test_answers_at_places_off_the_map_are_listed() -> None:
    assert [(one["stage"], one["touchpoint"]) for one in card(FOUND)["not_on_map"]] == [("delivery", "gone")]


def test_shows_only_what_is_wanted() -> None:
    wanted = card(FOUND, [("nps", "employee")])
    assert [score["audience"] for score in wanted["stages"][0]["scores"]] == ["employee"]
    assert wanted["stages"][1]["scores"] == []


def test_carries_the_map() -> None:
    found = card({})
    assert (found["name"], found["owner"], found["revision"], found["retired"]) == ("Shop", "ana", 3, False)
    assert [stage["owner"] for stage in found["stages"]] == ["ben", "ana"]
    assert found["stages"][0]["touchpoints"][0]["moment_of_truth"] is True
    assert found["stages"][0]["touchpoints"][0]["pain_points"] == ["late"]
