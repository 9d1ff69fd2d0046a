"""What the page of a review shows: its parts in words, and three comments to read aloud. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.alerts.reviews import words
from services.alerts.reviews.rhythm import WEEKDAYS
from services.alerts.reviews.weeks import Week
from services.alerts.views.comments import Comment, comments
from shared.scoring import half_units

Row = Mapping[str, Any]
ALOUD, SHORTEST, LONGEST = 3, 20, 400
_HAPPY = 2  # half-units


@dataclass(frozen=True)
class Change:
    """One series that changed: its words, and what a bar shows."""

    row: Row
    name: str
    mark: tuple[str, str, str]


def changes(document: Row) -> list[Change]:
    """Those beyond noise, as listed; a symbol and a word say which way."""
    found = document["changes"]["items"] if document["changes"] else []
    return [Change(one, words.measured(one), BETTER if one["better"] else WORSE) for one in found]


BETTER, WORSE = ("▲", "Better", "ok"), ("▼", "Worse", "worse")


def aloud(answers: Sequence[Row], document: Row, journey_map: Row | None) -> list[Comment]:
    """Three comments worth reading aloud: first from what changed, one of somebody unhappy, one of somebody happy, each
    from another stage where there is one; of several the longest that is not too long."""
    told = {(one["stage"], one["metric"]) for one in (document["changes"] or {"items": []})["items"]}
    fit = [one for one in answers if SHORTEST <= len(one["comment"].strip()) <= LONGEST]
    fit = sorted(fit, key=lambda one: (-len(one["comment"].strip()), one["answer_id"]))
    chosen: list[Row] = []
    for wanted in (
        lambda one: (one["stage"], one["metric"]) in told,
        lambda one: half_units(one["metric"], one["score"]) == 0,
        lambda one: half_units(one["metric"], one["score"]) == _HAPPY,
        lambda one: True,
        lambda one: True,
    ):
        left = [one for one in fit if one not in chosen and wanted(one)]
        seen = {one["stage"] for one in chosen}
        left = [one for one in left if one["stage"] not in seen] or left
        if left and len(chosen) < ALOUD:
            chosen.append(left[0])
    return comments(chosen, journey_map)


def weeks(week: Week, today: date) -> dict[str, Any]:
    """The names of the weeks beside it; none after this one."""
    after = week.before(-1)
    return {"before": str(week.before(1)), "after": str(after) if after.monday <= today else None}


def weekday_options() -> list[tuple[str, str]]:
    """For the form of the schedule."""
    return [("", "Not sent"), *((one, one.capitalize()) for one in WEEKDAYS)]


def hour_options() -> list[tuple[str, str]]:
    """For the form of the schedule."""
    return [(str(hour), f"{hour:02}:00") for hour in range(24)]


def schedule_values(document: Row | None) -> dict[str, Any]:
    """The schedule as its form shows it."""
    found = document or {"weekday": "", "hour": 8, "to": []}
    return {"weekday": found["weekday"], "hour": str(found["hour"]), "to": list(found.get("to", []))}


def schedule_document(values: Row) -> dict[str, Any]:
    """The form's schedule as it is PUT."""
    hour = str(values["hour"])
    return {
        "weekday": values["weekday"],
        "hour": int(hour) if hour.isascii() and hour.isdigit() and len(hour) <= 2 else hour,
        "to": list(values["to"]),
    }


def owner_options(names: Mapping[str, str], none: str | None) -> list[tuple[str, str]]:
    """Owners by their names."""
    found: Iterable[tuple[str, str]] = sorted(names.items(), key=lambda one: one[1].lower())
    return [("", none), *found] if none else list(found)
