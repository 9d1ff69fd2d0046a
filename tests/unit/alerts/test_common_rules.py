"""What common rules raise: checked by hand on days with a known score."""

from __future__ import annotations

from services.alerts.detection.common_rules import rules

START = 737_430
Days = list[tuple[int, int, int]]


def days(*scores: float, answers: int = 20) -> Days:
    """One day for each score (unit scale), with `answers` answers."""
    return [(START + i, answers, round(score * 2 * answers)) for i, score in enumerate(scores)]


def raised(found: Days, since: int | None = None) -> dict[str, list[int]]:
    """By rule, the days it raised an alarm on, counted from the start."""
    alarms = rules(found, None if since is None else START + since)
    return {name: [alarm.day - START for alarm in one] for name, one in alarms.items()}


def test_a_steady_stage_raises_nothing() -> None:
    assert raised(days(*[0.8] * 100)) == {
        "fixed_floor": [],
        "week_on_week": [],
        "week_against_month": [],
        "z_score": [],
    }


def test_a_drop_of_ten_points_of_csat() -> None:
    found = rules(days(*[0.7, 0.9] * 30, *[0.7] * 30))
    days_of = {name: [(one.day - START, one.ended) for one in alarms] for name, alarms in found.items()}
    # The mean of 7 days is .757 at the end of day 63 and .729 at that of day 64; .8 - .05 is the floor.
    assert days_of["fixed_floor"] == [(64, None)]
    assert days_of["week_against_month"][0][0] == 64
    # A week later there is nothing left to compare it with: it forgets.
    assert days_of["week_on_week"] == [(62, START + 63), (64, START + 71)]
    # .7 is within 3 standard deviations (.1) of days that swing between .7 and .9.
    assert days_of["z_score"] == []


def test_one_bad_day_is_an_alarm_of_the_z_score_alone() -> None:
    found = raised(days(*[0.79, 0.81] * 20, 0.5, *[0.8] * 20))
    assert found == {"fixed_floor": [], "week_on_week": [], "week_against_month": [], "z_score": [40]}


def test_the_floor_is_set_when_400_answers_are_in() -> None:
    [alarm] = rules(days(*[0.8] * 20, *[0.6] * 30))["fixed_floor"]
    assert abs(alarm.limit - 0.75) < 1e-9
    assert alarm.value < alarm.limit
    assert alarm.ended is None
    assert rules(days(*[0.8] * 10, *[0.2] * 9))["fixed_floor"] == []


def test_a_week_with_fewer_than_30_answers_is_not_judged() -> None:
    assert raised(days(*[1.0] * 60, *[0.0] * 60, answers=4))["week_on_week"] == []
    assert raised(days(*[1.0] * 60, *[0.0] * 60, answers=5))["week_on_week"] == [60]


def test_days_left_out_are_days_without_answers() -> None:
    whole = days(*[0.9] * 60, *[0.6] * 20)
    gap = [day for day in whole if not START + 30 <= day[0] < START + 33]
    empty = [(day, 0, 0) if START + 30 <= day < START + 33 else (day, n, halves) for day, n, halves in whole]
    assert rules(gap) == rules(empty)
    assert raised(gap)["week_on_week"] == [61]


def test_alarms_before_the_first_day_asked_for_are_left_out() -> None:
    falls_twice = days(*[0.9] * 60, *[0.6] * 30, *[0.9] * 60, *[0.6] * 30)
    assert raised(falls_twice)["fixed_floor"] == [61, 151]
    assert raised(falls_twice, since=100)["fixed_floor"] == [151]


def test_nothing_stored() -> None:
    assert all(alarms == [] for alarms in rules([]).values())
