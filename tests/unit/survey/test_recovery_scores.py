"""The recovery score is the metric's own formula over what came back."""

from __future__ import annotations

from services.survey.follow_ups.recovery_scores import Counted, items
from shared.scoring import score


def test_it_is_the_score_of_its_answers_with_what_it_rests_on() -> None:
    [found] = items([Counted("shop", "delivery", "after", "csat", 9, {5: 3, 4: 1, 1: 2})])
    expected = score("csat", [0, 2, 0, 0, 1, 3, 0, 0, 0, 0, 0])
    assert (found["score"], found["low"], found["high"], found["n"]) == (
        expected.score, expected.low, expected.high, 6,
    )  # fmt: skip
    assert (found["stage"], found["survey"], found["sent"], found["small_sample"]) == (
        "delivery", "after", 9, True,
    )  # fmt: skip


def test_nobody_has_answered_is_no_score() -> None:
    [found] = items([Counted("shop", "delivery", "after", "nps", 2, {})])
    assert (found["score"], found["low"], found["n"], found["sent"]) == (None, None, 0, 2)
