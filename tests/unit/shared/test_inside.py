"""Green inside, red outside: when it is said, and in which words."""

from __future__ import annotations

from typing import Any

import pytest

from shared import inside, wording

TIME = {"measure": "handle-time", "name": "Handle time", "unit": "min", "direction": "down", "target": 5.0}
GREEN = TIME | {"value": 4.2, "days": 28, "meets_target": True}
SCORE = {"metric": "nps", "audience": "customer", "score": 22.0, "n": 240, "target": 40}


def stage(*scores: dict[str, Any], measure: dict[str, Any] = GREEN) -> dict[str, Any]:
    return {"stage": "delivery", "scores": list(scores), "measures": [measure]}


@pytest.mark.parametrize(
    ("direction", "value", "met"),
    [("down", 4.2, True), ("down", 5.0, True), ("down", 5.1, False), ("up", 5.0, True), ("up", 4.9, False)],
)
def test_a_target_is_met_on_its_own_side_and_at_its_border(direction: str, value: float, met: bool) -> None:
    assert inside.meets(TIME | {"direction": direction, "value": value}) is met


def test_without_a_value_or_a_target_nobody_knows() -> None:
    assert inside.meets(TIME | {"value": None}) is None
    assert inside.meets(TIME | {"value": 0.0, "target": None}) is None
    assert inside.meets(TIME | {"value": 0.0}) is True


def test_a_score_under_its_target_is_red_outside() -> None:
    (found,) = inside.contrasts(stage(SCORE))
    assert found["scores"] == [SCORE | {"why": ["under_target"]}]
    assert (found["stage"], found["measure"], found["value"]) == ("delivery", "handle-time", 4.2)
    assert found["in_words"] == (
        "Handle time meets its target (4.2 min, at most 5 min) while customers’ NPS (22) is under its target of 40."
    )


def test_a_degraded_score_is_red_though_it_has_no_target() -> None:
    ces = SCORE | {"metric": "ces", "score": 61.2, "target": None}
    (found,) = inside.contrasts(stage(SCORE, ces), {"ces"})
    assert [one["why"] for one in found["scores"]] == [["under_target"], ["degraded"]]
    assert found["in_words"].endswith(
        "customers’ NPS (22) is under its target of 40 and CES (61 %) is degraded."
    )
    (both,) = inside.contrasts(stage(SCORE), {"nps"})
    assert both["scores"][0]["why"] == ["degraded", "under_target"]
    assert both["in_words"].endswith("NPS (22) is degraded and under its target of 40.")


def test_a_target_that_is_just_missed_reads_as_missed() -> None:
    (found,) = inside.contrasts(stage(SCORE | {"score": 39.62}))
    assert found["in_words"].endswith("customers’ NPS (39.6) is under its target of 40.")
    csat = SCORE | {"metric": "csat", "score": 79.8, "target": 80}
    (found,) = inside.contrasts(stage(csat))
    assert found["in_words"].endswith("customers’ CSAT (79.8 %) is under its target of 80 %.")


@pytest.mark.parametrize(
    "changed",
    [{"score": 40.0}, {"n": 29}, {"audience": "employee"}, {"score": None, "n": 0}, {"target": None}],
)
def test_what_is_not_red_outside(changed: dict[str, Any]) -> None:
    assert inside.contrasts(stage(SCORE | changed)) == []


def test_employees_are_not_outside_whatever_is_said_of_them() -> None:
    assert inside.contrasts(stage(SCORE | {"audience": "employee"}), {"nps"}) == []


@pytest.mark.parametrize("met", [False, None])
def test_what_is_not_green_inside(met: bool | None) -> None:
    assert inside.contrasts(stage(SCORE, measure=GREEN | {"meets_target": met}), {"nps"}) == []


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (4.25, "min", "4.25 min"),
        (4.0, "min", "4 min"),
        (12.34, "%", "12.3 %"),
        (1249.6, None, "1,250"),
        (-3.5, "", "−3.5"),
        (0.004213, "", "0.0042"),
        (0.0, "h", "0 h"),
        (100.0, "%", "100 %"),
        (-0.0, "", "0"),
    ],
)
def test_an_amount_has_the_digits_that_tell(value: float, unit: str | None, words: str) -> None:
    assert wording.amount(value, unit) == words


@pytest.mark.parametrize(
    ("values", "unit", "words"),
    [
        ([4.25, 4.0, None, 12.34, 120.0], "min", ["4.25 min", "4.00 min", None, "12.34 min", "120.00 min"]),
        ([4.0, 1249.6], None, ["4", "1,250"]),
        ([-0.004, 3.5, 0.0], "", ["−0.004", "3.500", "0.000"]),
        ([-0.01, 1.5], "", ["−0.01", "1.50"]),
        ([0.00000012, -1.5], "", ["1.2e−07", "−1.5"]),
        ([None], "h", [None]),
    ],
)
def test_amounts_that_stand_together_have_decimals_alike(
    values: list[float | None], unit: str | None, words: list[str | None]
) -> None:
    assert wording.amounts(values, unit) == words
