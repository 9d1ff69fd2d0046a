"""A stage's own measures as pages show them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.aggregator.views import inside
from services.aggregator.views.states import Watching
from shared.web.charts import Chart, Line, shown

FIRST = date(2026, 11, 2)
TIME: dict[str, Any] = {
    "measure": "handle-time",
    "name": "Handle time",
    "unit": "min",
    "direction": "down",
    "target": 5.0,
    "value": 4.25,
    "days": 3,
    "last_day": FIRST,
    "before": {"value": None, "days": 0},
    "meets_target": True,
}


def chart(steps: int, days: int = 1) -> tuple[Chart, list[dict[str, Any]]]:
    """A chart of a score, and the steps it is made of."""
    starts = [FIRST + timedelta(days=days * i) for i in range(steps)]
    points = [
        {"from": start.isoformat(), "to": (start + timedelta(days=days - 1)).isoformat()} for start in starts
    ]
    rows = [(start, 40.0, 9) for start in starts]
    lines = [Line("NPS", [40.0] * steps)]
    return Chart(
        "NPS by day", "Even.", "x", starts, ["Day", "NPS", "Answers"], rows, 0, 100, lines=lines
    ), points


def test_a_measure_has_a_panel_of_its_own_on_the_same_steps() -> None:
    score, points = chart(3)
    values = {FIRST: 4.125, FIRST + timedelta(days=2): 5.5}
    found = inside.beside(score, "nps", points, [(TIME, values)])
    assert (found.title, found.heading) == ("NPS by day, with Handle time", "NPS")
    assert found.summary == "Even. Handle time: 4.25 min on average, target at most 5 min: met."
    assert (found.lowest, found.highest) == (0, 100), "the score keeps its own scale"
    (panel,) = found.data["below"]
    assert panel["lines"][0]["values"] == [4.125, None, 5.5]
    lowest, highest = panel["y"]
    assert 0 <= lowest < 4.125 < 5.5 < highest < 7
    assert panel["levels"] == [{"kind": "target", "value": 5.0}]
    assert ("target", "Target of Handle time: at most 5 min") in found.keys
    assert list(found.columns) == ["Day", "NPS", "Answers", "Handle time (min)"]
    assert [row[-1] for row in found.table] == ["5.50", "–", "4.12"]
    assert found.csv.splitlines()[1] == "2026-11-02,40.0,9,4.125"


def test_a_step_of_several_days_has_their_mean_and_the_days_outside_count_nowhere() -> None:
    score, points = chart(2, days=7)
    values = {FIRST: 4.0, FIRST + timedelta(days=6): 5.0, FIRST + timedelta(days=20): 99.0}
    (panel,) = inside.beside(score, "nps", points, [(TIME, values)]).data["below"]
    assert panel["lines"][0]["values"] == [4.5, None]


def test_without_values_in_the_window_the_chart_stays_as_it_is() -> None:
    score, points = chart(2)
    assert inside.beside(score, "nps", points, [(TIME, {})]) is score


def test_several_measures_are_counted_in_the_title() -> None:
    score, points = chart(1)
    other = TIME | {"measure": "late", "name": "Late", "unit": None, "target": None, "meets_target": None}
    found = inside.beside(score, "nps", points, [(TIME, {FIRST: -4.0}), (other, {FIRST: 0.0})])
    assert (found.title, len(found.below)) == ("NPS by day, with 2 measures", 2)
    lowest, highest = found.data["below"][1]["y"]
    assert lowest <= 0 < highest, "a scale of one value, 0, has a height"
    assert found.data["below"][0]["y"][0] < -4


@pytest.mark.parametrize(
    ("item", "red"),
    [
        ({"state": "degraded"}, True),
        ({"state": "silenced", "muted": "degraded"}, True),
        ({"state": "silenced", "muted": "ok"}, False),
        ({"state": "ok"}, False),
    ],
)
def test_degraded_is_alerts_word_for_customers_of_the_stage(item: dict[str, Any], red: bool) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    place = ("shop", "delivery", "nps", "customer")
    assert inside.degraded(Watching({place: item}, now), "shop", "delivery") == ({"nps"} if red else set())
    elsewhere = {("shop", "delivery", "nps", "employee"): item, ("shop", "returns", "nps", "customer"): item}
    assert inside.degraded(Watching(elsewhere, now), "shop", "delivery") == set()
    assert inside.degraded(Watching(None, now), "shop", "delivery") == set()


def test_a_stage_in_words() -> None:
    score = {"metric": "nps", "audience": "customer", "score": 50.0, "n": 90, "target": 40}
    found = inside.stage({"stage": "delivery", "scores": [score], "measures": [TIME]}, {"nps"})
    assert found.contrasts == [
        "Handle time meets its target (4.25 min, at most 5 min) while customers’ NPS (50) is degraded."
    ]
    (one,) = found.measures
    assert (one.value, one.target, one.verdict, one.before) == ("4.25 min", "at most 5 min", "met", "")
    nothing = inside.shown(TIME | {"value": None, "days": 0, "meets_target": None})
    assert (nothing.value, nothing.verdict, inside.sentence(nothing)) == ("", "", "Handle time: no values.")
    assert shown(4.25) == "4", "other numbers of charts stay whole"
