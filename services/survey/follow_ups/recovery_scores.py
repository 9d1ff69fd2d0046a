"""The recovery score: what customers say after their case was solved, by the stage that it was about. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

from shared.scoring import SLOTS, score


class Counted(NamedTuple):
    """What came back of one stage by one survey. sent: mails that went; answers: how many gave each score."""

    journey: str
    stage: str
    survey: str
    metric: str
    sent: int
    answers: Mapping[int, int]


def item(counted: Counted) -> dict[str, Any]:
    """Journey, stage, survey, sent, and the score with its interval and what it rests on (shared/scoring.py); score,
    low, high and mean are None where nobody has answered."""
    histogram = [counted.answers.get(given, 0) for given in range(SLOTS)]
    where = {name: getattr(counted, name) for name in ("journey", "stage", "survey", "sent")}
    return where | asdict(score(counted.metric, histogram))


def items(counted: Iterable[Counted]) -> list[dict[str, Any]]:
    """Each stage and survey, in the order given."""
    return [item(one) for one in counted]
