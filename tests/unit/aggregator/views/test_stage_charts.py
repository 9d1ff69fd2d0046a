"""The charts of a stage: gaps, levels, shaded incidents, flags, shares; and their words."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.aggregator import answers
from services.aggregator.periods import Period
from services.aggregator.views.stage_charts import Course, charts, marks, spans
from shared import scoring
from shared.web.charts import Chart, Mark, Span

TODAY = date(2026, 11, 22)
PERIOD = Period(TODAY - timedelta(days=3), TODAY)
ZONE = ZoneInfo("Europe/Berlin")


def counts(**given: int) -> tuple[int, ...]:
    return tuple(given.get(f"s{score}", 0) for score in range(scoring.SLOTS))


DAYS = {
    PERIOD.first: counts(s10=30, s8=10, s2=10),
    PERIOD.first + timedelta(days=2): counts(s10=10, s2=30),
    TODAY: counts(s9=1),
}


def course(found: dict[date, tuple[int, ...]] = DAYS, **given: Any) -> dict[str, Chart]:
    points = answers.points_of("nps", found, PERIOD, "day", scoring.LEVEL)
    return dict(charts(Course("nps", PERIOD, "day", TODAY, points, "shop-delivery-nps", **given)))


def test_a_day_without_answers_is_a_gap_and_today_is_not_over() -> None:
    score = course()["score"]
    assert score.lines[0].values == [40, None, -50, 100]
    assert score.unfinished
    assert score.rows[1][1:] == (None, None, None, 0)


def test_bands_and_scale_stay_within_what_is_possible() -> None:
    score = course()["score"]
    assert max(value for value in score.lines[0].high if value is not None) <= 100
    assert (score.lowest >= -100, score.highest <= 100) == (True, True)


def test_baseline_and_target_are_on_the_scale_even_where_no_answer_came_near() -> None:
    score = course({TODAY: counts(s2=500)}, baseline=41.2, target=60)["score"]
    assert [(level.kind, level.value) for level in score.levels] == [("baseline", 41.2), ("target", 60)]
    assert score.lowest <= -100 < 60 < score.highest


def test_the_words_name_the_extremes_and_warn_of_few_answers() -> None:
    assert course()["score"].summary == ("Lowest: Sat 21 Nov with −50, highest: Sun 22 Nov with 100.")
    few = course({TODAY: counts(s9=1), PERIOD.first: counts(s2=1)})["score"].summary
    assert "Few answers a day" in few
    assert course({TODAY: counts(s9=40)})["score"].summary == "Only Sun 22 Nov has answers: 100."


def test_shares_add_up_and_a_day_without_answers_has_none() -> None:
    spread = course()["spread"]
    assert [bars.kind for bars in spread.bars] == ["worse", "middle", "better"]
    assert [bars.values[0] for bars in spread.bars] == [20, 20, 60]
    assert [bars.values[1] for bars in spread.bars] == [None, None, None]
    assert spread.summary == "Of all answers 44 % gave 0–6, 11 % gave 7–8, 45 % gave 9–10."


def test_without_answers_there_are_axes_and_a_sentence() -> None:
    for chart in course({}).values():
        assert chart.empty == "No answers in these 4 days."
        assert len(chart.steps) == 4
        assert chart.lowest < chart.highest


def incident(onset: str, closed: str | None) -> dict[str, Any]:
    return {"onset": f"{onset}T12:00:00Z", "closed_at": closed and f"{closed}T12:00:00Z"}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (incident("2026-11-20", None), [(date(2026, 11, 20), TODAY)]),
        (incident("2026-11-01", "2026-11-20"), [(PERIOD.first, date(2026, 11, 20))]),
        (incident("2026-11-01", "2026-11-18"), []),
    ],
)
def test_incidents_are_shaded_as_far_as_the_chart_goes(
    found: dict[str, Any], expected: list[tuple[date, date]]
) -> None:
    assert spans([found], PERIOD, TODAY, ZONE) == [Span("Incident", *days) for days in expected]


def test_a_flag_stands_where_a_question_got_other_words_not_where_it_was_first_asked() -> None:
    wordings = [
        {"survey": "delivery-nps", "revision": 1, "live_from": "2026-11-19T09:00:00Z"},
        {"survey": "delivery-nps", "revision": 2, "live_from": "2026-11-20T23:30:00Z"},  # the 21st in Berlin
        {"survey": "old-nps", "revision": 3, "live_from": "2026-01-01T09:00:00Z"},
        {"survey": "old-nps", "revision": 4, "live_from": "2026-02-01T09:00:00Z"},
    ]
    assert marks(wordings, PERIOD, ZONE) == [
        Mark("New wording of delivery-nps: Sat 21 Nov", date(2026, 11, 21))
    ]
