"""The three charts of a stage: its score, how many answered, and how the answers spread. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from services.aggregator.periods import Period
from services.aggregator.views.words import GROUPS, METRICS, STEPS, days, floor
from shared.events import parse_time
from shared.web.charts import Bars, Chart, Level, Line, Mark, Span, room
from shared.wording import score as in_words
from shared.wording import whole

Row = Mapping[str, Any]
LEAST_SPAN = 20.0
# So few answers a step say little one by one.
FEW = 30
STEP_DAYS = {"day": 1, "week": 7, "month": 30}


@dataclass(frozen=True, slots=True)
class Course:
    """What the charts are made of. points: a score a step (answers.points_of); those without score are gaps.

    file: how exports are named. baseline, target: scores, where there are such.
    """

    metric: str
    period: Period
    step: str
    today: date
    points: Sequence[Row]
    file: str
    baseline: float | None = None
    target: float | None = None
    spans: Sequence[Span] = ()
    marks: Sequence[Mark] = ()

    @property
    def steps(self) -> list[date]:
        """The first day of each step."""
        return [date.fromisoformat(point["from"]) for point in self.points]

    @property
    def unfinished(self) -> bool:
        """Whether today, which is not over, is the end of it."""
        return self.period.last == self.today


def charts(course: Course) -> list[tuple[str, Chart]]:
    """(id, chart) in the order shown."""
    return [("score", _score(course)), ("answers", _answers(course)), ("spread", _spread(course))]


def spans(incidents: Sequence[Row], period: Period, today: date, zone: ZoneInfo) -> list[Span]:
    """The incidents of a period as shaded days, the oldest first."""
    found = []
    for one in incidents:
        first = _day(one["onset"], zone)
        last = _day(one["closed_at"], zone) if one["closed_at"] else today
        if last >= period.first and first <= period.last:
            found.append(Span("Incident", max(first, period.first), min(last, period.last)))
    return sorted(found, key=lambda span: span.first)


def marks(wordings: Sequence[Row], period: Period, zone: ZoneInfo) -> list[Mark]:
    """A flag for each new wording of a question in the period; its first wording changed nothing."""
    first: dict[str, int] = {}
    for one in wordings:
        first[one["survey"]] = min(one["revision"], first.get(one["survey"], one["revision"]))
    found = []
    for one in wordings:
        day = _day(one["live_from"], zone)
        if one["revision"] > first[one["survey"]] and period.first <= day <= period.last:
            found.append(Mark(f"New wording of {one['survey']}: {_short(day)}", day))
    return found


def _score(course: Course) -> Chart:
    metric, points, lowest = course.metric, course.points, floor(course.metric)
    values = [point["score"] for point in points]
    low = [_within(point["low"], lowest) for point in points]
    high = [_within(point["high"], lowest) for point in points]
    levels = [
        Level(name, value, name.lower())
        for name, value in (("Baseline", course.baseline), ("Target", course.target))
        if value is not None
    ]
    scale = room([*low, *high, *(level.value for level in levels)], LEAST_SPAN, lowest, 100)
    answered = any(value is not None for value in values)
    return Chart(
        f"{METRICS[metric]} by {STEPS[course.step]}",
        _score_summary(course) if answered else "",
        f"{course.file}-score",
        course.steps,
        [STEPS[course.step].capitalize(), METRICS[metric], "from", "to", "Answers"],
        [
            (step, *row, point["n"])
            for step, row, point in zip(
                course.steps, zip(values, low, high, strict=True), points, strict=True
            )
        ],
        *scale,
        lines=[Line(METRICS[metric], values, low, high)],
        levels=levels,
        spans=course.spans,
        marks=course.marks,
        step_days=STEP_DAYS[course.step],
        unfinished=course.unfinished,
        empty="" if answered else f"No answers in these {days(course.period)}.",
    )


def _score_summary(course: Course) -> str:
    known = [point for point in course.points if point["score"] is not None]
    highest = max(known, key=lambda point: point["score"])
    lowest = min(known, key=lambda point: point["score"])
    if len(known) == 1:
        return f"Only {_when(course, lowest)} has answers: {in_words(course.metric, lowest['score'])}."
    words = (
        f"Lowest: {_when(course, lowest)} with {in_words(course.metric, lowest['score'])}, "
        f"highest: {_when(course, highest)} with {in_words(course.metric, highest['score'])}."
    )
    if sorted(point["n"] for point in known)[len(known) // 2] < FEW:
        step = STEPS[course.step]
        words += f" Few answers a {step}: look at the intervals rather than at the points."
    return words


def _when(course: Course, point: Row) -> str:
    """Thu 13 Nov, or the week of it."""
    day = _short(date.fromisoformat(point["from"]))
    return day if course.step == "day" else f"the {STEPS[course.step]} of {day}"


def _answers(course: Course) -> Chart:
    counts = [point["n"] for point in course.points]
    step, total = STEPS[course.step], sum(counts)
    a_day = total / course.period.days
    shown = f"about {whole(a_day):,} a day" if a_day >= 1 else "fewer than one a day"
    return Chart(
        f"Answers by {step}",
        f"{total:,} answers in {days(course.period)}, {shown}." if total else "",
        f"{course.file}-answers",
        course.steps,
        [step.capitalize(), "Answers"],
        list(zip(course.steps, counts, strict=True)),
        0,
        max(5, 1.1 * max(counts, default=0)),
        bars=[Bars("Answers", counts)],
        step_days=STEP_DAYS[course.step],
        unfinished=course.unfinished,
        empty="" if total else f"No answers in these {days(course.period)}.",
    )


def _spread(course: Course) -> Chart:
    groups = GROUPS[course.metric]
    shares = [_shares(point["histogram"], course.metric) for point in course.points]
    total = _shares(
        [sum(column) for column in zip(*(p["histogram"] for p in course.points), strict=True)], course.metric
    )
    step = STEPS[course.step]
    blank: list[float | None] = [None] * len(groups)
    words = ", ".join(
        f"{whole(share)} % gave {name}" for share, (_, name, _, _) in zip(total or [], groups, strict=False)
    )
    return Chart(
        "How the answers spread",
        f"Of all answers {words}." if total else "",
        f"{course.file}-spread",
        course.steps,
        [step.capitalize(), *(f"{name} (%)" for _, name, _, _ in groups)],
        [(start, *(found or blank)) for start, found in zip(course.steps, shares, strict=True)],
        0,
        100,
        bars=[
            Bars(name, [found[i] if found else None for found in shares], kind)
            for i, (kind, name, _, _) in enumerate(groups)
        ],
        step_days=STEP_DAYS[course.step],
        unit="%",
        unfinished=course.unfinished,
        empty="" if total else f"No answers in these {days(course.period)}.",
    )


def _shares(histogram: Sequence[int], metric: str) -> list[float] | None:
    """The share of each group in per cent, the worst first; None without answers."""
    n = sum(histogram)
    return [100 * sum(histogram[low : high + 1]) / n for _, _, low, high in GROUPS[metric]] if n else None


def _within(value: float | None, lowest: float) -> float | None:
    return None if value is None else min(100.0, max(lowest, value))


def _short(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _day(at: str, zone: ZoneInfo) -> date:
    return parse_time(at).astimezone(zone).date()
