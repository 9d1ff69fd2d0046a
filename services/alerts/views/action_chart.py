"""The chart of an action: the treated and the control week by week, before it started and since. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from services.alerts.compared import Compared
from services.alerts.effects import Days
from services.alerts.views import places
from shared import scoring
from shared.scoring import Score
from shared.web.charts import Chart, Line, Mark, room

Row = Mapping[str, Any]
LEAST_POINTS = 40.0
WEEK = 7


def chart(action: str, title: str, metric: str, compared: Compared, today: date) -> Chart | None:
    """None where nothing was looked at. One step begins on the day it started, so that none holds answers of both."""
    question = compared.question
    if question is None:
        return None
    start = question.since.first
    first = question.before.first if question.before else start
    first = start - timedelta(days=(start - first).days // WEEK * WEEK)
    steps = [first + timedelta(days=at) for at in range(0, (question.since.last - first).days + 1, WEEK)]
    treated, control = compared.sides
    ours = _weeks(metric, treated, steps, question.since.last)
    theirs = _weeks(metric, control, steps, question.since.last) if control is not None else []
    drawn = [value for one in ours for value in (one.low, one.score, one.high)]
    floor = -100 if metric == "nps" else 0
    lowest, highest = room([*drawn, *(one.score for one in theirs)], LEAST_POINTS, floor, 100)
    name = places.METRICS[metric]
    lines = [Line("Treated", *_band(ours))]
    if control is not None:
        lines.append(Line("Control", [one.score for one in theirs], kind="beside"))
    return Chart(
        title=f"{name} by week",
        summary=_summary(compared, control is not None),
        file=f"action-{action}",
        steps=steps,
        columns=(
            "Week from",
            "Treated",
            "From",
            "To",
            "Answers",
            *(["Control", "Answers"] if theirs else []),
        ),
        rows=_rows(steps, ours, theirs),
        lowest=lowest,
        highest=highest,
        lines=lines,
        marks=[Mark("Started", start, "onset")],
        step_days=WEEK,
        unit="" if metric == "nps" else "%",
        unfinished=bool(steps) and steps[-1] + timedelta(days=WEEK) > today,
        empty="" if any(one.n for one in (*ours, *theirs)) else "No answers in this time.",
    )


def _weeks(metric: str, days: Days, steps: list[date], last: date) -> list[Score]:
    found = []
    for step in steps:
        end = min(step + timedelta(days=WEEK - 1), last)
        found.append(
            scoring.score(metric, scoring.pool(counts for day, counts in days.items() if step <= day <= end))
        )
    return found


def _band(
    found: list[Score],
) -> tuple[list[float | None], list[float | None], list[float | None]]:
    return [one.score for one in found], [one.low for one in found], [one.high for one in found]


def _rows(steps: list[date], ours: list[Score], theirs: list[Score]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for at, step in enumerate(steps):
        beside = (theirs[at].score, theirs[at].n) if theirs else ()
        rows.append((step, ours[at].score, ours[at].low, ours[at].high, ours[at].n, *beside))
    return rows


def _summary(compared: Compared, controlled: bool) -> str:
    said = "The week it started begins at the mark."
    return f"{said} The dashed line is the control." if controlled else said
