"""The chart of an incident: the score's course from eight weeks before its onset, in days or, of few answers, in weeks.
Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.alerts.messages import figures
from services.alerts.messages.story import Figure
from shared import scoring, wording
from shared.scoring import Score
from shared.web.charts import Chart, Level, Line, Mark, Span, room

Row = Mapping[str, Any]

BEFORE, AFTER = timedelta(days=56), timedelta(days=28)
# Fewer answers a day than this make a line of days that is nothing but noise.
LEAST_A_DAY = 10
LEAST_POINTS = 40.0


@dataclass(frozen=True)
class Step:
    """One day, or one week: its first day, and its score."""

    first: date
    score: Score


def question(incident: Row, zone: ZoneInfo, today: date) -> dict[str, str]:
    """The query of /v1/scores/series: eight weeks before the onset until today, or four weeks after the end."""
    onset = incident["onset"].astimezone(zone).date()
    closed = incident["closed_at"]
    last = min(today, closed.astimezone(zone).date() + AFTER) if closed else today
    place = {name: incident[name] for name in ("journey", "stage", "metric", "audience")}
    days = {"from": (onset - BEFORE).isoformat(), "to": max(onset, last).isoformat()}
    return place | days | {"step": "day"}


def since_onset(incident: Row, days: Sequence[Row], zone: ZoneInfo) -> Figure | None:
    """The score of all answers from the onset's day on."""
    onset = incident["onset"].astimezone(zone).date().isoformat()
    histograms = [day["histogram"] for day in days if day["from"] >= onset]
    return figures.of_histogram(incident["metric"], scoring.pool(histograms)) if histograms else None


def chart(
    incident: Row,
    days: Sequence[Row],
    name: str,
    before: Figure | None,
    target: float | None,
    zone: ZoneInfo,
    today: date,
) -> Chart:
    """days: the points of /v1/scores/series, a day each, in order."""
    metric, onset = incident["metric"], incident["onset"].astimezone(zone).date()
    answers = sum(day["n"] for day in days)
    length = 1 if answers >= LEAST_A_DAY * len(days) else 7
    found = steps(metric, days, onset, length)
    levels = [Level("Before", before.score, "baseline")] if before else []
    levels += [Level("Target", target, "target")] if target is not None else []
    scores = [value for step in found for value in (step.score.score, step.score.low, step.score.high)]
    lowest, highest = room(
        [*scores, *(level.value for level in levels)], LEAST_POINTS, -100 if metric == "nps" else 0, 100
    )
    closed, opened = incident["closed_at"], incident["opened_at"].astimezone(zone).date()
    end = closed.astimezone(zone).date() if closed else today
    marks = [Mark("Onset", onset, "onset")] + ([Mark("Opened", opened, "opened")] if opened != onset else [])
    return Chart(
        title=f"{name} by {'day' if length == 1 else 'week'}",
        summary=_summary(metric, found, onset, before),
        file=f"incident-{incident['id']}",
        steps=[step.first for step in found],
        columns=("Day" if length == 1 else "Week from", metric.upper(), "From", "To", "Answers"),
        rows=[_row(step) for step in found],
        lowest=lowest,
        highest=highest,
        lines=[_line(metric, found)],
        levels=levels,
        spans=[Span("Incident", onset, end)],
        marks=marks,
        step_days=length,
        unit="" if metric == "nps" else "%",
        unfinished=bool(found) and found[-1].first + timedelta(days=length) > today,
        empty="" if answers else "No answers in this time.",
    )


def steps(metric: str, days: Sequence[Row], onset: date, length: int) -> list[Step]:
    """Days put together by `length`; one step begins on the onset, so that none holds answers of both sides."""
    found: dict[date, list[Sequence[int]]] = {}
    for day in days:
        at = date.fromisoformat(day["from"])
        first = at - timedelta(days=(at - onset).days % length)
        found.setdefault(first, []).append(day["histogram"])
    return [Step(first, scoring.score(metric, scoring.pool(found[first]))) for first in sorted(found)]


def _line(metric: str, found: Sequence[Step]) -> Line:
    scores = [step.score for step in found]
    return Line(
        metric.upper(),
        [score.score for score in scores],
        [score.low for score in scores],
        [score.high for score in scores],
    )


def _row(step: Step) -> tuple[date, float | None, float | None, float | None, int]:
    return step.first, step.score.score, step.score.low, step.score.high, step.score.n


def _summary(metric: str, found: Sequence[Step], onset: date, before: Figure | None) -> str:
    known = [(step.score.score, step.score.n) for step in found if step.first >= onset]
    since = [(value, n) for value, n in known if value is not None]
    if not since:
        return "Nobody has answered since the onset."
    was = f"Before, it was {wording.score(metric, before.score)}. " if before else ""
    lowest = wording.score(metric, min(value for value, _ in since))
    last, n = wording.score(metric, since[-1][0]), wording.answers(since[-1][1])
    return f"{was}Since the onset its lowest day was {lowest}; the last is {last} ({n})."
