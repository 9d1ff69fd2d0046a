"""The review of a week as JSON: its parts, each of which may be absent because what it rests on did not come. Pure."""

from __future__ import annotations

from typing import Any

from services.alerts.reviews import findings, parts, scores, words
from services.alerts.reviews.facts import Facts
from services.alerts.reviews.questions import CARD, SERIES
from shared.events import isoformat

# Which parts are missing where an answer did not come.
RESTS_ON = {SERIES: ("changes", "too_few_answers"), CARD: ("green_inside_red_outside", "employees")}


def document(facts: Facts) -> dict[str, Any]:
    """All but the decisions, which go on after the review is frozen. A part that is absent is null, with its reason in
    `failed`; before a day of the week is over there is nothing to tell of its scores, and no reason."""
    about = facts.about
    found = scores.judged(facts)
    missing = {part: why for name, why in facts.failed.items() for part in RESTS_ON.get(name, ())}
    made: dict[str, Any] = {
        "journey": about.journey,
        "name": about.name,
        "week": str(about.week),
        "from": about.week.monday.isoformat(),
        "to": about.week.sunday.isoformat(),
        "through": about.last.isoformat() if about.last else None,
        "computed_at": isoformat(about.now),
        "as_of": (facts.answers.get(SERIES) or {}).get("as_of"),
        "late": bool((facts.answers.get(SERIES) or {}).get("late")),
        "changes": None if found is None else scores.changed(facts, found),
        "too_few_answers": None if found is None else scores.too_few(facts, found),
        "incidents": parts.incidents(facts),
        "follow_ups": parts.follow_ups(facts),
        "actions": parts.actions(facts),
        "wins": parts.wins(facts),
        "green_inside_red_outside": findings.inside_outside(facts),
        "employees": findings.employees(facts),
        "blind_spots": parts.blind_spots(about),
        "failed": missing,
    }
    return made | {"headline": words.headline(made), "in_words": words.sentences(made)}
