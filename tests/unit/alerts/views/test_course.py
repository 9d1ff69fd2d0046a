"""The chart of an incident: days or weeks, and never one step for answers of both sides of the onset."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.alerts.messages.story import Figure
from services.alerts.views import course

ZONE = ZoneInfo("Europe/Berlin")
TODAY = date(2025, 11, 20)
ONSET = datetime(2025, 11, 12, 23, 30, tzinfo=UTC)  # already the 13th in Berlin
INCIDENT = {
    "id": "7F3K2M9Q",
    "journey": "shop",
    "stage": "delivery",
    "metric": "nps",
    "audience": "customer",
    "onset": ONSET,
    "opened_at": datetime(2025, 11, 15, 9, tzinfo=UTC),
    "closed_at": None,
}


def days(count: int, good: int, bad: int, last: date = TODAY) -> list[dict[str, Any]]:
    """`count` days until `last`, each with as many promoters and detractors; only detractors from the onset on."""
    found = []
    for ago in range(count - 1, -1, -1):
        day = last - timedelta(days=ago)
        promoters = good if day < date(2025, 11, 13) else 0
        histogram = [bad, *[0] * 9, promoters]
        found.append({"from": day.isoformat(), "n": sum(histogram), "histogram": histogram})
    return found


def test_it_asks_from_eight_weeks_before_until_today() -> None:
    asked = course.question(INCIDENT, ZONE, TODAY)
    assert (asked["from"], asked["to"], asked["step"]) == ("2025-09-18", "2025-11-20", "day")
    over = INCIDENT | {"closed_at": datetime(2025, 11, 14, tzinfo=UTC)}
    assert course.question(over, ZONE, date(2026, 3, 1))["to"] == "2025-12-12"


def test_many_answers_are_shown_by_day() -> None:
    chart = course.chart(INCIDENT, days(30, 15, 5), "Delivery NPS", Figure(50, 45, 55, 900), 40, ZONE, TODAY)
    assert (chart.title, chart.step_days, len(chart.steps)) == ("Delivery NPS by day", 1, 30)
    assert [mark.day for mark in chart.marks] == [date(2025, 11, 13), date(2025, 11, 15)]
    assert [(span.first, span.last) for span in chart.spans] == [(date(2025, 11, 13), TODAY)]
    assert [(level.name, level.value) for level in chart.levels] == [("Before", 50), ("Target", 40)]
    assert chart.unfinished
    assert chart.lowest == -100
    assert chart.summary.startswith("Before, it was 50. Since the onset its lowest day was −100;")


def test_few_answers_are_put_together_by_week_around_the_onset() -> None:
    found = days(30, 3, 1)
    chart = course.chart(INCIDENT, found, "Delivery NPS", None, None, ZONE, TODAY)
    assert (chart.title, chart.step_days) == ("Delivery NPS by week", 7)
    assert date(2025, 11, 13) in chart.steps
    before, since = (
        [
            value
            for step, value in zip(chart.steps, chart.lines[0].values, strict=True)
            if (step >= ONSET.date() + timedelta(days=1)) is side
        ]
        for side in (False, True)
    )
    assert set(before) == {50}
    assert set(since) == {-100}
    assert sum(int(str(row[-1])) for row in chart.rows) == sum(day["n"] for day in found)


def test_nobody_answered() -> None:
    chart = course.chart(INCIDENT, [], "Delivery NPS", None, None, ZONE, TODAY)
    assert chart.empty == "No answers in this time."
    assert chart.summary == "Nobody has answered since the onset."


def test_the_score_since_the_onset_counts_its_day() -> None:
    found = course.since_onset(INCIDENT, days(30, 10, 2), ZONE)
    assert found is not None
    assert (found.score, found.n) == (-100, 16)
    assert course.since_onset(INCIDENT, [], ZONE) is None
