"""The baseline: which days teach, and what they teach."""

from __future__ import annotations

from random import Random

import pytest

from services.alerts.detection import DaySums
from services.alerts.detection.baseline import Baseline, baseline_of, learn, weekday_of

TODAY = 738_000
SURVEY = ("delivery-nps", 1)


def sums(per_day: dict[int, list[int]], survey: tuple[str, int] = SURVEY) -> DaySums:
    made = DaySums()
    for day, halves in per_day.items():
        for half in halves:
            made.add(day, survey, half)
    return made


def steady(days: range, n: int = 20) -> dict[int, list[int]]:
    """Days of the same answers: u = .75 on average."""
    return {day: [2, 2, 1, 1] * (n // 4) for day in days}


def learned(made: DaySums, live_from: int = 0, left_out: range = range(0)) -> Baseline:
    return learn(made, TODAY, lambda days: [day for day in days if day not in left_out], live_from)


@pytest.mark.parametrize(("a_day", "lag"), [(8, 60), (12, 28), (260, 14)])
def test_answers_teach_once_they_are_older_than_the_lag(a_day: int, lag: int) -> None:
    found = learned(sums(steady(range(TODAY - 200, TODAY + 1), a_day)))
    assert found.last == TODAY - lag - 1
    assert found.n == a_day * (200 - lag)


def test_days_before_go_live_have_no_lag() -> None:
    found = learned(sums(steady(range(TODAY - 50, TODAY + 1))), live_from=TODAY)
    assert found.last == TODAY - 1


def test_reach_is_a_year_or_400_answers() -> None:
    busy = learned(sums(steady(range(TODAY - 500, TODAY))))
    assert busy.first == TODAY - 365
    quiet = learned(sums({day: [2] for day in range(TODAY - 800, TODAY)}))
    assert quiet.n == 400


def test_incidents_are_left_out() -> None:
    made = steady(range(TODAY - 200, TODAY)) | {day: [0] * 20 for day in range(TODAY - 120, TODAY - 100)}
    found = learned(sums(made), left_out=range(TODAY - 120, TODAY - 100))
    assert found.halves / found.n == 1.5


def test_mean_and_variance() -> None:
    found = learned(sums(steady(range(TODAY - 60, TODAY))), live_from=TODAY)
    assert found.n == 1200
    assert found.mean == pytest.approx((900 + 1) / 1202)
    assert found.variance == pytest.approx(0.0625)
    assert learned(sums({TODAY - 1: [2] * 500}), live_from=TODAY).variance == 0.02


def test_weekends_are_told_apart() -> None:
    days = range(TODAY - 140, TODAY)
    found = learned(sums({d: [0, 2] * 10 if weekday_of(d) >= 5 else [2] * 20 for d in days}), live_from=TODAY)
    assert found.weekday_offset(6) < -0.2 < 0.05 < found.weekday_offset(0)
    assert found.weekday_offset(6) == pytest.approx(400 / 550 * (0.5 - found.mean))
    assert found.clustering < 1.5  # the weekend's difference is explained, not noise


def test_a_harder_survey_is_held_to_its_own_mean() -> None:
    made = sums(steady(range(TODAY - 100, TODAY)))
    for day in range(TODAY - 100, TODAY):
        made.add(day, ("harder", 1), 0)
    found = learned(made, live_from=TODAY)
    assert found.survey_offset(("harder", 1)) == pytest.approx(100 / 120 * (0 - found.mean))
    assert found.null(0, ("harder", 1)) < 0.2 < found.null(0, SURVEY)


def test_the_margin_shrinks_with_what_is_known() -> None:
    found = learned(sums(steady(range(TODAY - 100, TODAY))), live_from=TODAY)
    assert found.margin(SURVEY) == pytest.approx(0.6745 * (found.variance * found.clustering / 2000) ** 0.5)
    assert found.null(0, SURVEY) < found.mean + found.weekday_offset(0) + found.survey_offset(SURVEY)


def test_a_new_survey_only_trains() -> None:
    made = sums(steady(range(TODAY - 100, TODAY)))
    for day in range(TODAY - 99, TODAY):
        made.add(day, ("new", 1), 2)
    found = learned(made, live_from=TODAY)
    assert not found.bets(("new", 1))
    assert not found.bets(("unknown", 1))
    assert found.bets(SURVEY)


def test_a_stage_whose_surveys_are_all_new_is_learning() -> None:
    made = sums(steady(range(TODAY - 100, TODAY - 30)))
    for day in range(TODAY - 28, TODAY):
        made.add(day, ("new", 1), 2)
    found = learned(made, live_from=TODAY)
    assert found.n > 400
    assert found.learning


def test_bad_days_come_in_clusters() -> None:
    random = Random(1)
    even = {day: [2 if random.random() < 0.7 else 0 for _ in range(40)] for day in range(TODAY - 200, TODAY)}
    assert 1 <= learned(sums(even), live_from=TODAY).clustering < 1.3
    uneven = {
        day: [2 if random.random() < share else 0 for _ in range(40)]
        for day in range(TODAY - 200, TODAY)
        for share in [random.choice([0.5, 0.9])]
    }
    assert learned(sums(uneven), live_from=TODAY).clustering > 5


def test_few_days_show_no_clustering() -> None:
    made = {TODAY - n: [2] * 40 if n % 2 else [0] * 40 for n in range(1, 15)}
    assert learned(sums(made), live_from=TODAY).clustering == 1


def test_young_answers_are_counted_and_discount() -> None:
    """28 days' lag at 20 a day; a flood of 3 000 on the last day outnumbers the 2 000 the survey is known by."""
    made = sums(steady(range(TODAY - 128, TODAY)))
    steadily = learned(made)
    assert steadily.young_surveys == {SURVEY: 28 * 20}
    assert sum(steadily.young_weekdays) == 28 * 20
    assert all(steadily.discount(weekday, SURVEY) == steadily.clustering for weekday in range(7))
    for _ in range(3000):
        made.add(TODAY, SURVEY, 2)
    flooded = learned(made)
    today, n = weekday_of(TODAY), flooded.surveys[SURVEY][0]
    assert flooded.discount(today + 1, SURVEY) == pytest.approx(flooded.clustering * (28 * 20 + 3000) / n)
    known = flooded.weekdays[today][0] + 150
    assert flooded.discount(today, SURVEY) == pytest.approx(flooded.clustering * (4 * 20 + 3000) / known)


def test_json_keeps_every_bit() -> None:
    random = Random(3)
    found = learned(
        sums({day: random.choices([0, 1, 2], k=17) for day in range(TODAY - 90, TODAY)}), live_from=TODAY
    )
    assert baseline_of(found.document) == found


def test_nothing_learned() -> None:
    found = learned(DaySums())
    assert found.learning
    assert found.variance == 0.02
