"""A survey's displays and answers over days, and its rules, in words."""

from __future__ import annotations

from datetime import date

from services.survey.admin import survey_health_view

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 4)


def test_days_without_displays_are_gaps_and_not_zero() -> None:
    rows = [
        {"day": date(2026, 11, 1), "shown": 200, "answered": 30},
        {"day": date(2026, 11, 3), "shown": 100, "answered": 0},
    ]
    chart = survey_health_view.rate_chart("s", rows, FIRST, LAST)
    assert list(chart.lines[0].values) == [15.0, None, 0.0, None]
    assert chart.summary == "30 answers of 300 displays in 4 days: 10 %."
    assert chart.empty == ""


def test_nothing_shown_says_so() -> None:
    chart = survey_health_view.rate_chart("s", [], FIRST, LAST)
    assert chart.empty
    assert chart.summary == "It was not displayed in a page in these days."


def test_rules_in_words() -> None:
    said = survey_health_view.kept_back(
        {"fatigue": {"cooldown_days": 30, "sample_rate": 0.5}}, 7, moment_of_truth=True
    )
    assert said[0] == "It asks the same person again only after 30 days."
    assert said[1] == "It asks 50 % of people, always the same ones."
    assert "for a day (a moment of truth goes first)" in said[2]
    assert (
        survey_health_view.kept_back({}, 0, moment_of_truth=False)[0]
        == "It asks the same person on every visit."
    )


def test_revisions_newest_first_and_the_present_one_always() -> None:
    rows = [
        {"survey": "s", "revision": 1, "live_from": "then"},
        {"survey": "other", "revision": 9, "live_from": "x"},
    ]
    assert survey_health_view.revisions(rows, "s", 2) == [
        {"revision": 2, "live_from": None},
        {"revision": 1, "live_from": "then"},
    ]
