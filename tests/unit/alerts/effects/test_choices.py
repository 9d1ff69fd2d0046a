"""What an action is compared with: which days before, which stages, and what moved at the same time."""

from __future__ import annotations

from datetime import date, timedelta

from services.alerts import effects
from services.alerts.effects import Days, Period, alike, mix
from shared import scoring
from tests.unit.alerts.effects.days import START, answered, histogram

DAY = timedelta(days=1)


def counts(a_day: int, days: int) -> dict[date, int]:
    return {START - timedelta(days=back): a_day for back in range(1, days + 1)}


def before(treated: dict[date, int], control: dict[date, int] | None) -> int | None:
    found = effects.before(START, treated, control, None)
    assert found is None or found.last == START - DAY
    return found.days if found else None


def test_as_many_weeks_as_it_takes_and_no_more_than_half_a_year() -> None:
    assert before(counts(500, 300), counts(500, 300)) == 56
    assert before(counts(500, 300), counts(50, 300)) == 105  # 15 weeks of 350 answers
    assert before(counts(5, 300), None) == 182
    assert before(counts(5, 300), counts(5, 60)) == 56  # the control is 60 days old: eight whole weeks
    assert before(counts(5, 3), None) == 3
    assert before(counts(5, 300), {}) is None


def test_of_an_incident_days_that_were_not_chosen_for_being_low() -> None:
    onset, opened = START - timedelta(days=20), START - timedelta(days=15)
    assert effects.within_incident(START, onset, opened) == opened + DAY
    assert effects.within_incident(START, onset, START - timedelta(days=7)) == onset
    found = effects.before(START, counts(5, 300), None, opened + DAY)
    assert found == Period(opened + DAY, START - DAY)


def waves(days: Days) -> Days:
    """The same days, every second week far worse."""
    low = histogram(*([3] * 30))
    return {day: scoring.pool([c, low]) if (day.toordinal() // 7) % 2 else c for day, c in days.items()}


def test_controls_are_those_whose_past_moved_alike() -> None:
    treated, twin, still, young = (answered(seed, -84, 0, a_day=40) for seed in range(4))
    others = {
        "twin": waves(twin),
        "still": still,
        "young": {day: c for day, c in young.items() if day > START - timedelta(days=30)},
    }
    found = alike.controls("nps", waves(treated), others, START)
    assert [(one.stage, one.alike) for one in found] == [("twin", True), ("still", False)]
    assert found[0].weeks == 12
    assert found[1].moves > 5
    # what happens later has no say
    later = {**treated, START + DAY: histogram(*([0] * 500))}
    assert alike.controls("nps", waves(later), others, START) == found


def test_nearly_all_that_move_alike_are_found_alike() -> None:
    told = [
        alike.controls("nps", answered(2 * n, -84, -1), {"a": answered(2 * n + 1, -84, -1)}, START)[0].alike
        for n in range(60)
    ]
    assert sum(told) >= 57


def test_a_moved_mix_is_told_in_points() -> None:
    """An easy and a hard touchpoint, as ever; now the easy one gets most answers."""
    easy, hard = histogram(*([10] * 9), 3), histogram(*([3] * 9), 10)
    days, since = [START + timedelta(days=i) for i in range(-28, 28)], Period(START, START + 27 * DAY)
    was = Period(START - 28 * DAY, START - DAY)
    moved = {
        "easy": {day: tuple(3 * n for n in easy) if day >= START else easy for day in days},
        "hard": dict.fromkeys(days, hard),
    }
    points = mix.moved("nps", moved, was, since)
    assert points is not None
    assert round(points, 6) == 40.0  # from halves of ±80 to three quarters of +80
    assert mix.moved("nps", {"easy": dict.fromkeys(days, easy), "hard": moved["hard"]}, was, since) is None
    assert mix.moved("nps", {"easy": moved["easy"]}, was, since) is None
