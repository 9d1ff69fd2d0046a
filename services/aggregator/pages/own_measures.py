"""What pages read of the measures that stages have of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.aggregator import answers, inside_card, periods
from services.aggregator.periods import Period
from services.aggregator.store import journeys, measures, scores
from services.aggregator.store.measures import Place
from services.aggregator.store.scores import Where
from services.aggregator.views import inside, stage_charts
from services.aggregator.views import stage as stage_view
from services.aggregator.views.words import days, named
from shared import scoring
from shared.db import Connection
from shared.web.charts import Chart

Read = list[tuple[dict[str, Any], dict[date, float]]]
"""Measures as scorecards have them, each with its values by day."""


def read(conn: Connection, where: Where, period: Period) -> Read:
    """The measures of a stage over a window."""
    journey, stage = where.journey or "", where.stage or ""
    rows = measures.readings(conn, journey, period.before(), period, stage)
    return [
        (inside_card.reading(row), measures.values(conn, (journey, stage, row["measure"]), period))
        for row in rows
    ]


def against(
    where: Where,
    found: Read,
    since: Mapping[str, Any],
    target: float | None,
    detector: Mapping[str, Any] | None,
) -> inside.Stage:
    """A stage's measures against the one score that is shown (since: of the window) and its detector."""
    shown = {"metric": where.metric, "audience": where.audience, "target": target}
    score = shown | {name: since[name] for name in ("score", "n")}
    stage = {"stage": where.stage, "scores": [score], "measures": [one for one, _ in found]}
    return inside.stage(stage, {where.metric or ""} if inside.is_degraded(detector) else ())


@dataclass(frozen=True)
class Course:
    """One measure over a window: in words, and in a chart under its stage's score."""

    shown: inside.Shown
    chart: Chart | None
    window: str
    journey_name: str
    stage_name: str


def course(conn: Connection, place: Place, window: str, today: date) -> Course:
    """The course of a measure that there is, under the score that most customers gave at its stage."""
    journey, stage, measure = place
    period = periods.window(window, today)
    known = journeys.get(conn, journey)
    document = (known.document if known else None) or {}
    own: dict[str, Any] = next((one for one in document.get("stages", []) if one["key"] == stage), {})
    where, n = _measured(conn, document, Where(journey, stage, audience="customer"), period)
    step = stage_view.step_of(None, "customer", period.days, n)
    sums = {one.start: one.counts for one in scores.sums(conn, where, period, (), step=step)}
    points = answers.points_of(where.metric or "", sums, period, step, scoring.LEVEL)
    target = stage_view.target_of(own, where.metric or "", "customer")
    made = stage_charts.Course(
        where.metric or "", period, step, today, points, "-".join(place), target=target
    )
    found = next(one for one in read(conn, where, period) if one[0]["measure"] == measure)
    chart = inside.beside(stage_charts.charts(made)[0][1], where.metric or "", points, [found])
    return Course(
        inside.shown(found[0]),
        chart if chart.below else None,
        days(period),
        named(document.get("name"), journey),
        named(own.get("name"), stage),
    )


def _measured(
    conn: Connection, document: Mapping[str, Any], where: Where, period: Period
) -> tuple[Where, int]:
    """The place with the metric to show, and how many answers it has."""
    answered = {(one.metric, one.audience): sum(one.counts) for one in scores.sums(conn, where, period, ())}
    asked = {
        (one["metric"], one["audience"])
        for one in document.get("surveys", [])
        if (one["stage"], one["audience"]) == (where.stage, "customer")
    }
    among = stage_view.measured(asked, answered)
    chosen = stage_view.chosen(among, None, "customer")
    return replace(where, metric=chosen[0]), answered.get(chosen, 0)
