"""Which series changed beyond noise: against their own past, and all of them together."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from dev.simulation.reviews import run
from dev.simulation.reviews.page import BEGIN, END, broken, markdown
from dev.simulation.reviews.run import Work, reviewed
from dev.simulation.reviews.scenarios import SCENARIOS, USUAL
from dev.simulation.reviews.worlds import World
from services.alerts.reviews import changes
from services.alerts.reviews.changes import Change, TooLittle, beyond, changed, interval
from services.alerts.reviews.past import Day, Past, learned
from services.alerts.reviews.weeks import Week

WEEK = Week.named("2026-W47")


def even(weeks: int, counts: tuple[int, int, int] = (20, 20, 60)) -> dict[date, Day]:
    """Every day the same, of the week and so many before."""
    first = WEEK.before(weeks).monday
    return {first + timedelta(days=at): Day(*counts) for at in range(7 * (weeks + 1))}


def worse(days: dict[date, Day], counts: tuple[int, int, int]) -> dict[date, Day]:
    return days | {WEEK.monday + timedelta(days=at): Day(*counts) for at in range(7)}


def judged(days: dict[date, Day], last: date = WEEK.sunday) -> Change:
    found = changed(days, WEEK, last, three_worths=True)
    assert isinstance(found, Change)
    return found


def test_weeks_have_names_and_ends() -> None:
    assert (WEEK.monday, WEEK.sunday, str(WEEK)) == (date(2026, 11, 16), date(2026, 11, 22), "2026-W47")
    assert str(Week.of(date(2027, 1, 3))) == "2026-W53"
    assert Week.last_whole(date(2026, 11, 23)) == WEEK == Week.last_whole(date(2026, 11, 29))
    assert not WEEK.is_over(WEEK.sunday)
    assert WEEK.is_over(WEEK.sunday + timedelta(days=1))


@pytest.mark.parametrize("name", ["2026-W54", "2026-W00", "26-W47", "2026-47", "9999-W52", "", "٢٠٢٦-W47"])
def test_what_names_no_week_is_said(name: str) -> None:
    with pytest.raises(ValueError, match=r"week|Invalid"):
        Week.named(name)


def test_a_clear_fall_is_told_in_its_size_and_the_same_as_ever_is_not() -> None:
    same, fell = judged(even(26)), judged(worse(even(26), (35, 20, 45)))
    assert same.chance == 1.0
    assert fell.chance < 1e-6
    assert fell.change == pytest.approx(0.55 - 0.7)
    low, high = interval(fell, 1, 60)
    assert low < fell.change < high < 0
    assert interval(fell, 60, 60)[1] - interval(fell, 60, 60)[0] < high - low


def test_weekdays_are_compared_with_their_like() -> None:
    """Weekends are bad: a week of which only the weekend answered is no fall, nor are the days so far of a week."""
    days = {at: Day(40, 20, 40) if at.weekday() >= 5 else one for at, one in even(26).items()}
    weekend = {at: one for at, one in days.items() if at < WEEK.monday or at.weekday() >= 5}
    assert judged(weekend).chance > 0.05
    plain = sum(weekend[at].total for at in (WEEK.sunday - timedelta(1), WEEK.sunday)) / 200
    assert judged(weekend).expected == pytest.approx(plain, abs=0.03)
    until_tuesday = WEEK.monday + timedelta(days=1)
    assert judged(days, until_tuesday).expected == pytest.approx(0.7)


def test_too_few_answers_and_too_short_a_past_are_no_comparison() -> None:
    few = {at: Day(1, 0, 3) for at in even(26)}
    assert changed(few, WEEK, WEEK.sunday, three_worths=True) == TooLittle("answers", 28)
    assert changed(even(7), WEEK, WEEK.sunday, three_worths=True) == TooLittle("past", 700)
    assert isinstance(changed(even(8), WEEK, WEEK.sunday, three_worths=True), Change)


def test_days_that_differ_make_the_same_fall_less_sure() -> None:
    """By turns better and worse: what each day has of its own is part of the noise."""
    fell = (25, 20, 55)
    calm = judged(worse(even(26), fell))
    turns = {at: Day(*((8, 20, 72) if at.toordinal() % 2 else (32, 20, 48))) for at in even(26)}
    restless = judged(worse(turns, fell))
    assert calm.chance < 0.01 < restless.chance
    assert restless.error > 1.5 * calm.error


def test_weeks_that_differ_make_it_less_sure_too() -> None:
    fell = (25, 20, 55)
    weeks = {at: Day(*((14, 20, 66) if at.toordinal() // 7 % 2 else (26, 20, 54))) for at in even(26)}
    assert judged(worse(weeks, fell)).chance > 0.05
    assert judged(worse(weeks, fell)).past.wander > 1.5


def test_benjamini_and_hochberg_take_the_largest_number_that_holds() -> None:
    """The worked example of their paper (1995, p. 295) at 5 %: the first four."""
    chances = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240]
    chances += [0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert sum(beyond(chances, 0.05)) == 4
    assert beyond(chances[::-1], 0.05) == beyond(chances, 0.05)[::-1]
    assert beyond([0.04, 0.06], 0.1) == [True, True], "the second carries the first"
    assert beyond([0.06, 0.3], 0.1) == [False, False]
    assert beyond([]) == []


def test_of_a_year_in_which_nothing_happens_to_60_series_one_week_in_ten_lists_anything_at_most() -> None:
    """Must-show: 52 weeks, with weekends 12 points lower and days that have levels of their own."""
    assert reviewed(USUAL, np.random.default_rng(3)) <= 0.1
    assert reviewed(World(), np.random.default_rng(3), weeks=30) <= 0.1


@pytest.fixture
def as_if_answers_were_independent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Past, "error_of", lambda self, days: self.variance / sum(d.n for d in days.values()))

    def without(*given: Any) -> Past:
        found = learned(*given)
        return Past(**{**vars(found), "own": 0.0, "wander": 1.0})

    monkeypatch.setattr(changes, "learned", without)


@pytest.mark.usefixtures("as_if_answers_were_independent")
def test_without_what_days_have_of_their_own_most_weeks_would_list_something() -> None:
    world = World(own_days=4.0, volumes=(500.0,))
    assert reviewed(world, np.random.default_rng(1), weeks=10) > 0.3


def test_each_series_by_itself_would_fill_most_weeks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What everybody else's dashboard does: each is held against 5 %."""
    monkeypatch.setattr(changes, "beyond", lambda chances: [one < 0.05 for one in chances])
    assert reviewed(USUAL, np.random.default_rng(1), weeks=10) > 0.5


def test_a_run_is_the_same_every_time_and_becomes_tables() -> None:
    drops = [Work("drop", number, (40.0, 500.0)) for number in range(2)]
    assert [run.work(one)[1] for one in drops] == [1.0, 1.0]
    assert list(run.results(drops, 1)) == list(run.results(drops, 1))
    done = [(Work(one.key, number), 0.04 * number) for one in SCENARIOS for number in range(3)]
    page = markdown(f"Before\n{BEGIN}\nold\n{END}\nAfter\n", [*done, (drops[0], 1.0)], "Three journeys.")
    assert page.startswith(f"Before\n{BEGIN}\n| Nothing happens, 60 series")
    assert "4.0 ± 2.3 %" in page
    assert page.endswith(f"Three journeys.\n{END}\nAfter\n")
    assert "old" not in page
    assert broken(done) == []
    assert broken([(Work("plain", number), 0.2) for number in range(3)]) == [SCENARIOS[0].title]
