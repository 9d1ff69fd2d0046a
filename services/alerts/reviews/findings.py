"""What the scorecard knows besides scores: green inside and red outside, and what employees see otherwise. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.alerts.reviews.facts import EMPLOYEE, Facts
from services.alerts.reviews.questions import CARD
from shared import inside

_GAP = ("stage", "metric", "period", "employees", "customers", "points", "low", "high", "in_words")


def inside_outside(facts: Facts) -> list[dict[str, Any]] | None:
    """Measures that meet their targets where the customers' score is under its own, or had an open incident."""
    card = facts.answers.get(CARD)
    if card is None:
        return None
    found = [one for stage in card["stages"] for one in inside.contrasts(stage, _degraded(facts, stage))]
    return [
        {
            "stage": one["stage"],
            "stage_name": facts.about.stage_name(one["stage"]),
            "measure": one["measure"],
            "in_words": one["in_words"],
        }
        for one in found
    ]


def employees(facts: Facts) -> list[dict[str, Any]] | None:
    """Where employees and customers clearly differ, in a period that is the same for everybody (never a week)."""
    card = facts.answers.get(CARD)
    if card is None:
        return None
    return [
        {name: one[name] for name in _GAP} | {"stage_name": facts.about.stage_name(one["stage"])}
        for one in card.get("employee_gaps", [])
    ]


def _degraded(facts: Facts, stage: Mapping[str, Any]) -> set[str]:
    """The metrics with an incident that was open when the week, or what there is of it so far, ended."""
    ends = min(facts.about.now, facts.about.ends)
    return {
        one["metric"]
        for one in facts.incidents
        if one["stage"] == stage["stage"]
        and one["audience"] != EMPLOYEE
        and one["opened_at"] < ends
        and (one["closed_at"] is None or one["closed_at"] >= ends)
    }
