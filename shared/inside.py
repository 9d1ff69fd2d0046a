"""Green inside, red outside: a stage's own measure meets its target while its customers say otherwise. Pure.

It reads the stages of a scorecard (`GET /v1/scorecards/{journey}`), so that whoever has one can ask. Only the
customers' scores are outside; which of them are degraded only alerts knows, and its caller says.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from shared import scoring, wording

Row = Mapping[str, Any]
DIRECTIONS = ("up", "down")
"""Which way a measure gets better."""
DEGRADED, UNDER_TARGET = "degraded", "under_target"
_NAMES = {"nps": "NPS", "csat": "CSAT", "ces": "CES"}
_WHY = {DEGRADED: "degraded", UNDER_TARGET: "under its target"}


def meets(measure: Row) -> bool | None:
    """Whether the value of a measure meets its target; None without a value or a target."""
    value, target = measure["value"], measure["target"]
    if value is None or target is None:
        return None
    return bool(value >= target if measure["direction"] == "up" else value <= target)


def contrasts(stage: Row, degraded: Collection[str] = ()) -> list[dict[str, Any]]:
    """What is green inside and red outside at a stage of a scorecard; degraded: the customers' metrics that are.

    [{stage, measure, name, unit, direction, target, value, days, scores[{metric, audience, score, n, target,
    why[degraded|under_target]}], in_words}], in the order of the measures.
    """
    red = [found for one in stage["scores"] if (found := _red(one, degraded))]
    green = [one for one in stage.get("measures", []) if one["meets_target"]] if red else []
    shown = ("measure", "name", "unit", "direction", "target", "value", "days")
    return [
        {
            "stage": stage["stage"],
            **{name: one[name] for name in shown},
            "scores": red,
            "in_words": _words(one, red),
        }
        for one in green
    ]


def bound(measure: Row) -> str:
    """The target in words: at most 5 min, at least 95 %."""
    least = "at least" if measure["direction"] == "up" else "at most"
    return f"{least} {wording.amount(measure['target'], measure['unit'])}"


def _red(score: Row, degraded: Collection[str]) -> dict[str, Any] | None:
    """A customers' score with why it is red; None where it is not. Few answers miss no target."""
    if score["audience"] != "customer":
        return None
    enough = score["n"] >= scoring.SMALL_SAMPLE and None not in (score["score"], score["target"])
    why = [DEGRADED] if score["metric"] in degraded else []
    why += [UNDER_TARGET] if enough and score["score"] < score["target"] else []
    shown = ("metric", "audience", "score", "n", "target")
    return {name: score[name] for name in shown} | {"why": why} if why else None


def _words(measure: Row, red: list[dict[str, Any]]) -> str:
    name = wording.clean(measure["name"])
    value = wording.amount(measure["value"], measure["unit"])
    outside = " and ".join(f"{_NAMES[one['metric']]} {_figure(one)}is {_reasons(one)}" for one in red)
    return f"{name} meets its target ({value}, {bound(measure)}) while customers’ {outside}."


def _figure(score: Row) -> str:
    if score["score"] is None or score["n"] < scoring.SMALL_SAMPLE:
        return ""
    return f"({_exact(score)}) "


def _exact(score: Row) -> str:
    """Whole, but where that would be the target which it misses."""
    said = wording.score(score["metric"], score["score"])
    if UNDER_TARGET not in score["why"] or said != wording.score(score["metric"], score["target"]):
        return said
    return f"{wording.amount(round(score['score'], 1), '')}{' %' if said.endswith('%') else ''}"


def _reasons(score: Row) -> str:
    said = [_WHY[one] for one in score["why"]]
    target = f" of {wording.score(score['metric'], score['target'])}" if UNDER_TARGET in score["why"] else ""
    return " and ".join(said) + target
