"""What customers of Returns answer in the weeks before the demo's day: usual, fallen, repaired, better than ever. Pure.

Everything counts from the Monday of the demo's week, so that what gets better does so in the last whole week, the one
that the review is about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from random import Random
from typing import NamedTuple

from dev import simulate
from dev.simulate import Answer, Fall, Shares, Survey

STAGE = "returns"
GO_LIVE, FALL, REPAIR, BETTER = (timedelta(weeks=-weeks) for weeks in (9, 8, 6, 1))
# Before go-live: enough for the detector to know the stage and its weekdays.
LEAST_HISTORY = timedelta(days=21)

REFUNDS_LATE = {"refund-nps": Fall((0.62, 0.22), {}, "slow")}
REPAIRED: Shares = (0.20, 0.26)
BEST: Shares = (0.09, 0.22)


class Part(NamedTuple):
    """Some weeks of the same kind. name: history, usual, fallen, repaired, better. last is included."""

    name: str
    first: date
    last: date
    shares: Shares | None = None
    falls: Mapping[str, Fall] = {}


def monday(anchor: date) -> date:
    """The Monday of the demo's week."""
    return anchor - timedelta(days=anchor.weekday())


def parts(anchor: date, days: int) -> list[Part]:
    """The weeks in order; `days` of them in all, the last one yesterday."""
    start, zero = anchor - timedelta(days=days), monday(anchor)
    if start + LEAST_HISTORY > zero + GO_LIVE:
        raise ValueError(f"{days} days are too few for the story")
    turns = [start, *(zero + turn for turn in (GO_LIVE, FALL, REPAIR, BETTER)), anchor]
    names = ("history", "usual", "fallen", "repaired", "better")
    kinds: dict[str, tuple[Shares | None, Mapping[str, Fall]]] = {
        "fallen": (None, REFUNDS_LATE),
        "repaired": (REPAIRED, {}),
        "better": (BEST, {}),
    }
    return [
        Part(name, first, end - timedelta(days=1), *kinds.get(name, (None, {})))
        for name, first, end in zip(names, turns[:-1], turns[1:], strict=True)
    ]


def days_of(surveys: list[Survey], anchor: date, part: Part) -> Iterator[tuple[date, list[Answer]]]:
    """Each day of a part with its answers, in the order in which they came; the same every time.

    A week's answers are dealt from one shuffled deck: days differ by chance, no lucky fortnight tells another story.
    """
    a_day = simulate.ANSWERS_A_DAY_AND_STAGE
    deck: list[float] = []
    for ago in range((part.last - part.first).days + 1):
        day = part.first + timedelta(days=ago)
        random = Random(f"{simulate.SEED}-{STAGE}-{anchor}-{day}")
        if not deck:
            deck = [(number + 0.5) / (7 * a_day) for number in range(7 * a_day)]
            random.shuffle(deck)
        places, deck = deck[:a_day], deck[a_day:]
        found = simulate.day_of(random, surveys, anchor, day, STAGE, part.shares, part.falls, places)
        yield day, sorted(found, key=_moment)


def _moment(answer: Answer) -> datetime:
    assert answer.answered_at is not None
    return answer.answered_at
