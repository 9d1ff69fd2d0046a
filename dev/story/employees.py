"""What couriers and depot people answer month by month: they saw it coming. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from uuid import uuid5

from dev import simulate
from dev.simulate import Answer, Survey

SURVEY = Survey("courier-team-nps", "delivery", ("workload", "tools", "planning"))
# The three whole months before the demo's, oldest first.
MONTHS = (
    (9, 9, 10, 8, 9, 7, 9, 10, 8, 6, 9, 8, 9, 10),
    (9, 6, 8, 7, 5, 9, 6, 8, 9, 4, 7, 9, 6, 8),
    (3, 6, 8, 5, 7, 9, 6, 8, 3, 9, 9, 4, 7, 8, 6),
)
WORDS = {
    5: "Twelve stops more since the new depot, the same hours. We ring once and run.",
    3: "The scanner counts every second at the door. Nobody counts the ones who come back.",
    4: "I told planning in spring that North cannot be done in one tour.",
    9: "Good team, and the new vans are fine.",
}


def answers(anchor: date) -> list[Answer]:
    """Their answers, oldest first; the same every time."""
    found: list[Answer] = []
    end = anchor.replace(day=1)
    for scores in reversed(MONTHS):
        end, first = (end - timedelta(days=1)).replace(day=1), end
        found = _month(anchor, end, first, scores) + found
    return found


def _month(anchor: date, first: date, end: date, scores: tuple[int, ...]) -> list[Answer]:
    random = Random(f"{simulate.SEED}-employees-{first}")
    found, written = [], set[int]()
    for number, score in enumerate(scores):
        at = datetime(
            first.year, first.month, 1 + random.randrange((end - first).days), 17, random.randrange(60)
        )
        words = "" if score in written else WORDS.get(score, "")
        written.add(score)
        reasons = ("workload",) if score <= 6 else ()
        id_ = uuid5(simulate.NAMESPACE, f"{simulate.SEED} {anchor} employee {first} {number}")
        found.append(Answer(id_, SURVEY.key, score, reasons, words, {}, at))
    return found
