"""Days of answers for tests of effects."""

from __future__ import annotations

import random
from datetime import date, timedelta

from services.alerts.effects import Days, Period, Question

START = date(2026, 3, 2)  # a Monday
REVIEW = START + timedelta(days=56)


def histogram(*scores: int) -> tuple[int, ...]:
    return tuple(scores.count(one) for one in range(11))


def answered(
    seed: int, first: int, last: int, nps: float = 40.0, a_day: int = 20, since: float = 0.0
) -> dict[date, tuple[int, ...]]:
    """Answers of days first…last (0: the day it starts), `since` points better from then on."""
    draw = random.Random(seed)
    found = {}
    for at in range(first, last + 1):
        better = (nps + (since if at >= 0 else 0.0)) / 100
        chances = ((0.8 - better) / 2, 0.2, (0.8 + better) / 2)
        found[START + timedelta(days=at)] = histogram(*draw.choices((3, 8, 10), chances, k=a_day))
    return found


def question(treated: Days, control: Days | None, *, before: int = 56, since: int = 40) -> Question:
    """`before` days before the start (0: side by side), `since` days from it on."""
    earlier = Period(START - timedelta(days=before), START - timedelta(days=1)) if before else None
    return Question(
        "nps", treated, control, earlier, Period(START, START + timedelta(days=since - 1)), REVIEW
    )
