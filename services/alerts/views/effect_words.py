"""The effect of an action in honest words, for pages, reviews and messages. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from shared import wording
from shared.wording import clean

Row = Mapping[str, Any]

# Symbol and word, never a colour alone.
VERDICTS = {
    "worked": ("▲", "Worked", "ok"),
    "worse": ("▼", "Made it worse", "worse"),
    "no_evidence_yet": ("◐", "No evidence yet", "plain"),
}
NOT_STARTED = ("◔", "Planned", "plain")
_MISSING = {
    "days": "It takes a week of answers at least.",
    "days_before": "It takes two days before it started, and three weeks in all, at least.",
    "answers_since": "Fewer than 30 answers since it started, or of the control: too few to say anything.",
    "answers_before": "Fewer than 30 answers before it started, or of the control: too few to compare with.",
    "before": "Nothing was answered before it started, so there is nothing to compare with.",
    "employees": "Employees are not counted by day, so that nobody can be told from another: no effect is measured.",
}


def mark(effect: Row | None) -> tuple[str, str, str]:
    """Symbol, word and kind of the verdict; of an action not measured yet, none yet."""
    if effect and effect["missing"] == "not_started":
        return NOT_STARTED
    return VERDICTS[effect["verdict"] if effect else "no_evidence_yet"]


def sentences(effect: Row, started_on: date) -> list[str]:
    """What is known, and how long it takes to know more; the verdict first."""
    if effect["missing"] == "not_started":
        return [f"It starts on {_date(started_on)}."]
    if effect["missing"]:
        said = [_MISSING[effect["missing"]]]
        return [*said, f"{_more(effect['about_days_more'])}."] if effect["about_days_more"] else said
    return [_verdict(effect), *_outlook(effect)]


def size(effect: Row) -> str:
    """+8 (+3 to +13), or nothing while it is not measured."""
    if effect["effect"] is None:
        return ""
    return f"{wording.signed(effect['effect'])} ({_interval(effect)})"


def flag(one: Row, names: Mapping[str, str] | None = None) -> str:
    """What else may have done it, or why to be careful. names: of stages, by key."""
    stage = clean((names or {}).get(one.get("stage", ""), one.get("stage", "")))
    on = _date(date.fromisoformat(one["on"])) if "on" in one else ""
    said = {
        "no_control": "There is no control: whatever else changed since then is in it.",
        "as_they_are": "The two segments are compared as they are: unless lots decided who is in which, they may"
        " differ without the action.",
        "selected_before": "The days before are the drop that raised the alarm: part of the rise may be chance.",
        "chosen_later": f"What is compared was chosen on {on}, when answers could be seen already.",
        "wording": f"The question’s wording at {stage} changed on {on} ({clean(one.get('survey', ''))}).",
        "action": f"Another action started at {stage} on {on}: {clean(one.get('title', ''))}.",
        "incident_in_control": f"{stage}, of the control, had an incident of its own from {on}.",
        "wordings_unknown": "Whether the question’s wording changed is not known: the survey service did not answer.",
    }
    return said.get(one["kind"]) or _mix(one)


def _verdict(effect: Row) -> str:
    points = f"{wording.signed(effect['effect'])} {wording.unit(effect['metric'], wording.whole(effect['effect']))}"
    sure = f"95 % interval {_interval(effect)}, which holds however often it is looked at"
    versus = "" if effect["design"] == "no_control" else " against the control"
    if effect["verdict"] == "worked":
        return f"It worked: {points}{versus} ({sure})."
    if effect["verdict"] == "worse":
        return f"It made it worse: {points}{versus} ({sure})."
    return f"No evidence yet: {points}{versus}, but anything from {_interval(effect)} is possible."


def _outlook(effect: Row) -> list[str]:
    if effect["verdict"] != "no_evidence_yet":
        return []
    if effect["about_days_more"] is None:
        return [_never(effect)]
    points = wording.whole(effect["for_points"])
    return [
        f"{_more(effect['about_days_more'])} until an effect of"
        f" {points} {wording.unit(effect['metric'], points)} would show."
    ]


def _never(effect: Row) -> str:
    half = (effect["high"] - effect["low"]) / 2
    small = 5 if effect["metric"] == "nps" else 2.5
    if half <= small:
        return "If it has an effect, it is smaller than anybody would notice."
    points = 10 if effect["metric"] == "nps" else 5
    return (
        f"With so many answers an effect of {points} {wording.unit(effect['metric'], points)} would not show within"
        " two years; more answers, or control stages with more answers, would help."
    )


def _more(days: int) -> str:
    return f"About {days} more day{'' if days == 1 else 's'}"


def _mix(one: Row) -> str:
    what = "touchpoints are asked about" if one["side"] == "treated" else "stages of the control answer"
    return f"Which {what} moved: that alone makes {wording.signed(one['points'])} of the change."


def _interval(effect: Row) -> str:
    return f"{wording.signed(effect['low'])} to {wording.signed(effect['high'])}"


def _date(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
